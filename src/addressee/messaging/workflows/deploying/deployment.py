"""Deploys a configuration to an environment: channels and groups of them, audiences, templates, translations,
workflows, variables, preferences.

A deployment is one transaction. What the configuration does not mention stays as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.messaging.content.templating.shared_templates import SharedTemplates
from addressee.messaging.environment import channels
from addressee.messaging.environment.channel_groups import read_channel_groups
from addressee.messaging.workflows.audiences.files import AudienceDefinition, check_audiences
from addressee.messaging.workflows.audiences.model import Audience
from addressee.messaging.workflows.audiences.store import check_members, read_defined, store_audience
from addressee.messaging.workflows.commits.model import NOBODY, Authorship
from addressee.messaging.workflows.commits.pushed_files import store_pushed_files
from addressee.messaging.workflows.commits.store import record_commits
from addressee.messaging.workflows.configuration import Configuration, ConfigurationError
from addressee.messaging.workflows.deploying.channels import conflicts, deploy_channel, deploy_channel_group
from addressee.messaging.workflows.deploying.defaults import deploy_categories, deploy_preferences, deploy_variables
from addressee.messaging.workflows.deploying.effects import Deployed, Effect, effect_of
from addressee.messaging.workflows.deploying.regrouping import regrouped
from addressee.messaging.workflows.deploying.stand_ins import stand_in_problems
from addressee.messaging.workflows.deploying.workflows import deploy_workflow
from addressee.messaging.workflows.shared_templates.files import TemplateDefinition, check_templates
from addressee.messaging.workflows.shared_templates.store import read_shared_templates, store_template
from addressee.messaging.workflows.translations.deploying import store_changed

SQL = load(__package__)


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
    commits = await record_commits(connection, environment_id, configuration.documents, now, authorship)
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
        *[
            await deploy_workflow(connection, environment_id, workflow, commits.get(workflow.resource), now)
            for workflow in configuration.workflows
        ],
        *[
            await deploy_workflow(connection, environment_id, workflow, None, now)
            for workflow in await regrouped(connection, environment_id, configuration, groups)
        ],
        *await deploy_variables(connection, environment_id, configuration),
        *await deploy_categories(connection, environment_id, configuration),
        *await deploy_preferences(connection, environment_id, configuration),
    ]


async def lock_environment(connection: Connection, environment_id: int) -> None:
    """Has other deployments to the environment wait for the end of this transaction."""
    await connection.execute(*SQL["lock_environment"](environment_id=environment_id))


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
