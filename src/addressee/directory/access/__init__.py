"""Environments and their API keys."""
