"""The part of a list's answer that says which page it is (notiflows.md §1.6)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.database import paging


class Page(Struct, frozen=True):
    """The cursors are null where the list ends."""

    limit: int
    after: str | None
    before: str | None
    has_more_after: bool
    has_more_before: bool


def page_of(found: paging.Page[Any]) -> Page:
    return Page(found.size, found.after, found.before, found.after is not None, found.before is not None)
