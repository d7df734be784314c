"""Effects carry out the requests of steps: a module for each kind of request, for all runs of a page together."""
