"""Structs that several resources share."""

from __future__ import annotations

from msgspec import Struct


class PageInfo(Struct, kw_only=True):
    """Cursors of the pages before and after this one; null where the list ends."""

    after: str | None
    before: str | None
    page_size: int
