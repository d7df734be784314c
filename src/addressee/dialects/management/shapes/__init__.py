"""The structs of requests and responses."""
