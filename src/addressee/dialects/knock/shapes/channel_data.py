"""Channel data (knock.md §3.8)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.knock.shapes.common import Typed


class ChannelDataInput(Struct, kw_only=True):
    data: dict[str, Any]


class ChannelData(Typed, kw_only=True):
    """`provider` is null for a channel that needs no data."""

    channel_id: str
    provider: str | None
    data: dict[str, Any]
