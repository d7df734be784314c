"""Triggers: what starts a run."""
