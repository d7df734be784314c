"""Passes: new runs begin, and runs that have begun advance, a page at a time."""
