"""The timeline of a recipient: several lists as one, and changes in words."""
