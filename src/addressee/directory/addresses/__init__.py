"""Addresses of recipients: their kinds and forms, and who holds a push token."""
