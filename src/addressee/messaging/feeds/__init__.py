"""In-app feeds."""
