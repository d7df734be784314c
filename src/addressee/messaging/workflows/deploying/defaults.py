"""Deploys what an environment has one of: variables, preference categories, recipients' preferences."""

from __future__ import annotations

from addressee.database.pool import Connection
from addressee.messaging.environment.variables import read_variables, store_variables
from addressee.messaging.workflows.configuration import Configuration
from addressee.messaging.workflows.deploying.effects import Deployed, Effect
from addressee.preferences.defaults import read_defaults, store_categories, store_default


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
