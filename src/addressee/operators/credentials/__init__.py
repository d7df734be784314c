"""Passwords and one-time passwords."""
