"""What a command could not do."""

from collections.abc import Iterator
from contextlib import contextmanager


class CommandError(Exception):
    """The message is the line that the user reads."""


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a room's refusal of what the user asked for (LookupError, ValueError) into a CommandError."""
    try:
        yield
    except (LookupError, ValueError) as error:
        raise CommandError(error.args[0] if error.args else str(error)) from error
