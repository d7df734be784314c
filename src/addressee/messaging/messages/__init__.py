"""Messages as they are stored, listed and marked."""
