"""What the paths of the application lead to."""
