"""Signing in: sessions, and pauses after failures."""
