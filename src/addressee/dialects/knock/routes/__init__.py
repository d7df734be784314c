"""The routes of the Knock API, a module for each resource."""
