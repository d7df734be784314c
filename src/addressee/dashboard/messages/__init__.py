"""Runs and messages."""
