"""How operators come in, and their accounts."""
