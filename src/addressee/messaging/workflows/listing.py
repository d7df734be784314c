"""Lists the workflows of an environment by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)


class NamedWorkflow(NamedTuple):
    """A workflow's key and name. With `in_preferences`, recipients who have not chosen about it see it too."""

    key: str
    name: str
    in_preferences: bool


class Workflows:
    """Lists workflows. They come from files, so there are few."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int) -> Sequence[NamedWorkflow]:
        """Returns workflows by key, inactive ones too."""
        return [
            NamedWorkflow(**row)
            for row in await self._pool.fetch(*SQL["named_workflows"](environment_id=environment_id))
        ]

    async def using(self, environment_id: int, channel: str) -> Sequence[NamedWorkflow]:
        """Returns the workflows that send through the channel with this key, by key, inactive ones too."""
        rows = await self._pool.fetch(*SQL["workflows_of_channel"](environment_id=environment_id, channel=channel))
        return [NamedWorkflow(**row) for row in rows]
