"""Publishing of resources that come as documents: drafts, commits, and promotion to another environment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from addressee.database.pool import Connection, Pool
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.definitions.reading import read_document
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.commits.model import NOBODY, Authorship, Commit, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import (
    draft_keys,
    live_commits,
    read_drafts,
    store_drafts,
    unpromoted_commits,
)
from addressee.messaging.workflows.configuration import Configuration, ConfigurationError, check_sources
from addressee.messaging.workflows.configuration_sources import ConfigurationSources
from addressee.messaging.workflows.deploying.deployment import deploy_within, lock_environment, undone
from addressee.messaging.workflows.deploying.documents import checked
from addressee.messaging.workflows.deploying.drafts import drafts_rendered_by, refuse_too_many
from addressee.messaging.workflows.deploying.effects import Deployed


class Publishing:
    """Stores drafts, and makes documents live. All methods that take documents raise ConfigurationError."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()
        # Whoever waits for an environment's lock holds a connection: one of this process does.
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def changing(self, *environment_ids: int) -> AsyncIterator[Connection]:
        """Yields a connection in a transaction that locks environments: nobody else changes what is live there."""
        async with self._turn, self._pool.acquire() as connection, connection.transaction():
            for id in sorted(environment_ids):
                await lock_environment(connection, id)
            yield connection

    async def check(self, environment_id: int, documents: Mapping[ResourceKey, Document]) -> Configuration:
        """Checks documents beside what is live and the drafts that they may render; changes nothing."""
        async with self._pool.acquire() as connection:
            return await self._configuration(connection, environment_id, documents)

    async def save_drafts(
        self,
        environment_id: int,
        documents: Mapping[ResourceKey, Document],
        author: str,
        *,
        receipt: Receipt | None = None,
    ) -> None:
        """Checks documents, and stores them as drafts."""
        now = self._clock.now()
        async with self.changing(environment_id) as connection:
            refuse_too_many(await draft_keys(connection, environment_id), documents)
            await self._configuration(connection, environment_id, documents)
            await store_drafts(connection, environment_id, documents, now, author)
            await keep(connection, receipt, None, now)

    async def publish(
        self,
        environment_id: int,
        documents: Mapping[ResourceKey, Document],
        authorship: Authorship,
        *,
        receipt: Receipt | None = None,
    ) -> list[Deployed]:
        """Makes documents live. What they render must be live already, or be among them."""
        async with self.changing(environment_id) as connection:
            deployed = await self._deploy(connection, environment_id, documents, authorship)
            await keep(connection, receipt, deployed, self._clock.now())
            return deployed

    async def commit_drafts(
        self,
        environment_id: int,
        authorship: Authorship,
        resources: Collection[ResourceKey] | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[Deployed]:
        """Makes the drafts of these resources live, in one transaction."""
        async with self.changing(environment_id) as connection:
            drafts = await read_drafts(connection, environment_id, resources)
            documents = {resource: draft.document for resource, draft in drafts.items()}
            deployed = await self._deploy(connection, environment_id, documents, authorship)
            await keep(connection, receipt, deployed, self._clock.now())
            return deployed

    async def put_channel_group(self, environment_ids: Sequence[int], key: str, text: str) -> list[Deployed]:
        """Makes a channel group live in environments, in one transaction; the text is JSON.

        Groups have no drafts, as channels have none.
        """
        deployed: list[Deployed] = []
        async with self.changing(*environment_ids) as connection:
            for id in environment_ids:
                sources = ConfigurationSources(channel_groups=[read_document(text, f"channel group {key}", key)])
                configuration = check_sources(sources, {}, await read_available(connection, id))
                deployed += await deploy_within(connection, self._sealer, id, configuration, self._clock.now())
        return deployed

    async def unpromoted(self, source: int, target: int) -> Mapping[ResourceKey, Commit]:
        """Returns the newest commits of an environment whose documents another one does not have live."""
        async with self._pool.acquire() as connection:
            return await unpromoted_commits(connection, source, target)

    async def promote(
        self,
        source: int,
        target: int,
        authorship: Authorship,
        commits: Collection[UUID] | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[Deployed]:
        """Makes the newest commits of one environment live in another, in one transaction; all, or these."""
        async with self.changing(target) as connection:
            deployed = await self._promote(connection, source, target, authorship, commits)
            await keep(connection, receipt, deployed, self._clock.now())
            return deployed

    async def promote_one(
        self, commit: Commit, source: int, target: int, authorship: Authorship, *, receipt: Receipt | None = None
    ) -> Commit | None:
        """Makes a commit of one environment live in another; returns the commit there.

        None if it is not the newest of its resource, or what it says is live there already.
        """
        async with self.changing(target) as connection:
            if not await self._promote(connection, source, target, authorship, [commit.id]):
                return None
            made = (await live_commits(connection, target, [commit.resource]))[commit.resource]
            await keep(connection, receipt, made, self._clock.now())
            return made

    async def effects_of_promotion(self, source: int, target: int, commits: Collection[UUID]) -> list[Deployed]:
        """Returns what promoting these commits would change, and changes nothing."""
        async with self._turn, self._pool.acquire() as connection, undone(connection):
            await lock_environment(connection, target)
            return await self._promote(connection, source, target, NOBODY, commits)

    async def _promote(
        self,
        connection: Connection,
        source: int,
        target: int,
        authorship: Authorship,
        commits: Collection[UUID] | None,
    ) -> list[Deployed]:
        found = await unpromoted_commits(connection, source, target, commits)
        documents = {resource: commit.document for resource, commit in found.items()}
        promoted = Authorship(
            authorship.author,
            authorship.message,
            {resource: commit.id for resource, commit in found.items()},
        )
        return await self._deploy(connection, target, documents, promoted)

    async def _configuration(
        self, connection: Connection, environment_id: int, documents: Mapping[ResourceKey, Document]
    ) -> Configuration:
        rendered = await drafts_rendered_by(connection, environment_id, documents)
        return await checked(connection, environment_id, {**rendered, **documents})

    async def _deploy(
        self,
        connection: Connection,
        environment_id: int,
        documents: Mapping[ResourceKey, Document],
        authorship: Authorship,
    ) -> list[Deployed]:
        """Deploys documents to an environment that is locked: what they are checked against must stay."""
        if not documents:
            return []
        configuration = await checked(connection, environment_id, documents)
        refuse_without_steps(configuration, documents)
        return await deploy_within(
            connection, self._sealer, environment_id, configuration, self._clock.now(), authorship
        )


def refuse_without_steps(configuration: Configuration, documents: Mapping[ResourceKey, Document]) -> None:
    """Raises ConfigurationError for workflows without steps: they can be drafts, and nothing of them could be live."""
    defined = {workflow.key for workflow in configuration.workflows}
    empty = [each for each in documents if each.kind is ResourceKind.WORKFLOW and each.key not in defined]
    if empty:
        message = "a workflow that is to be live has at least one step"
        raise ConfigurationError([Problem(str(each), 1, message, "steps") for each in empty])
