"""The channels of an environment."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import msgspec

from addressee.channels.providers import ChannelType
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.workflow import Channel

SQL = load(__package__)


async def all_channels(database: Pool | Connection, environment_id: int) -> list[Channel]:
    """There are few, so whoever needs one reads them all."""
    return [channel_from(row) for row in await database.fetch(SQL["channels"], environment_id)]


async def by_key(database: Pool | Connection, environment_id: int) -> dict[str, Channel]:
    return {channel.key: channel for channel in await all_channels(database, environment_id)}


async def by_id(database: Pool | Connection, environment_id: int) -> dict[UUID, Channel]:
    return {channel.id: channel for channel in await all_channels(database, environment_id)}


def channel_from(row: asyncpg.Record) -> Channel:
    return Channel(
        row["id"],
        row["key"],
        row["name"],
        ChannelType(row["type"]),
        row["provider"],
        msgspec.json.decode(row["settings"]),
        row["created_at"],
        row["updated_at"],
    )
