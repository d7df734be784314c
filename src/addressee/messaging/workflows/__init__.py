"""Workflows: their model, the files they are written in, and their deployment."""
