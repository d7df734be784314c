"""Bulk calls that mark or delete all messages of a channel that a selection matches (knock.md §2.3, §3.5).

Messages are processed newest first, a page in a transaction: the first pages while the caller waits, the rest by a
job. Messages that arrive meanwhile are not touched. A message that has the mark already keeps its time, so a repeated
call changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import structs
from uuid_utils.compat import uuid7

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Connection, Pool, is_away
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.recipient import Document, Identity
from addressee.directory.writing import bulk
from addressee.directory.writing.bulk import BulkOperation
from addressee.directory.writing.receipts import Receipt, keep, replace_answer
from addressee.messaging.messages.listing import EARLIEST, LATEST
from addressee.messaging.messages.marks.mark import Mark, set_mark, topic_of
from addressee.messaging.messages.model import Position, flattened, lock_messages
from addressee.messaging.messages.status import Status
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.realtime.changes import DELETED, FeedChange
from addressee.messaging.recipients.identity import StoredIdentity

SQL = load(__package__)

# The number of messages that one transaction reads.
PAGE_SIZE = 500
PAGES_AT_ONCE = 10
PAGES_A_JOB = 20


class Action(StrEnum):
    SEEN = "seen"
    UNSEEN = "unseen"
    READ = "read"
    UNREAD = "unread"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    INTERACTED = "interacted"
    DELETE = "delete"


# The engagement that a message must have for an action to change it.
CHANGEABLE: Mapping[Action, str] = {
    Action.SEEN: "unseen",
    Action.UNSEEN: "seen",
    Action.READ: "unread",
    Action.UNREAD: "read",
    Action.ARCHIVED: "unarchived",
    Action.UNARCHIVED: "archived",
    Action.INTERACTED: "not_interacted",
}


class Selection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A filter of messages. A part that is not given matches all, one that is empty matches none.

    `engagement` is a word of MessageFilter's `engagements`. `tenants` and `workflows` (keys) are any of them, and
    `or_no_tenant` adds messages of none.
    `trigger_data` is flat and exact. `since` is included, `until` is not.
    """

    channel_id: UUID
    archived: Literal["exclude", "include", "only"] = "include"
    status: Status | None = None
    engagement: str | None = None
    has_tenant: bool | None = None
    tenants: Sequence[str] | None = None
    or_no_tenant: bool = False
    workflows: Sequence[str] | None = None
    trigger_data: Document | None = None
    since: datetime = EARLIEST
    until: datetime = LATEST

    @property
    def is_empty(self) -> bool:
        """Returns whether the selection can match no message."""
        return any(part is not None and not part for part in (self.tenants, self.workflows, self.trigger_data))


class Remainder(msgspec.Struct, frozen=True):
    """The messages left: past a position for the first of `recipients`, all for the others; None: all recipients'."""

    action: Action
    selection: Selection
    recipients: Sequence[StoredIdentity] | None
    position: Position


class MarkAll(Job, frozen=True):
    """Processes further pages of a bulk call."""

    name: ClassVar[str] = "mark_all"

    environment_id: int
    operation_id: UUID


class BulkMarks:
    """Begins bulk calls, and resumes them as the handler of the job `mark_all`.

    The job may run twice, also at the same time: each page is processed once.
    """

    def __init__(self, pool: Pool, announcer: Announcer, clock: Clock) -> None:
        self._pool = pool
        self._announcer = announcer
        self._clock = clock

    async def begin(
        self,
        environment_id: int,
        action: Action,
        selection: Selection,
        recipients: Sequence[Identity] | None,
        receipt: Receipt | None,
    ) -> BulkOperation:
        """Marks or deletes messages of `recipients`, None: of everybody. Returns the operation after some pages."""
        owners = None if recipients is None else [StoredIdentity.of(recipient) for recipient in recipients]
        everything = None if selection.is_empty else Remainder(action, selection, owners, start_of(selection))
        job = MarkAll(environment_id, uuid7())
        operation = await self._take_first_page(job, f"messages.{action}", everything, receipt)
        if operation.completed_at is not None:
            return operation
        for _ in range(PAGES_AT_ONCE - 1):
            if not await self._take_next_page(job):
                break
        async with self._pool.acquire() as connection, connection.transaction():
            reached = await bulk.find_bulk_operation(connection, environment_id, operation.id)
            assert reached is not None
            await replace_answer(connection, receipt, reached)
        return reached

    async def resume(self, job: MarkAll) -> None:
        """Processes some pages, and queues a job for what remains."""
        try:
            for _ in range(PAGES_A_JOB):
                if not await self._take_next_page(job):
                    return
        except Exception as error:
            if not is_temporary(error):
                await bulk.fail(self._pool, job.environment_id, job.operation_id, self._clock.now())
            raise
        async with self._pool.acquire() as connection:
            await enqueue(connection, [job])

    async def _take_first_page(
        self, job: MarkAll, name: str, remainder: Remainder | None, receipt: Receipt | None
    ) -> BulkOperation:
        """Processes a page, and in the same transaction stores the operation and queues the job for the rest."""
        now = self._clock.now()
        changes: Sequence[FeedChange] = ()
        async with self._pool.acquire() as connection, connection.transaction():
            if remainder is not None:
                changes, remainder = await take_page(connection, job.environment_id, remainder, now)
            ended_at = now if remainder is None else None
            operation = BulkOperation(job.operation_id, name, len(changes), (), now, ended_at)
            await bulk.store(connection, job.environment_id, operation, encode(remainder))
            if remainder is not None:
                await enqueue(connection, [job])
            await keep(connection, receipt, operation, now)
        self._announcer.announce(changes)
        return operation

    async def _take_next_page(self, job: MarkAll) -> bool:
        """Processes a page of a bulk call that was begun. Returns whether there was one."""
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            stored = await bulk.lock_rest(connection, job.environment_id, job.operation_id)
            if stored is None:
                return False
            remainder = msgspec.json.decode(stored, type=Remainder)
            changes, following = await take_page(connection, job.environment_id, remainder, now)
            await bulk.advance(connection, job.environment_id, job.operation_id, len(changes), encode(following), now)
        self._announcer.announce(changes)
        return True


