"""Addresses of recipients: their kinds and forms, and the owners of push tokens."""
