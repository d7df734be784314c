"""Webhooks: URLs of the product that are told of events; what became of each delivery."""
