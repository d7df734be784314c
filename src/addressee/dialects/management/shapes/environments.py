"""Environments of the account."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from addressee.dialects.management.shapes.common import PageInfo


class Environment(Struct, kw_only=True):
    """An environment. Changes are promoted from each to the one with the next `order`."""

    slug: str
    name: str
    order: int
    owner: str
    created_at: datetime
    updated_at: datetime


class Environments(Struct, kw_only=True):
    entries: list[Environment]
    page_info: PageInfo
