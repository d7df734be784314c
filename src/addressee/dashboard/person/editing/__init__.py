"""Editing a recipient: forms, and the edits that they ask for."""
