"""Routes of runs and of what they have made: messages, their marks, feeds."""
