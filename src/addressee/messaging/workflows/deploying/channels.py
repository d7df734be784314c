"""Deploys channels and groups of channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.environment import channels
from addressee.messaging.environment.channel_groups import ChannelGroup, store_channel_group
from addressee.messaging.environment.channels import Channel
from addressee.messaging.workflows.deploying.effects import Deployed, Effect
from addressee.messaging.workflows.files.channel_groups import ChannelGroupDefinition
from addressee.messaging.workflows.files.channels import ChannelDefinition

SQL = load(__package__)


def conflicts(defined: Sequence[ChannelDefinition], stored: dict[str, Channel]) -> list[Problem]:
    """Returns a problem for each channel whose id or type would change.

    Messages refer to a channel by its id and were made for its type.
    """
    problems = []
    keys = {channel.id: channel.key for channel in stored.values()}
    for channel in defined:
        source = channel.source
        before = stored.get(channel.key)
        if before is not None and before.type is not channel.type:
            problems.append(source.problem_at(("type",), f"this channel is of type {before.type}; use another key"))
        if channel.id is None:
            continue
        if before is not None and before.id != channel.id:
            problems.append(source.problem_at(("id",), f"this channel has the id {before.id}; use another key"))
        elif keys.setdefault(channel.id, channel.key) != channel.key:
            problems.append(source.problem_at(("id",), f"this is the id of the channel {keys[channel.id]!r}"))
    return problems


async def deploy_channel(
    connection: Connection,
    sealer: Sealer,
    environment_id: int,
    channel: ChannelDefinition,
    before: Channel | None,
    now: datetime,
) -> Deployed:
    if before is not None and await is_stored(connection, sealer, environment_id, channel, before):
        return Deployed(f"channel {channel.key}", Effect.UNCHANGED)
    id = before.id if before is not None else channel.id or uuid4()
    await connection.execute(
        *SQL["upsert_channel"](
            environment_id=environment_id,
            id=id,
            key=channel.key,
            name=channel.name,
            type=channel.type,
            provider=channel.provider,
            settings=msgspec.json.encode(channel.settings),
            sealed_secrets=channels.seal_secrets(sealer, id, channel.secrets),
            failover=channel.failover,
            now=now,
        )
    )
    return Deployed(f"channel {channel.key}", Effect.NEW if before is None else Effect.CHANGED)


async def is_stored(
    connection: Connection,
    sealer: Sealer,
    environment_id: int,
    channel: ChannelDefinition,
    before: Channel,
) -> bool:
    shown = (channel.name, channel.provider, channel.settings, channel.failover)
    if shown != (before.name, before.provider, before.settings, before.failover):
        return False
    row = await connection.fetchrow(*SQL["sealed_secrets"](environment_id=environment_id, id=before.id))
    assert row is not None
    try:
        return channels.open_secrets(sealer, before.id, row["sealed_secrets"]) == channel.secrets
    except WrongMasterKeyError:
        return False


async def deploy_channel_group(
    connection: Connection,
    environment_id: int,
    defined: ChannelGroupDefinition,
    before: ChannelGroup | None,
    now: datetime,
) -> Deployed:
    what = f"channel group {defined.key}"
    if before == defined.group:
        return Deployed(what, Effect.UNCHANGED)
    await store_channel_group(connection, environment_id, defined.key, defined.group, now)
    return Deployed(what, Effect.NEW if before is None else Effect.CHANGED)
