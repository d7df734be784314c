"""Effects of merges, deletions and time on runs and messages."""
