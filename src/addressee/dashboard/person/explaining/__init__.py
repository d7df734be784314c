"""Explanations of whether a workflow would arrive, step by step."""
