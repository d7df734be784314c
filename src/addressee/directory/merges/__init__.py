"""Merging users, and undoing it."""
