"""Who belongs to what: subscriptions, topics, lists, memberships of tenants."""
