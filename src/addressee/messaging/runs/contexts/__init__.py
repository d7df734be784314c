"""Contexts of steps, read for a page of runs together: activities of batches, states of messages."""
