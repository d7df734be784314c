"""The command `addressee`. Commands import what they use when they run, so that every one starts quickly."""

import sys

from addressee.cli.app import app
from addressee.cli.errors import CommandError


def main() -> None:
    """Runs the command. An error that a person can correct ends in one line and exit code 1."""
    try:
        app(prog_name="addressee")
    except Exception as error:
        if not is_correctable(error):
            raise
        sys.exit(f"addressee: {error}")


def is_correctable(error: Exception) -> bool:
    """Returns whether a person can correct an error, whose message says how."""
    from addressee.database.errors import SetupError
    from addressee.processes import ProcessError

    return isinstance(error, CommandError | SetupError | ProcessError | OSError)
