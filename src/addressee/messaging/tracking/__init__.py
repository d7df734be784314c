"""Tracking: what changes in e-mails of channels that ask for it, and what the URLs in them say (docs/tracking.md)."""
