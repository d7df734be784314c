"""Pages for people: their preferences and their inbox, opened by a signed link."""
