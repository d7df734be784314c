"""Requests and responses (notiflows.md §2, §3)."""
