"""Endpoints: creating, changing and deleting them, their secrets and URLs."""
