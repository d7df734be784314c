"""Steps that wait: for a time, for a window, for an event."""
