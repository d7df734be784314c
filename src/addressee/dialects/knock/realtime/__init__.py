"""Knock's realtime feeds: Phoenix channels over a WebSocket (realtime-knock.md)."""
