"""Lists the workflows of an environment by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)


class NamedWorkflow(NamedTuple):
    """A workflow's key and name. `in_preferences`: preferences show it also to recipients who have not chosen yet."""

    key: str
    name: str
    in_preferences: bool


class Workflows:
    """The workflows of environments. They come from files that people write, so there are not many."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int) -> Sequence[NamedWorkflow]:
        """Returns workflows by key, also those that are switched off."""
        return [
            NamedWorkflow(**row)
            for row in await self._pool.fetch(*SQL["named_workflows"](environment_id=environment_id))
        ]
