"""The workflows of an environment, as they are named to people."""

from __future__ import annotations

from typing import NamedTuple

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)


class NamedWorkflow(NamedTuple):
    """`in_preferences`: recipients are asked about it also when they have not chosen yet."""

    key: str
    name: str
    in_preferences: bool


async def named_workflows(database: Pool | Connection, environment_id: int) -> list[NamedWorkflow]:
    """By key, also those that are switched off. They come from files that people write, so there are not many."""
    return [NamedWorkflow(**row) for row in await database.fetch(SQL["named_workflows"], environment_id)]
