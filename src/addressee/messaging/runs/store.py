"""Storing what the pages of a run produce, each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.jobs.queue import Priority
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.attachments import StoredAttachment
from addressee.messaging.recipients.identifiers import recipient_run_id
from addressee.messaging.recipients.identity import Profile, Subscribed, decode_identity
from addressee.messaging.runs.model import NO_TERMS, RunAttachment, RunPage, Terms, WaitingRecipient
from addressee.messaging.runs.rows import HeldRun, MovedRun, StartedRun
from addressee.messaging.steps.run import Entry, RecipientRun, RunStatus
from addressee.messaging.workflows.model import Workflow, read_version

SQL = load(__package__)


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

    @property
    def categories(self) -> tuple[str, ...]:
        return self.workflow.categories if self.terms.categories is None else self.terms.categories

    def attachments_of(self, recipient: Identity) -> Mapping[str, Sequence[StoredAttachment]]:
        """Returns the attachments of a recipient's e-mails, by the keys in the data that described them.

        A key in the recipient's own data goes before that of the run.
        """
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
    row = await pool.fetchrow(*SQL["run"](environment_id=environment_id, run_id=id))
    if row is None:
        return None
    return Run(
        environment_id,
        id,
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


def cancellation(now: datetime) -> list[Entry]:
    """The journal of a run that was cancelled before its first step."""
    return [{"event": "run_cancelled", "status": "ok", "inserted_at": now}]


async def insert_recipient_runs(
    connection: Connection,
    page: RunPage,
    run: asyncpg.Record,
    recipients: Sequence[WaitingRecipient],
    status: RunStatus,
    journal: Sequence[Entry],
    now: datetime,
) -> None:
    """Stores the runs of those recipients that have one."""
    recipients = [each for each in recipients if each.has_run]
    if not recipients:
        return
    await connection.execute(
        *SQL["insert_recipient_runs"](
            environment_id=page.environment_id,
            run_id=page.run_id,
            page=page.page,
            workflow=run["workflow"],
            cancellation_key=run["cancellation_key"],
            tenant=run["tenant"],
            starting=[
                StartedRun(
                    recipient_run_id(page.run_id, each.collection, each.id),
                    each.collection,
                    each.id,
                    each.uid,
                    msgspec.json.encode(each.data),
                    encoded(each.subscription),
                    encoded(each.kinds),
                    None if status is RunStatus.CANCELLED else encoded(each.profile),
                    topic_of(each.subscription),
                )
                for each in recipients
            ],
            status=status,
            journal=msgspec.json.encode(journal),
            now=now,
        )
    )


def topic_of(subscribed: Subscribed | None) -> str | None:
    return None if subscribed is None else subscribed.topic


def encoded(value: object) -> bytes | None:
    return None if value is None else msgspec.json.encode(value)


async def hold(connection: Connection, page: RunPage, runs: Sequence[RecipientRun]) -> set[UUID]:
    """Locks the runs that nobody moved or cancelled meanwhile, and returns their ids."""
    rows = [HeldRun(run.id, run.recipient.id, run.step) for run in runs]
    held = await connection.fetch(*SQL["hold_recipient_runs"](**place_of(page), held=rows))
    return {row["id"] for row in held}


async def move(
    connection: Connection,
    page: RunPage,
    before: Sequence[RecipientRun],
    after: Sequence[RecipientRun],
    now: datetime,
) -> set[UUID]:
    """Stores the new states of runs that nobody moved or cancelled meanwhile, and returns the ids of these."""
    rows = [moved_row(earlier, run) for earlier, run in zip(before, after, strict=True)]
    moved = await connection.fetch(*SQL["move_recipient_runs"](**place_of(page), moved=rows, now=now))
    return {row["id"] for row in moved}


def place_of(page: RunPage) -> dict[str, Any]:
    """Returns where the runs of a page are, for statements."""
    return {"environment_id": page.environment_id, "run_id": page.run_id, "page": page.page}


def moved_row(before: RecipientRun, after: RecipientRun) -> MovedRun:
    return MovedRun(
        after.id,
        after.recipient.id,
        before.step,
        after.status,
        after.step,
        msgspec.json.encode(after.journal),
        after.due_at,
        sum(entry["status"] == "error" for entry in after.journal),
        None if after.data is before.data else msgspec.json.encode(after.data),
        None if after.refs is before.refs else msgspec.json.encode(after.refs),
    )
