"""What the directory answers when it cannot do what was asked."""

from __future__ import annotations

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

    def without(self, prefix: str) -> str:
        """Returns the message without the field, for callers that have named it as `prefix` already."""
        return self.message.removeprefix(prefix).lstrip(".: ")

    def below(self, path: str) -> RefusedError:
        """Returns the refusal with its field below `path`: `timezone` becomes `recipients[2].timezone`."""
        if not path:
            return self
        field = f"{path}.{self.field}" if self.field else path
        is_named = self.field and self.message.startswith(self.field)
        return RefusedError(self.reason, field, f"{path}.{self.message}" if is_named else f"{path}: {self.message}")


@contextmanager
def refused_below(path: str) -> Iterator[None]:
    """Names what is refused inside by where it stands in the request."""
    try:
        yield
    except RefusedError as refusal:
        raise refusal.below(path) from None


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
