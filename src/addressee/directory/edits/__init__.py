"""Edits: values with a pure function each, from a recipient to the changed one."""
