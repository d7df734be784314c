"""Senders of channels that jobs of this worker have open. Jobs that send at the same time share a channel's sender."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from addressee.channels.provider import ChannelType, Provider
from addressee.channels.providers import PROVIDERS
from addressee.channels.sender import Sender, SenderContext
from addressee.channels.settings import ChannelSettings
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.logs import code_lines
from addressee.messaging.environment.channels import open_secrets

SQL = load(__package__)

log = structlog.get_logger()


@dataclass
class OpenChannel:
    """A channel as it was configured at a time, with its sender. `users` is the number of jobs that use it.

    `failover` are the keys of its stand-ins.
    """

    id: UUID
    provider: Provider
    settings: ChannelSettings
    configured_at: datetime
    sender: Sender[Any]
    failover: tuple[str, ...] = ()
    users: int = 0


class OpenChannels:
    """The open channels of a worker. A channel that was configured anew is opened anew for jobs that begin then."""

    def __init__(self, pool: Pool, sealer: Sealer, context: SenderContext) -> None:
        self._pool = pool
        self._sealer = sealer
        self._context = context
        self._open: dict[tuple[int, UUID, datetime], OpenChannel] = {}

    @asynccontextmanager
    async def using(self, environment_id: int, ids: Collection[UUID]) -> AsyncIterator[dict[UUID, OpenChannel]]:
        """Opens channels, by their ids. They are closed when no job uses them any more.

        One that cannot be opened, as its settings or secrets are not usable, is left out.
        """
        rows = await self._pool.fetch(*SQL["channels_to_open"](environment_id=environment_id, ids=ids))
        opened = {(environment_id, row["id"], row["updated_at"]): self._opened(environment_id, row) for row in rows}
        used = {key: channel for key, channel in opened.items() if channel is not None}
        for channel in used.values():
            channel.users += 1
        try:
            yield {channel.id: channel for channel in used.values()}
        finally:
            async with AsyncExitStack() as closing:
                for key, channel in used.items():
                    channel.users -= 1
                    if not channel.users and self._open.get(key) is channel:
                        del self._open[key]
                        closing.push_async_callback(channel.sender.close)

    def _opened(self, environment_id: int, row: asyncpg.Record) -> OpenChannel | None:
        key = (environment_id, row["id"], row["updated_at"])
        if key not in self._open:
            try:
                self._open[key] = self._new(row)
            except Exception as error:
                log.error(
                    "channel not opened", channel_id=row["id"], reason=type(error).__name__, passed=code_lines(error)
                )
        return self._open.get(key)

    def _new(self, row: asyncpg.Record) -> OpenChannel:
        provider = PROVIDERS[ChannelType(row["type"]), row["provider"]]
        assert provider.open is not None
        secrets = open_secrets(self._sealer, row["id"], row["sealed_secrets"])
        settings = msgspec.convert({**msgspec.json.decode(row["settings"]), **secrets}, provider.settings)
        assert isinstance(settings, ChannelSettings)
        context = replace(self._context, outbox=self._context.outbox / row["environment"])
        sender = provider.open(settings, context)
        return OpenChannel(row["id"], provider, settings, row["updated_at"], sender, tuple(row["failover"]))


class JobChannels:
    """The channels that one job has open, by their ids, until `stack` is closed."""

    def __init__(self, channels: OpenChannels, environment_id: int, stack: AsyncExitStack) -> None:
        self._channels = channels
        self._environment_id = environment_id
        self._stack = stack
        self._opened: dict[UUID, OpenChannel] = {}

    async def open(self, ids: Collection[UUID]) -> Mapping[UUID, OpenChannel]:
        """Opens those of these channels that are not open, and returns all that are: some may not be openable."""
        if unopened := set(ids) - self._opened.keys():
            using = self._channels.using(self._environment_id, unopened)
            self._opened |= await self._stack.enter_async_context(using)
        return self._opened
