"""The pages that show how the service is doing, and on which operators act."""
