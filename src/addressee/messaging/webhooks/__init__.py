"""Webhooks to the product: endpoints, which are told of what happens to messages, runs and recipients."""
