"""Channels, across the environments that a key opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from addressee.dialects.management.shapes.common import PageInfo


class EnvironmentSettings(Struct, kw_only=True):
    """The settings of a channel in one environment; secret ones are not among them."""

    id: str
    is_sandbox: bool
    is_valid: bool
    channel_settings: dict[str, Any]
    provider_settings: dict[str, Any]


class Channel(Struct, kw_only=True):
    """A channel. Its other fields are those of the oldest environment that has it."""

    id: str
    key: str
    name: str
    type: str
    provider: str
    created_at: datetime
    updated_at: datetime
    environment_settings: dict[str, EnvironmentSettings]


class Channels(Struct, kw_only=True):
    entries: list[Channel]
    page_info: PageInfo
