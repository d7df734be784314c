"""The language of conditions, which preferences and steps share."""
