"""The language of conditions in preferences and steps."""
