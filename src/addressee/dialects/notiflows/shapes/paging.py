"""What every list says of its page (notiflows.md §1.6)."""

from __future__ import annotations

from msgspec import Struct


class Page(Struct, frozen=True):
    """The cursors are null where the list ends."""

    limit: int
    after: str | None
    before: str | None
    has_more_after: bool
    has_more_before: bool
