"""Lists the workflows of an environment by name."""

from __future__ import annotations

from typing import NamedTuple

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)


class NamedWorkflow(NamedTuple):
    """A workflow's key and name. `in_preferences`: preferences show it also to recipients who have not chosen yet."""

    key: str
    name: str
    in_preferences: bool


async def named_workflows(database: Pool | Connection, environment_id: int) -> list[NamedWorkflow]:
    """Returns the workflows of an environment in the order of their keys, inactive ones too."""
    return [
        NamedWorkflow(**row) for row in await database.fetch(*SQL["named_workflows"](environment_id=environment_id))
    ]
