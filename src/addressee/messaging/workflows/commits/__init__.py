"""Commits and drafts: what workflows, layouts and partials were pushed as, word for word."""
