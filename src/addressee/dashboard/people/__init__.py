"""Lists of recipients, and the search."""