def is_temporary(error: Exception) -> bool:
    """Returns whether a repetition may succeed: the database was away, or another transaction was in the way."""
    return is_away(error) or isinstance(error, asyncpg.TransactionRollbackError)


def start_of(selection: Selection) -> Position:
    """Returns the position before the newest message that the selection matches."""
    return Position(selection.until, "")


def encode(remainder: Remainder | None) -> bytes | None:
    return None if remainder is None else msgspec.json.encode(remainder)


async def take_page(
    connection: Connection, environment_id: int, remainder: Remainder, now: datetime
) -> tuple[list[FeedChange], Remainder | None]:
    """Changes the messages of a page, and returns the changes and the remainder."""
    rows = await read_page(connection, environment_id, remainder)
    chosen = [row["id"] for row in rows if row["matches"]]
    changes = await apply_action(connection, environment_id, remainder.action, chosen, now)
    return changes, remainder_after(remainder, rows)


async def read_page(connection: Connection, environment_id: int, remainder: Remainder) -> list[asyncpg.Record]:
    """Returns the page's messages, newest first, and which of them are to change."""
    parameters = {
        "environment_id": environment_id,
        "start_at": remainder.position.inserted_at,
        "start_id": remainder.position.id,
        "limit": PAGE_SIZE,
        **selection_parameters(remainder.selection, CHANGEABLE.get(remainder.action)),
    }
    if remainder.recipients is None:
        return await connection.fetch(*SQL["bulk_page"](**parameters))
    if not remainder.recipients:
        return []
    recipient = remainder.recipients[0]
    return await connection.fetch(
        *SQL["bulk_page_of_recipient"](**parameters, recipient_id=recipient.id, uid=recipient.uid)
    )


def selection_parameters(selection: Selection, needed: str | None) -> dict[str, Any]:
    return {
        "since": selection.since,
        "channel_id": selection.channel_id,
        "trigger_data": msgspec.json.encode(flattened(selection.trigger_data or {})),
        "archived": selection.archived,
        "status": selection.status,
        "has_tenant": selection.has_tenant,
        "tenants": selection.tenants,
        "or_no_tenant": selection.or_no_tenant,
        "workflows": selection.workflows,
        "engagements": [each for each in (selection.engagement, needed) if each],
    }


async def apply_action(
    connection: Connection, environment_id: int, action: Action, ids: Sequence[str], now: datetime
) -> list[FeedChange]:
    if not ids:
        return []
    if action is not Action.DELETE:
        return await set_mark(connection, environment_id, ids, Mark(action), now=now)
    await lock_messages(connection, environment_id, ids)
    rows = await connection.fetch(*SQL["delete_messages"](environment_id=environment_id, ids=ids))
    return [FeedChange(topic_of(environment_id, row), DELETED, (row["id"],)) for row in rows]


def remainder_after(remainder: Remainder, rows: Sequence[asyncpg.Record]) -> Remainder | None:
    if len(rows) == PAGE_SIZE:
        return structs.replace(remainder, position=Position(rows[-1]["inserted_at"], rows[-1]["id"]))
    if remainder.recipients is None or len(remainder.recipients) <= 1:
        return None
    return structs.replace(remainder, recipients=remainder.recipients[1:], position=start_of(remainder.selection))
