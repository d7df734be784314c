"""The dialects room: who is calling. Each dialect turns requests into calls of the rooms, and results back."""
