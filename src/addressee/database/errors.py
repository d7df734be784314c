"""Errors that the operator must put right."""


class SetupError(Exception):
    """The database cannot be used as things are. The message says why and what to do."""


class UnreachableError(SetupError):
    """A database that does not answer."""
