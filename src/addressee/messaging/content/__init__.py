"""Content: templates, and what they render to."""
