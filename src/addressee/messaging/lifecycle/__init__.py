"""What merges, deletions and time do to runs and messages."""
