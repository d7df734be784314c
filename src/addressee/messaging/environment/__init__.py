"""Channels and variables of an environment."""
