"""Makes an environment's channels, workflows, variables, categories and default preferences those of a configuration.

All in one transaction; what the configuration does not mention stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
import uuid_utils.compat

from addressee.channels.providers import PROVIDERS
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.messaging.definitions.sources import Mistake
from addressee.messaging.environment import channels
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.variables import read_variables, store_variables
from addressee.messaging.workflows.files import ChannelDefinition, Configuration, MistakesError, WorkflowDefinition
from addressee.messaging.workflows.model import read_version
from addressee.preferences.defaults import read_defaults, store_categories, store_default

SQL = load(__package__)


class Effect(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Pushed:
    """The effect of a push on one thing: `channel email`, `workflow welcome`, `variables`, `public variables`,
    `categories` or `preferences`.
    """

    what: str
    effect: Effect


async def push(
    pool: Pool, sealer: Sealer, environment_id: int, configuration: Configuration, now: datetime
) -> list[Pushed]:
    """Raises MistakesError, nothing changed, when a channel would become another one."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(SQL["lock_environment"], environment_id)
        stored = await channels.by_key(connection, environment_id)
        if mistakes := conflicts(configuration.channels, stored):
            raise MistakesError(mistakes)
        return [
            *[
                await push_channel(connection, sealer, environment_id, channel, stored.get(channel.key), now)
                for channel in configuration.channels
            ],
            *[await push_workflow(connection, environment_id, workflow, now) for workflow in configuration.workflows],
            *await push_variables(connection, environment_id, configuration),
            *await push_categories(connection, environment_id, configuration),
            *await push_preferences(connection, environment_id, configuration),
        ]


def conflicts(defined: Sequence[ChannelDefinition], stored: dict[str, Channel]) -> list[Mistake]:
    """Messages refer to a channel by its id and were made for its type, so neither changes. What sends goes on."""
    mistakes = []
    keys = {channel.id: channel.key for channel in stored.values()}
    for channel in defined:
        source = channel.source
        before = stored.get(channel.key)
        if before is not None and before.type is not channel.type:
            line = source.origin(("type",)).line
            mistakes.append(Mistake(source.file, line, f"this channel is of type {before.type}; use another key"))
        elif before is not None and PROVIDERS[before.provider].kind and not PROVIDERS[channel.provider].kind:
            line = source.origin(("provider",)).line
            message = f"workflows may use this channel, and nothing can be sent with {channel.provider} yet"
            mistakes.append(Mistake(source.file, line, message))
        if channel.id is None:
            continue
        line = source.origin(("id",)).line
        if before is not None and before.id != channel.id:
            mistakes.append(Mistake(source.file, line, f"this channel has the id {before.id}; use another key"))
        elif keys.setdefault(channel.id, channel.key) != channel.key:
            mistakes.append(Mistake(source.file, line, f"this is the id of the channel {keys[channel.id]!r}"))
    return mistakes


async def push_channel(
    connection: Connection,
    sealer: Sealer,
    environment_id: int,
    channel: ChannelDefinition,
    before: Channel | None,
    now: datetime,
) -> Pushed:
    if before is not None and await is_stored(connection, sealer, environment_id, channel, before):
        return Pushed(f"channel {channel.key}", Effect.UNCHANGED)
    id = before.id if before is not None else channel.id or uuid4()
    await connection.execute(
        SQL["push_channel"],
        environment_id,
        id,
        channel.key,
        channel.name,
        channel.type,
        channel.provider,
        msgspec.json.encode(channel.settings),
        channels.seal_secrets(sealer, id, channel.secrets),
        now,
    )
    return Pushed(f"channel {channel.key}", Effect.NEW if before is None else Effect.CHANGED)


async def is_stored(
    connection: Connection,
    sealer: Sealer,
    environment_id: int,
    channel: ChannelDefinition,
    before: Channel,
) -> bool:
    if (channel.name, channel.provider, channel.settings) != (before.name, before.provider, before.settings):
        return False
    row = await connection.fetchrow(SQL["channel_settings"], environment_id, before.id)
    assert row is not None
    try:
        return channels.open_secrets(sealer, before.id, row["sealed_secrets"]) == channel.secrets
    except WrongMasterKeyError:
        return False


async def push_workflow(
    connection: Connection, environment_id: int, defined: WorkflowDefinition, now: datetime
) -> Pushed:
    before = await connection.fetchrow(*SQL["workflow"](environment_id=environment_id, key=defined.key))
    same = before is not None and read_version(before["content"]) == defined.workflow
    version_id: UUID = before["version_id"] if before is not None and same else uuid_utils.compat.uuid7()
    if before is not None and same and (before["active"], before["events"]) == (defined.active, list(defined.events)):
        return Pushed(f"workflow {defined.key}", Effect.UNCHANGED)
    if not same:
        content = msgspec.json.encode(defined.workflow)
        await connection.execute(SQL["insert_workflow_version"], environment_id, version_id, defined.key, content, now)
    await connection.execute(
        SQL["push_workflow"], environment_id, defined.key, version_id, defined.active, defined.events, now
    )
    return Pushed(f"workflow {defined.key}", Effect.NEW if before is None else Effect.CHANGED)


async def push_variables(connection: Connection, environment_id: int, configuration: Configuration) -> list[Pushed]:
    before = await read_variables(connection, environment_id)
    after = before.replaced(configuration.variables, configuration.public_variables)
    if after != before:
        await store_variables(connection, environment_id, after)
    return [
        Pushed(what, Effect.CHANGED if changed else Effect.UNCHANGED)
        for what, defined, changed in (
            ("variables", configuration.variables, after.private != before.private),
            ("public variables", configuration.public_variables, after.public != before.public),
        )
        if defined is not None or changed
    ]


async def push_categories(connection: Connection, environment_id: int, configuration: Configuration) -> list[Pushed]:
    if configuration.sections is None:
        return []
    if (await read_defaults(connection, environment_id)).sections == configuration.sections:
        return [Pushed("categories", Effect.UNCHANGED)]
    await store_categories(connection, environment_id, configuration.sections)
    return [Pushed("categories", Effect.CHANGED)]


async def push_preferences(connection: Connection, environment_id: int, configuration: Configuration) -> list[Pushed]:
    if configuration.preferences is None:
        return []
    if (await read_defaults(connection, environment_id)).default == configuration.preferences:
        return [Pushed("preferences", Effect.UNCHANGED)]
    await store_default(connection, environment_id, configuration.preferences)
    return [Pushed("preferences", Effect.CHANGED)]
