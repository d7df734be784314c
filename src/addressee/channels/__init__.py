"""Channels: the providers, and their senders behind one protocol."""
