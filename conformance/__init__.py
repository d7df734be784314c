"""`make conformance`: the official SDKs' own test suites against this service (docs/conformance.md)."""
