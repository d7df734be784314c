"""Merging people: a look at both side by side, and merges with their undoing."""
