"""Connections that stay open: sockets, streams of events, and their limits."""
