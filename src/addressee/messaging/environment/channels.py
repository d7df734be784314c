"""The channels of an environment. Secret settings are sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import structs

from addressee.channels.provider import ChannelType, Provider
from addressee.channels.providers import PROVIDERS
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.recipient import Document, Recipient

SQL = load(__package__)

INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel. `settings` are those that are not secret, `failover` the keys of its stand-ins, in their order."""

    id: UUID
    key: str
    name: str
    type: ChannelType
    provider: str
    settings: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    failover: tuple[str, ...] = ()

    @property
    def served_by(self) -> Provider:
        return PROVIDERS[self.type, self.provider]

    @property
    def lacks(self) -> tuple[str, ...]:
        """The settings, other than secrets, that its provider needs by now and did not when the channel was stored."""
        provider = self.served_by
        needed = [field.encode_name for field in structs.fields(provider.settings) if field.required]
        return tuple(name for name in needed if name not in provider.secrets and name not in self.settings)

    @property
    def tracks(self) -> bool:
        """Returns whether it tracks its messages where their steps say nothing."""
        return any(self.settings.get(name, False) for name in ("open_tracking", "link_tracking"))

    def data_of(self, recipient: Recipient) -> Document:
        """Returns a recipient's channel data for this channel, empty when it has none."""
        data: Document = recipient.channel_data.get(str(self.id), {}).get("data", {})
        return data


class Channels:
    """The channels of environments."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int) -> Sequence[Channel]:
        return await all_channels(self._pool, environment_id)

    async def get(self, environment_id: int, id: UUID) -> Channel | None:
        return (await by_id(self._pool, environment_id)).get(id)

    async def feed(self, environment_id: int, named: str) -> Channel | None:
        """Returns the in-app feed that is named by its id or its key."""
        for channel in await all_channels(self._pool, environment_id):
            if named in {str(channel.id), channel.key} and channel.type is ChannelType.IN_APP_FEED:
                return channel
        return None

    async def inbox(self, environment_id: int) -> Channel | None:
        """Returns the in-app feed that clients mean who name none: the one with the key `inbox`, else the oldest."""
        feeds = [
            channel
            for channel in await all_channels(self._pool, environment_id)
            if channel.type is ChannelType.IN_APP_FEED
        ]
        return min(feeds, key=lambda channel: (channel.key != INBOX, channel.created_at, channel.key), default=None)


async def open_settings(pool: Pool, sealer: Sealer, environment_id: int, channel: Channel) -> Any:
    """Returns the settings of a channel with the secret ones, as its provider has them. Raises WrongMasterKeyError."""
    secrets = await stored_secrets(pool, sealer, environment_id, channel)
    return msgspec.convert({**channel.settings, **secrets}, channel.served_by.settings)


async def stored_secrets(pool: Pool, sealer: Sealer, environment_id: int, channel: Channel) -> dict[str, Any]:
    """Returns the secret settings of a channel. Raises WrongMasterKeyError."""
    sealed = await pool.fetchval(*SQL["sealed_secrets"](environment_id=environment_id, id=channel.id))
    return {} if sealed is None else open_secrets(sealer, channel.id, sealed)


async def all_channels(database: Pool | Connection, environment_id: int) -> list[Channel]:
    """Returns the channels of an environment, by key. There are few, so they are always read together."""
    return [channel_from(row) for row in await database.fetch(*SQL["channels"](environment_id=environment_id))]


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
        tuple(row["failover"]),
    )


def seal_secrets(sealer: Sealer, channel_id: UUID, secrets: Mapping[str, Any]) -> bytes:
    return sealer.seal(msgspec.json.encode(secrets), purpose(channel_id))


def open_secrets(sealer: Sealer, channel_id: UUID, sealed: bytes) -> dict[str, Any]:
    """Returns the secret settings of a channel. Raises WrongMasterKeyError."""
    return msgspec.json.decode(sealer.open(sealed, purpose(channel_id)), type=dict[str, Any])


def purpose(channel_id: UUID) -> str:
    return f"channel {channel_id}"
