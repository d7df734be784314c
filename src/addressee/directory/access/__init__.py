"""Environments, their API keys, and signed links to pages of their people."""
