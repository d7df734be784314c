"""Runs: how a trigger is carried out, page by page."""
