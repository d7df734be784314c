"""Explanations of what a workflow would do for one recipient now."""
