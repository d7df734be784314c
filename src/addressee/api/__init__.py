"""The parts that all dialects share: operations, calls, bodies, query strings, refusals, idempotency, user tokens."""
