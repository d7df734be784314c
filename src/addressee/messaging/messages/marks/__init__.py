"""Marks on messages, one by one and in bulk."""
