"""Apprise: services without a sender of their own."""
