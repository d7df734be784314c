"""Chat: one message to one conversation."""
