"""The handlers of the management API, a module for each resource."""
