"""SuprSend's realtime inbox: Socket.IO over a WebSocket (realtime-suprsend.md §3)."""
