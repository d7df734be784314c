"""The workflows of an environment, as they are named to people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.identifiers import workflow_id

SQL = load(__package__)


class NamedWorkflow(NamedTuple):
    """`in_preferences`: recipients are asked about it also when they have not chosen yet."""

    key: str
    name: str
    in_preferences: bool


async def named_workflows(database: Pool | Connection, environment_id: int) -> list[NamedWorkflow]:
    """By key, also those that are switched off. They come from files that people write, so there are not many."""
    return [NamedWorkflow(**row) for row in await database.fetch(SQL["named_workflows"], environment_id)]


def key_of(name: str, workflows: Iterable[NamedWorkflow], environment_uid: UUID) -> str | None:
    """The key of the workflow that has this key, or else this id (see `identifiers.workflow_id`)."""
    keys = [workflow.key for workflow in workflows]
    if name in keys:
        return name
    return next((key for key in keys if str(workflow_id(environment_uid, key)) == name), None)
