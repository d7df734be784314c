"""Search: terms by which recipients are found, written with the rows (docs/decisions/0042-search-terms.md)."""
