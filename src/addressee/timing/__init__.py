"""Time as people write it: durations, instants, recurring rules, windows of a week, time zones. Pure."""
