"""Deploys a configuration to an environment: channels and groups of them, audiences, templates, translations,
workflows, variables, preferences.

A deployment is one transaction. What the configuration does not mention stays as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
import uuid_utils.compat

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.messaging.content.templating.shared_templates import SharedTemplates
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.environment import channels
from addressee.messaging.environment.channel_groups import ChannelGroup, read_channel_groups, store_channel_group
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.variables import read_variables, store_variables
from addressee.messaging.workflows.audiences.files import AudienceDefinition, check_audiences
from addressee.messaging.workflows.audiences.model import Audience
from addressee.messaging.workflows.audiences.store import check_members, read_defined, store_audience
from addressee.messaging.workflows.files.channels import ChannelDefinition
from addressee.messaging.workflows.files.channel_groups import ChannelGroupDefinition
from addressee.messaging.workflows.commits.model import NOBODY, Authorship
from addressee.messaging.workflows.commits.pushed_files import store_pushed_files
from addressee.messaging.workflows.commits.store import record_commits
from addressee.messaging.workflows.configuration import Configuration, ConfigurationError
from addressee.messaging.workflows.model import read_version
from addressee.messaging.workflows.deploying.regrouping import regrouped
from addressee.messaging.workflows.shared_templates.files import TemplateDefinition, check_templates
from addressee.messaging.workflows.shared_templates.store import read_shared_templates, store_template
from addressee.messaging.workflows.deploying.stand_ins import stand_in_problems
from addressee.messaging.workflows.translations.deploying import store_changed
from addressee.messaging.workflows.files.workflows import WorkflowDefinition
from addressee.preferences.defaults import read_defaults, store_categories, store_default

SQL = load(__package__)


class Effect(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The effect of a deployment on one thing: `channel email`, `channel group phones`, `audience beta`,
    `partial footer`, `layout default`, `translation nl`, `workflow welcome`, `variables`, `public variables`,
    `categories` or `preferences`.
    """

    what: str
    effect: Effect


def effect_of(is_new: bool, is_same: bool) -> Effect:
    return Effect.NEW if is_new else Effect.UNCHANGED if is_same else Effect.CHANGED


async def deploy(
    pool: Pool,
    sealer: Sealer,
    environment_id: int,
    configuration: Configuration,
    now: datetime,
    authorship: Authorship = NOBODY,
) -> list[Deployed]:
    """Deploys a configuration in one transaction, and returns what changed; see `deploy_within`."""
    async with pool.acquire() as connection, connection.transaction():
        return await deploy_within(connection, sealer, environment_id, configuration, now, authorship)


async def effects_of(
    pool: Pool, sealer: Sealer, environment_id: int, configuration: Configuration, now: datetime
) -> list[Deployed]:
    """Returns what deploying a configuration would change, and changes nothing. Raises ConfigurationError."""
    async with pool.acquire() as connection, undone(connection):
        return await deploy_within(connection, sealer, environment_id, configuration, now)


