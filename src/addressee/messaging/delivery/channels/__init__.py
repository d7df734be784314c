"""Channels as all workers of an installation share them: their senders, states, pace and slots."""
