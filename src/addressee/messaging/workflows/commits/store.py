"""Commits and drafts in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import uuid_utils.compat

from addressee.database.expiry import delete_before
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.workflows.commits.model import (
    Authorship,
    Commit,
    Document,
    Draft,
    ListedCommit,
    ResourceKey,
    ResourceKind,
)

SQL = load(__package__)


class CommitRow(NamedTuple):
    id: UUID
    kind: ResourceKind
    key: str
    document: str
    files: str | None
    promoted_from: UUID | None


class CommitFilter(NamedTuple):
    """Commits of these kinds, of the resources with this key, and those that were promoted to an environment or not."""

    kinds: Sequence[str] | None = None
    key: str | None = None
    promoted: bool | None = None
    target_id: int | None = None


class ResourceFilter(NamedTuple):
    """Resources of a kind, as they are live, or with `drafts` as they would be; of translations, those of a locale or a
    namespace.
    """

    kind: ResourceKind
    drafts: bool = True
    locale: str | None = None
    namespace: str | None = None


class DraftRow(NamedTuple):
    kind: ResourceKind
    key: str
    document: str
    files: str | None


async def record_commits(
    connection: Connection,
    environment_id: int,
    documents: Mapping[ResourceKey, Document],
    now: datetime,
    authorship: Authorship,
) -> dict[ResourceKey, Commit]:
    """Stores commits of the documents that differ from the live ones, and drops the drafts of all: they are old now.

    Returns the commits that were live before.
    """
    if not documents:
        return {}
    live = await live_commits(connection, environment_id, documents)
    promoted_from = authorship.promoted_from or {}
    rows = [
        CommitRow(
            id_after(live.get(resource)),
            *resource,
            document.text,
            encoded(document.files),
            promoted_from.get(resource),
        )
        for resource, document in documents.items()
        if resource not in live or live[resource].document != document
    ]
    if rows:
        await connection.execute(
            *SQL["insert_commits"](
                environment_id=environment_id,
                commits=rows,
                author=authorship.author,
                message=authorship.message,
                now=now,
            )
        )
    await connection.execute(*SQL["delete_drafts"](environment_id=environment_id, resources=list(documents)))
    return live


def id_after(before: Commit | None) -> UUID:
    """Returns an id for the commit that follows another one of its resource, also if that one's clock was ahead."""
    id = uuid_utils.compat.uuid7()
    return id if before is None or id > before.id else UUID(int=before.id.int + 1)


async def forget(connection: Connection, environment_id: int, resources: Sequence[ResourceKey]) -> None:
    """Deletes the commits and the drafts of resources that are there no more: nothing of them is live."""
    await connection.execute(*SQL["delete_commits"](environment_id=environment_id, resources=resources))
    await connection.execute(*SQL["delete_drafts"](environment_id=environment_id, resources=resources))


async def live_commits(
    database: Pool | Connection, environment_id: int, resources: Collection[ResourceKey] | None = None
) -> dict[ResourceKey, Commit]:
    """Returns the newest commit of each of these resources, or of all, in the order of kinds and keys."""
    rows = await database.fetch(*SQL["live_commits"](environment_id=environment_id, resources=resources))
    commits = [commit_from(row) for row in rows]
    return {commit.resource: commit for commit in commits}


async def unpromoted_commits(
    database: Pool | Connection, environment_id: int, target_id: int, ids: Collection[UUID] | None = None
) -> dict[ResourceKey, Commit]:
    """Returns those of the newest commits of an environment, or of these, whose documents another one has not live."""
    rows = await database.fetch(
        *SQL["unpromoted_commits"](
            environment_id=environment_id, target_id=target_id, ids=None if ids is None else list(ids)
        )
    )
    return {commit.resource: commit for commit in map(commit_from, rows)}


async def delete_old_commits(connection: Connection, before: datetime) -> None:
    """Deletes the commits that are older, except those that are live or that others refer to."""
    await delete_before(connection, SQL["delete_old_commits"], before)


async def keys_of_page(
    database: Pool | Connection, environment_id: int, wanted: ResourceFilter, page: PageRequest[str]
) -> Page[str]:
    """Returns the keys of a page of resources, in their order."""
    rows = await database.fetch(
        *SQL["resource_keys"](environment_id=environment_id, **wanted._asdict(), **page.parameters(front=""))
    )
    return build_page(sorted(row["key"] for row in rows), page, str)


async def find_commit(database: Pool | Connection, environment_id: int, id: UUID) -> Commit | None:
    row = await database.fetchrow(*SQL["commit"](environment_id=environment_id, id=id))
    return None if row is None else commit_from(row)


async def commits_like(
    database: Pool | Connection, environment_id: int, wanted: CommitFilter, page: PageRequest[UUID]
) -> Page[ListedCommit]:
    """Returns a page of an environment's commits, newest first. Only `after` of the request counts."""
    rows = await database.fetch(
        *SQL["commits_like"](
            environment_id=environment_id,
            kinds=wanted.kinds,
            key=wanted.key,
            promoted=wanted.promoted,
            target_id=wanted.target_id,
            before=page.after,
            limit=page.size + 1,
        )
    )
    return build_page([listed_from(row) for row in rows], page, lambda commit: commit.id)


async def store_drafts(
    connection: Connection,
    environment_id: int,
    documents: Mapping[ResourceKey, Document],
    now: datetime,
    author: str,
) -> None:
    """Stores drafts, in the place of those that these resources have."""
    rows = [DraftRow(*resource, document.text, encoded(document.files)) for resource, document in documents.items()]
    await connection.execute(*SQL["upsert_drafts"](environment_id=environment_id, drafts=rows, author=author, now=now))


async def draft_keys(database: Pool | Connection, environment_id: int) -> list[ResourceKey]:
    """Returns what has a draft, in the order of kinds and keys."""
    return [resource_of(row) for row in await database.fetch(*SQL["draft_keys"](environment_id=environment_id))]


async def read_drafts(
    database: Pool | Connection, environment_id: int, resources: Collection[ResourceKey] | None = None
) -> dict[ResourceKey, Draft]:
    """Returns the drafts of these resources, or of all, in the order of kinds and keys."""
    rows = await database.fetch(*SQL["drafts"](environment_id=environment_id, resources=resources))
    drafts = [draft_from(row) for row in rows]
    return {draft.resource: draft for draft in drafts}


def commit_from(row: Any) -> Commit:
    listed = listed_from(row)
    return Commit(
        listed.id,
        listed.resource,
        listed.author,
        listed.message,
        listed.promoted_from,
        listed.created_at,
        document_from(row),
    )


def listed_from(row: Any) -> ListedCommit:
    return ListedCommit(
        row["id"], resource_of(row), row["author"], row["message"], row["promoted_from"], row["created_at"]
    )


def draft_from(row: Any) -> Draft:
    return Draft(resource_of(row), document_from(row), row["author"], row["created_at"], row["updated_at"])


def resource_of(row: Any) -> ResourceKey:
    return ResourceKey(ResourceKind(row["kind"]), row["key"])


def document_from(row: Any) -> Document:
    files = row["files"]
    return Document(row["document"], None if files is None else msgspec.json.decode(files, type=dict[str, str]))


def encoded(files: Mapping[str, str] | None) -> str | None:
    return None if files is None else msgspec.json.encode(files).decode()
