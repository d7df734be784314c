"""Customers' own Slack and Teams: the routes that the components call, and the pages on which they connect."""
