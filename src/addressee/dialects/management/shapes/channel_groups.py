"""Groups of channels, across the environments that a key opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from addressee.dialects.management.shapes.channels import Channel
from addressee.dialects.management.shapes.common import PageInfo


class Rule(Struct, kw_only=True):
    """A channel of a group, and the condition under which it may be taken."""

    channel: Channel | None
    index: int
    rule_type: str
    variable: str | None
    operator: str | None
    argument: Any
    created_at: datetime
    updated_at: datetime


class ChannelGroup(Struct, kw_only=True):
    """A channel group, as the oldest environment has it."""

    key: str
    name: str
    channel_type: str
    operator: str
    source: str
    channel_rules: list[Rule]
    created_at: datetime
    updated_at: datetime


class ChannelGroups(Struct, kw_only=True):
    entries: list[ChannelGroup]
    page_info: PageInfo


class PushedChannelGroup(Struct, kw_only=True):
    """A channel group as its file has it."""

    channel_group: dict[str, Any]


class OneChannelGroup(Struct, kw_only=True):
    channel_group: ChannelGroup
