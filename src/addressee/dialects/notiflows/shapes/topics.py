"""Responses of topics (notiflows.md §2)."""

from __future__ import annotations

from msgspec import Struct

from addressee.dialects.notiflows.shapes.paging import Page


class Topic(Struct, frozen=True, kw_only=True):
    name: str
    created_at: str


class Topics(Struct, frozen=True, kw_only=True):
    items: list[Topic]
    page: Page
