"""Lists of what Addressee does not have."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.management.shapes.common import PageInfo


class Nothing(Struct, kw_only=True):
    """A list that is always empty."""

    entries: list[Any]
    page_info: PageInfo
