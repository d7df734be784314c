"""The command `addressee`. What a command works with is imported when it runs, so that every one starts quickly."""

import sys

from addressee.cli.commands import app
from addressee.cli.errors import CommandError


def main() -> None:
    """What goes wrong for reasons that a person can change ends in one line and exit code 1."""
    try:
        app(prog_name="addressee")
    except Exception as error:
        if not is_for_the_reader(error):
            raise
        sys.exit(f"addressee: {error}")


def is_for_the_reader(error: Exception) -> bool:
    """Whether a person can change what went wrong; the message says what."""
    from addressee.database.errors import SetupError
    from addressee.processes import ProcessError

    return isinstance(error, CommandError | SetupError | ProcessError | OSError)
