"""Deploying: a configuration becomes what an environment has; drafts, commits, promotion."""
