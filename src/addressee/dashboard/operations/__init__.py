"""How the service is doing, and what operators do about it."""
