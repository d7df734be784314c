"""What the directory answers when it cannot do what was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from addressee.database.pool import is_away
from addressee.directory.recipient import Place

# What an edit is refused for that does not bring back who was deleted.
DELETED = "deleted"


class RefusedError(Exception):
    """An edit or an id that the directory does not take. Nothing was written.

    `field` is the dotted path of what is wrong, from the top of the recipient; `reason` is a word to branch on.
    """

    def __init__(self, reason: str, field: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


class MissingError(Exception):
    """A recipient that would have to be there. Nothing was written."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place.id!r} was not found in {place.collection}.")
        self.place = place


class OverloadedError(Exception):
    """More writes wait than this process will hold. Nothing was written; try again in a moment."""


class UnavailableError(Exception):
    """The database cannot be reached, or went away while it was asked: whether a write was kept is not known."""

    def __init__(self, message: str = "The database is not available; try again in a moment.") -> None:
        super().__init__(message)


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Says UnavailableError for what a driver says when the database is away; other errors are bugs, and pass."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise UnavailableError from None
        raise