@asynccontextmanager
async def undone(connection: Connection) -> AsyncIterator[None]:
    """Runs a transaction whose changes are taken back in the end."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def deploy_within(
    connection: Connection,
    sealer: Sealer,
    environment_id: int,
    configuration: Configuration,
    now: datetime,
    authorship: Authorship = NOBODY,
) -> list[Deployed]:
    """Deploys a configuration within a transaction, records commits of what it was read from, and returns what changed.

    A channel group that changes has workflows change that name it: see `regrouping`.

    Raises ConfigurationError, and changes nothing, when a channel's id or type would change (see `conflicts`), when a
    channel's stand-in could not send what it sends, when partials would render each other without end together with
    some that were deployed meanwhile, when an audience would change its type or ask for its own members, or when a
    workflow cannot have a changed channel group.
    """
    await lock_environment(connection, environment_id)
    stored = await channels.by_key(connection, environment_id)
    problems = conflicts(configuration.channels, stored) or stand_in_problems(configuration.channels, stored)
    if problems:
        raise ConfigurationError(problems)
    shared = await read_shared_templates(connection, environment_id)
    check_templates(configuration.templates, shared)
    audiences = await read_defined(connection, environment_id)
    check_audiences(configuration.audiences, audiences)
    await check_members(connection, environment_id, configuration.audiences)
    sources = [
        *(each.source for each in configuration.templates),
        *(each.source for each in configuration.audiences),
    ]
    if problems := [problem for source in sources for problem in source.problems]:
        raise ConfigurationError(problems)
    groups = await read_channel_groups(connection, environment_id)
    await record_commits(connection, environment_id, configuration.documents, now, authorship)
    changed = await store_changed(connection, environment_id, configuration.translations, now)
    if problems := [problem for each in configuration.translations for problem in each.source.problems]:
        raise ConfigurationError(problems)
    await store_pushed_files(connection, environment_id, configuration.pushed_files)
    return [
        *[
            await deploy_channel(connection, sealer, environment_id, channel, stored.get(channel.key), now)
            for channel in configuration.channels
        ],
        *[
            await deploy_channel_group(connection, environment_id, group, groups.get(group.key), now)
            for group in configuration.channel_groups
        ],
        *[
            await deploy_audience(connection, environment_id, audience, audiences.get(audience.key), now)
            for audience in configuration.audiences
        ],
        *[
            await deploy_template(connection, environment_id, template, shared, now)
            for template in configuration.templates
        ],
        *[
            Deployed(f"translation {after.key}", effect_of(before is None, before == after))
            for after, before in changed
        ],
        *[await deploy_workflow(connection, environment_id, workflow, now) for workflow in configuration.workflows],
        *[
            await deploy_workflow(connection, environment_id, workflow, now)
            for workflow in await regrouped(connection, environment_id, configuration, groups)
        ],
        *await deploy_variables(connection, environment_id, configuration),
        *await deploy_categories(connection, environment_id, configuration),
        *await deploy_preferences(connection, environment_id, configuration),
    ]


async def lock_environment(connection: Connection, environment_id: int) -> None:
    """Has other deployments to the environment wait for the end of this transaction."""
    await connection.execute(*SQL["lock_environment"](environment_id=environment_id))


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


async def deploy_audience(
    connection: Connection, environment_id: int, defined: AudienceDefinition, before: Audience | None, now: datetime
) -> Deployed:
    what = f"audience {defined.key}"
    if before == defined.audience:
        return Deployed(what, Effect.UNCHANGED)
    await store_audience(connection, environment_id, defined.key, defined.audience, now)
    return Deployed(what, Effect.NEW if before is None else Effect.CHANGED)


async def deploy_template(
    connection: Connection, environment_id: int, defined: TemplateDefinition, shared: SharedTemplates, now: datetime
) -> Deployed:
    before = shared.get(defined.key)
    what = f"{defined.key.kind} {defined.key.key}"
    if before == defined.template:
        return Deployed(what, Effect.UNCHANGED)
    await store_template(connection, environment_id, defined.key, defined.template, now)
    return Deployed(what, Effect.NEW if before is None else Effect.CHANGED)


async def deploy_workflow(
    connection: Connection, environment_id: int, defined: WorkflowDefinition, now: datetime
) -> Deployed:
    before = await connection.fetchrow(*SQL["workflow"](environment_id=environment_id, key=defined.key))
    same = before is not None and read_version(before["content"]) == defined.workflow
    version_id: UUID = before["version_id"] if before is not None and same else uuid_utils.compat.uuid7()
    active = defined.active
    if active is None:
        active = before is None or before["active"]
    if before is not None and same and (before["active"], before["events"]) == (active, list(defined.events)):
        return Deployed(f"workflow {defined.key}", Effect.UNCHANGED)
    if not same:
        content = msgspec.json.encode(defined.workflow)
        await connection.execute(
            *SQL["insert_workflow_version"](
                environment_id=environment_id,
                id=version_id,
                key=defined.key,
                content=content,
                priority=defined.workflow.priority.of_jobs,
                now=now,
            )
        )
    await connection.execute(
        *SQL["upsert_workflow"](
            environment_id=environment_id,
            key=defined.key,
            version_id=version_id,
            active=active,
            events=defined.events,
            now=now,
        )
    )
    return Deployed(f"workflow {defined.key}", Effect.NEW if before is None else Effect.CHANGED)


async def deploy_variables(connection: Connection, environment_id: int, configuration: Configuration) -> list[Deployed]:
    before = await read_variables(connection, environment_id)
    after = before.replaced(configuration.variables, configuration.public_variables)
    if after != before:
        await store_variables(connection, environment_id, after)
    return [
        Deployed(what, Effect.CHANGED if changed else Effect.UNCHANGED)
        for what, defined, changed in (
            ("variables", configuration.variables, after.private != before.private),
            ("public variables", configuration.public_variables, after.public != before.public),
        )
        if defined is not None or changed
    ]


async def deploy_categories(
    connection: Connection, environment_id: int, configuration: Configuration
) -> list[Deployed]:
    if configuration.sections is None:
        return []
    if (await read_defaults(connection, environment_id)).sections == configuration.sections:
        return [Deployed("categories", Effect.UNCHANGED)]
    await store_categories(connection, environment_id, configuration.sections)
    return [Deployed("categories", Effect.CHANGED)]


async def deploy_preferences(
    connection: Connection, environment_id: int, configuration: Configuration
) -> list[Deployed]:
    if configuration.preferences is None:
        return []
    if (await read_defaults(connection, environment_id)).default == configuration.preferences:
        return [Deployed("preferences", Effect.UNCHANGED)]
    await store_default(connection, environment_id, configuration.preferences)
    return [Deployed("preferences", Effect.CHANGED)]
