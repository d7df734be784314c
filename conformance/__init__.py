"""`make conformance`: the official SDK's own test suite against this service (docs/conformance.md)."""
