"""The metrics of the service, for Prometheus."""
