"""Errors that the directory raises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from addressee.database.pool import is_away
from addressee.directory.recipient import Place

# The reason of a refusal: the recipient was deleted, and the edit does not revive it.
DELETED = "deleted"


class RefusedError(Exception):
    """An edit or an id is not valid. Nothing was written.

    `field` is the dotted path of the invalid value within the recipient; `reason` is a code for programs.
    """

    def __init__(self, reason: str, field: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message

    def without(self, prefix: str) -> str:
        """Returns the message without the field's name, for callers that have put out `prefix` already."""
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
    """Prefixes the field of a RefusedError that is raised inside with `path`."""
    try:
        yield
    except RefusedError as refusal:
        raise refusal.below(path) from None


class MissingError(Exception):
    """A recipient that the call requires does not exist. Nothing was written."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place.id!r} was not found in {place.collection}.")
        self.place = place


class LostError(Exception):
    """Another transaction changed the row first. Internal: the write is tried again."""


class OverloadedError(Exception):
    """This process has reached its limit of waiting writes. Nothing was written; try again in a moment."""


class UnavailableError(Exception):
    """The database cannot be reached, or the connection was lost: a write may or may not have been committed."""

    def __init__(self, message: str = "The database is not available; try again in a moment.") -> None:
        super().__init__(message)


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Turns a driver's connection errors into UnavailableError; other errors pass unchanged."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise UnavailableError from None
        raise
