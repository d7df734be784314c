"""Workflows: their steps, versions and test runs."""
