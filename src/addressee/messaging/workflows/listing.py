"""The workflows of an environment: their names, their versions, and whether they are switched on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.errors import WorkflowMissingError
from addressee.messaging.workflows.model import Workflow, read_version

SQL = load(__package__)


class NamedWorkflow(NamedTuple):
    """A workflow's key and name. With `in_preferences`, recipients who have not chosen about it see it too."""

    key: str
    name: str
    in_preferences: bool


class ListedVersion(NamedTuple):
    """A version of a workflow. `number` counts from 1, in the order in which the versions were pushed."""

    number: int
    id: UUID
    pushed_at: datetime


@dataclass(frozen=True, slots=True)
class WorkflowVersion:
    """A version of a workflow, with what it says."""

    version: ListedVersion
    workflow: Workflow


@dataclass(frozen=True, slots=True)
class WorkflowOverview:
    """A workflow as it is now. `ran_at` is when the newest run of a recipient began, None if there is none."""

    key: str
    active: bool
    events: Sequence[str]
    updated_at: datetime
    current: WorkflowVersion
    ran_at: datetime | None

    @property
    def workflow(self) -> Workflow:
        return self.current.workflow

    @property
    def version(self) -> ListedVersion:
        return self.current.version


class Workflows:
    """Lists workflows, and switches them on and off. They come from files, so there are few."""

    def __init__(self, pool: Pool, clock: Clock | None = None) -> None:
        self._pool = pool
        self._clock = clock or Clock()

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

    async def states(self, environment_id: int) -> Mapping[str, bool]:
        """Returns which workflows are switched on, by their keys."""
        rows = await self._pool.fetch(*SQL["workflow_states"](environment_id=environment_id))
        return {row["key"]: row["active"] for row in rows}

    async def overviews(self, environment_id: int) -> Sequence[WorkflowOverview]:
        """Returns workflows by key, inactive ones too, with their current versions."""
        rows = await self._pool.fetch(*SQL["workflow_overviews"](environment_id=environment_id, key=None))
        return [overview_from(row) for row in rows]

    async def overview(self, environment_id: int, key: str) -> WorkflowOverview:
        """Raises WorkflowMissingError."""
        row = await self._pool.fetchrow(*SQL["workflow_overviews"](environment_id=environment_id, key=key))
        if row is None:
            raise WorkflowMissingError(key)
        return overview_from(row)

    async def versions(self, environment_id: int, key: str, page: PageRequest[int]) -> Page[ListedVersion]:
        """Returns a page of the versions of a workflow, newest first. Only `after` of the request counts."""
        rows = await self._pool.fetch(
            *SQL["versions_of_workflow"](environment_id=environment_id, key=key, before=page.after, limit=page.size + 1)
        )
        found = [ListedVersion(row["number"], row["id"], row["created_at"]) for row in rows]
        return build_page(found, page, lambda version: version.number)

    async def version(self, environment_id: int, key: str, number: int) -> WorkflowVersion | None:
        """Returns a version of a workflow by its number, None if there is none."""
        row = await self._pool.fetchrow(
            *SQL["version_of_workflow"](environment_id=environment_id, key=key, number=number)
        )
        return None if row is None else version_from(row)

    async def switch(self, environment_id: int, key: str, *, active: bool, receipt: Receipt | None = None) -> None:
        """Switches a workflow on or off; a push sets it as its file says, if that does. Raises WorkflowMissingError."""
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                *SQL["switch_workflow"](environment_id=environment_id, key=key, active=active, now=now)
            )
            if found is None:
                raise WorkflowMissingError(key)
            await keep(connection, receipt, None, now)


def overview_from(row: asyncpg.Record) -> WorkflowOverview:
    return WorkflowOverview(
        row["key"], row["active"], row["events"], row["updated_at"], version_from(row), row["ran_at"]
    )


def version_from(row: asyncpg.Record) -> WorkflowVersion:
    listed = ListedVersion(row["number"], row["id"], row["created_at"])
    return WorkflowVersion(listed, read_version(row["content"]))
