"""Pages of lists, by cursor and by offset (suprsend.md §2.0)."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

Result = TypeVar("Result")


class Meta(Struct, frozen=True):
    """`count` is how many there are on all pages."""

    count: int
    limit: int
    has_prev: bool
    before: str | None
    has_next: bool
    after: str | None


class CursorPage(Struct, Generic[Result], frozen=True):
    meta: Meta
    results: list[Result]


class OffsetMeta(Struct, frozen=True):
    """`count` is how many there are on all pages."""

    count: int
    limit: int
    offset: int


class OffsetPage(Struct, Generic[Result], frozen=True):
    meta: OffsetMeta
    results: list[Result]
