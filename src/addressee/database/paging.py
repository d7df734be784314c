"""Pages of lists. A cursor is the position of a row in its list, so pages neither skip nor repeat."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

Entry = TypeVar("Entry")
Position = TypeVar("Position")


class CursorError(ValueError):
    """A cursor that is not one of this list."""


@dataclass(frozen=True, slots=True)
class PageRequest(Generic[Position]):
    """A request for a page: at most `size` rows past one position, or from the front.

    `after` and `before` are positions in the order of the list. `before` asks for the rows next to it; when both
    are given, `after` counts.
    """

    size: int
    after: Position | None = None
    before: Position | None = None

    @property
    def backwards(self) -> bool:
        return self.before is not None and self.after is None

    @property
    def start(self) -> Position | None:
        """The position from which the page is read; None at the front."""
        return self.before if self.backwards else self.after

    def parameters(self, front: Position) -> dict[str, Any]:
        """Returns the parameters of a statement that reads the page: `forward`, `start` and `limit`.

        `front` is a position before the first row. One row too many is read: see `build_page`.
        """
        start = self.start
        return {
            "forward": not self.backwards,
            "start": front if start is None else start,
            "limit": self.size + 1,
        }


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """A part of a list, in the order of the list. A cursor is None where the list ends."""

    entries: Sequence[Entry]
    size: int
    after: str | None = None
    before: str | None = None


def page_request(size: int, after: str | None, before: str | None, position: type[Position]) -> PageRequest[Position]:
    """Returns the request that two cursors make. Raises CursorError."""
    return PageRequest(size, read_cursor(after, position), read_cursor(before, position))


def build_page(found: Sequence[Entry], page: PageRequest[Any], position: Callable[[Entry], object]) -> Page[Entry]:
    """Returns the page of up to `page.size + 1` rows, those nearest to where it starts, in the list's order.

    The row too many only shows that there are more.
    """
    more = len(found) > page.size
    entries = found[-page.size :] if page.backwards else found[: page.size]
    if not entries:
        return Page(entries, page.size)
    forward = page.backwards or more
    back = more if page.backwards else page.after is not None
    return Page(
        entries,
        page.size,
        after=write_cursor(position(entries[-1])) if forward else None,
        before=write_cursor(position(entries[0])) if back else None,
    )


def write_cursor(position: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()


def read_cursor(cursor: str | None, position: type[Position]) -> Position | None:
    """Returns the position that a cursor holds. Raises CursorError unless it is of this type."""
    if cursor is None:
        return None
    try:
        document = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        found = msgspec.json.decode(document, type=position)
        check_position(found)
    except (ValueError, OverflowError, msgspec.MsgspecError):
        raise CursorError("This is not a cursor of this list; leave it out to start from the front.") from None
    return found


def check_position(position: object) -> None:
    """Raises ValueError or OverflowError for a position that the database cannot compare rows with."""
    for part in position if isinstance(position, tuple) else (position,):
        if isinstance(part, tuple):
            check_position(part)
        if isinstance(part, str) and "\0" in part:
            raise ValueError
        if isinstance(part, datetime):
            if part.tzinfo is None:
                raise ValueError
            part.astimezone(UTC)
