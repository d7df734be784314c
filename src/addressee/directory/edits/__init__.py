"""Edits of recipients: values, each with a pure function from a recipient to the changed one."""
