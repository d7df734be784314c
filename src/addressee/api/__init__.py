"""What every dialect is made of: operations, bodies, query strings, idempotency, user tokens."""
