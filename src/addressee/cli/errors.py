"""Errors of commands."""

from collections.abc import Iterator
from contextlib import contextmanager


class CommandError(Exception):
    """A command failed. The message is the line that the user reads."""


@contextmanager
def refusals() -> Iterator[None]:
    """Turns an error by which a room refuses a request into a CommandError."""
    from addressee.directory.errors import RefusedError

    try:
        yield
    except RefusedError as error:
        raise CommandError(error.message) from error
    except (LookupError, ValueError) as error:
        raise CommandError(error.args[0] if error.args else str(error)) from error
