"""Recipients as runs and messages name them."""
