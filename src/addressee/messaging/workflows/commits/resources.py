"""Resources of environments as clients see them: the draft of each, or what is live."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from addressee.database.paging import Page, PageRequest
from addressee.database.pool import Pool
from addressee.messaging.workflows.commits.model import Commit, Document, ListedCommit, ResourceKey
from addressee.messaging.workflows.commits.store import (
    CommitFilter,
    ResourceFilter,
    commits_like,
    draft_keys,
    find_commit,
    keys_of_page,
    live_commits,
    read_drafts,
)


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A resource with its document, which is that of its draft if it has one."""

    resource: ResourceKey
    document: Document
    created_at: datetime
    updated_at: datetime


class Resources:
    """Reads workflows, layouts, partials and the like as they were pushed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int, wanted: ResourceFilter, page: PageRequest[str]) -> Page[StoredResource]:
        """Returns a page of resources, by key. Nothing is read of those that it does not show."""
        keys = await keys_of_page(self._pool, environment_id, wanted, page)
        resources = [ResourceKey(wanted.kind, key) for key in keys.entries]
        found = await self._read(environment_id, resources, not wanted.drafts)
        shown = [found[each] for each in resources if each in found]
        return Page(shown, keys.size, keys.after, keys.before)

    async def get(
        self, environment_id: int, resource: ResourceKey, *, only_committed: bool = False
    ) -> StoredResource | None:
        return (await self._read(environment_id, [resource], only_committed)).get(resource)

    async def _read(
        self, environment_id: int, resources: Collection[ResourceKey], only_committed: bool
    ) -> dict[ResourceKey, StoredResource]:
        found = {
            resource: StoredResource(resource, commit.document, commit.created_at, commit.created_at)
            for resource, commit in (await live_commits(self._pool, environment_id, resources)).items()
        }
        if not only_committed:
            for resource, draft in (await read_drafts(self._pool, environment_id, resources)).items():
                live = found.get(resource)
                created_at = draft.created_at if live is None else live.created_at
                found[resource] = StoredResource(resource, draft.document, created_at, draft.updated_at)
        return found

    async def commits(self, environment_id: int, wanted: CommitFilter, page: PageRequest[UUID]) -> Page[ListedCommit]:
        """Returns a page of an environment's commits, newest first. Only `after` of the request counts."""
        return await commits_like(self._pool, environment_id, wanted, page)

    async def commit(self, environment_id: int, id: UUID) -> Commit | None:
        return await find_commit(self._pool, environment_id, id)

    async def drafts(self, environment_id: int) -> Sequence[ResourceKey]:
        """Returns what has a draft."""
        return await draft_keys(self._pool, environment_id)
