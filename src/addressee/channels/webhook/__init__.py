"""Webhooks: one request to one URL."""
