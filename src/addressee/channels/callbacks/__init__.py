"""Callbacks: what providers tell later of messages that they took, verified and read."""
