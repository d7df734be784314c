"""Schedules: recurrence rules, and the scheduler that starts what is due."""
