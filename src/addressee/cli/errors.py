"""Errors of commands, and of the files that they are given."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


def read_file(file: Path) -> str:
    """Returns the text of a file that an option names. Raises CommandError when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The file {file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"The file {file} cannot be read: it is not text in UTF-8.") from None
