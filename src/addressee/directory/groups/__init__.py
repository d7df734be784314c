"""Subscriptions, topics, lists, and memberships of users in tenants."""
