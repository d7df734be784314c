"""Merges of recipients, and their undoing."""
