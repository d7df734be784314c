"""Feedback: what providers tell of messages and addresses after they took them."""
