"""Background jobs: the queue, and the worker that claims from it."""
