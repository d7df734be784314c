"""Storing what the pages of a run produce, each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.jobs.queue import Priority
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.attachments import StoredAttachment
from addressee.messaging.recipients.identity import Profile, Subscribed, decode_identity
from addressee.messaging.runs.model import NO_TERMS, RunAttachment, RunPage, Terms
from addressee.messaging.runs.rows import HeldRun, MovedRun, OriginRow, StartedRun
from addressee.messaging.steps.run import Entry, RecipientRun, RunStatus
from addressee.messaging.workflows.model import Workflow, read_version

SQL = load(__package__)


class RunKey(NamedTuple):
    environment_id: int
    id: UUID


class Labels(NamedTuple):
    """A filter of recipients' runs, by what they have in common with their trigger."""

    workflow: str
    cancellation_key: str | None
    tenant: str | None

    @classmethod
    def of(cls, run: asyncpg.Record) -> Self:
        return cls(run["workflow"], run["cancellation_key"], run["tenant"])


class Origin(NamedTuple):
    """The page of a trigger that a new run of a recipient is stored with, and since when it waits."""

    page: RunPage
    labels: Labels
    since: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its pages read it, with its version of the workflow, which may not be active any more."""

    environment_id: int
    id: UUID
    workflow_key: str
    version_id: UUID
    workflow: Workflow
    tenant: str | None
    actor: Identity | None
    data: Document
    sandbox: bool
    skip_delay: bool
    inserted_at: datetime
    terms: Terms = NO_TERMS
    active: bool = True
    priority: Priority = Priority.NORMAL
    attachments: Sequence[RunAttachment] = ()
    cancellation_key: str | None = None

    @property
    def labels(self) -> Labels:
        return Labels(self.workflow_key, self.cancellation_key, self.tenant)

    @property
    def kind(self) -> tuple[object, ...]:
        """The properties that runs which begin together have in common."""
        return self.environment_id, self.workflow_key, self.version_id, self.tenant, self.categories

    @property
    def categories(self) -> tuple[str, ...]:
        return self.workflow.categories if self.terms.categories is None else self.terms.categories

    def attachments_of(self, recipient: Identity) -> Mapping[str, Sequence[StoredAttachment]]:
        """Returns the attachments of a recipient's e-mails, by the keys in the data that described them.

        A key in the recipient's own data goes before that of the run.
        """
        if not self.attachments:
            return {}
        own = (recipient.collection, recipient.id)
        found: dict[str, list[StoredAttachment]] = {}
        for whose in (own, None):
            of_whom = [each for each in self.attachments if each.recipient == whose and each.key not in found]
            for each in of_whom:
                found.setdefault(each.key, []).append(each.attachment)
        return found

    @property
    def actors(self) -> list[Identity]:
        return [self.actor] if self.actor else []


async def read_run(pool: Pool, environment_id: int, id: UUID) -> Run | None:
    return (await read_runs(pool, [RunKey(environment_id, id)])).get(id)


async def read_runs(pool: Pool, keys: Sequence[RunKey]) -> Mapping[UUID, Run]:
    """Returns what there is of these runs by their ids."""
    rows = await pool.fetch(*SQL["runs"](keys=keys))
    return {row["id"]: run_from(row) for row in rows}


def run_from(row: asyncpg.Record) -> Run:
    environment_id = row["environment_id"]
    return Run(
        environment_id,
        row["id"],
        row["workflow"],
        row["version_id"],
        read_version(row["content"]),
        row["tenant"],
        decode_identity(environment_id, row["actor"]),
        msgspec.json.decode(row["data"]),
        row["sandbox"],
        row["skip_delay"],
        row["inserted_at"],
        msgspec.json.decode(row["terms"], type=Terms),
        row["active"],
        Priority(row["priority"]),
        msgspec.json.decode(row["attachments"], type=list[RunAttachment]) if row["attachments"] else (),
        row["cancellation_key"],
    )


def recipient_run_from(environment_id: int, row: asyncpg.Record) -> RecipientRun:
    return RecipientRun(
        row["id"],
        Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
        msgspec.json.decode(row["data"]),
        RunStatus(row["status"]),
        row["step"],
        subscription=row["subscription"] and msgspec.json.decode(row["subscription"], type=Subscribed),
        kinds=row["kinds"] and msgspec.json.decode(row["kinds"], type=frozenset[str]),
        profile=row["profile"] and msgspec.json.decode(row["profile"], type=Profile),
        refs=msgspec.json.decode(row["refs"]) if row["refs"] else {},
        version_id=row["version_id"],
    )


def decode_cancelled(stored: bytes) -> set[tuple[str, str]]:
    """Returns for which recipients, by collection and id, a run was cancelled before they were told."""
    return set(msgspec.json.decode(stored, type=list[tuple[str, str]]))


def cancellation(now: datetime) -> tuple[Entry, ...]:
    """The journal of a run that was cancelled before its first step."""
    return ({"event": "run_cancelled", "status": "ok", "inserted_at": now},)


async def insert_recipient_runs(
    connection: Connection,
    runs: Sequence[RecipientRun],
    origins: Sequence[Origin],
    now: datetime,
    ended_silently: Sequence[UUID] = (),
) -> set[UUID]:
    """Stores new runs, each with its origin, where they are now, and returns their ids; those that exist stay.

    All are of one workflow, and of one tenant. Runs are stored in one order, so that no two pages with the same
    recipients wait for each other in a circle. Endpoints are told of the end of those that `ended_silently`; of other
    ends, with the messages that are stored next.
    """
    if not runs:
        return set()
    numbers: dict[Origin, int] = {}
    rows = [
        started_row(run, numbers.setdefault(origin, len(numbers) + 1))
        for run, origin in sorted(zip(runs, origins, strict=True), key=lambda each: (each[0].recipient.id, each[0].id))
    ]
    stored = await connection.fetch(
        *SQL["insert_recipient_runs"](
            environment_id=origins[0].page.environment_id,
            workflow=origins[0].labels.workflow,
            tenant=origins[0].labels.tenant,
            origins=[
                OriginRow(each.page.run_id, each.page.page, each.labels.cancellation_key, each.since)
                for each in numbers
            ],
            starting=rows,
            ended_silently=ended_silently,
            now=now,
        )
    )
    return {row["id"] for row in stored}


def started_row(run: RecipientRun, origin: int) -> StartedRun:
    return StartedRun(
        origin,
        run.id,
        run.recipient.collection,
        run.recipient.id,
        run.recipient.uid,
        msgspec.json.encode(run.data),
        encoded(run.subscription),
        encoded(run.kinds),
        None if run.ended else encoded(run.profile),
        topic_of(run.subscription),
        run.status,
        run.step,
        msgspec.json.encode(run.journal),
        run.due_at,
        encoded(run.refs or None),
        run.errors,
    )


def topic_of(subscribed: Subscribed | None) -> str | None:
    return None if subscribed is None else subscribed.topic


def encoded(value: object) -> bytes | None:
    return None if value is None else msgspec.json.encode(value)


async def hold(connection: Connection, pages: Sequence[RunPage], runs: Sequence[RecipientRun]) -> set[UUID]:
    """Locks the runs that nobody moved or cancelled meanwhile, and returns their ids."""
    rows = [HeldRun(run.id, run.recipient.id, run.step) for run in runs]
    held = await connection.fetch(*SQL["hold_recipient_runs"](**places_of(pages), held=rows))
    return {row["id"] for row in held}


async def move(
    connection: Connection,
    pages: Sequence[RunPage],
    before: Sequence[RecipientRun],
    after: Sequence[RecipientRun],
    now: datetime,
    ended_silently: Sequence[UUID],
) -> set[UUID]:
    """Stores the new states of runs that nobody moved or cancelled meanwhile, and returns the ids of these.

    Endpoints are told of the end of those that `ended_silently`; of other ends, with the messages that are stored next.
    """
    rows = [moved_row(earlier, run) for earlier, run in zip(before, after, strict=True)]
    moved = await connection.fetch(
        *SQL["move_recipient_runs"](**places_of(pages), moved=rows, ended_silently=ended_silently, now=now)
    )
    return {row["id"] for row in moved}


def place_of(page: RunPage) -> dict[str, Any]:
    """Returns where the runs of a page are, for statements."""
    return {"environment_id": page.environment_id, "run_id": page.run_id, "page": page.page}


def places_of(pages: Sequence[RunPage]) -> dict[str, Any]:
    """Returns where the runs of some pages of one environment are, for statements."""
    return {
        "environment_id": pages[0].environment_id,
        "run_ids": [page.run_id for page in pages],
        "pages": [page.page for page in pages],
    }


def moved_row(before: RecipientRun, after: RecipientRun) -> MovedRun:
    return MovedRun(
        after.id,
        after.recipient.id,
        before.step,
        after.status,
        after.step,
        msgspec.json.encode(after.journal),
        after.due_at,
        after.errors,
        None if after.data is before.data else msgspec.json.encode(after.data),
        None if after.refs is before.refs else msgspec.json.encode(after.refs),
    )
