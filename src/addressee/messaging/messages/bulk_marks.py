"""Marks or deletes all messages of a channel that have something in common (knock.md §2.3, §3.5).

Messages are taken newest first, a page in a transaction: the first pages while the caller waits, the rest by a job.
So what arrives meanwhile is not touched, and a browser that marks everything sees it at once. What carries the mark
already keeps its time, so doing it again changes nothing.
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
from addressee.messaging.messages.mark import Mark, set_mark
from addressee.messaging.messages.model import Position, flattened, lock_messages
from addressee.messaging.messages.status import Status
from addressee.messaging.recipients.identity import StoredIdentity

SQL = load(__package__)

# How many messages one transaction looks at.
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


# What a message must be for an action to change it.
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
    """A filter of messages. A part that is not given does not matter, one that is empty finds nothing.

    `engagement` is a word of MessageFilter's `engagements`. `tenants` and `workflows` (keys) are any of them.
    `trigger_data` is flat and exact. `since` is included, `until` is not.
    """

    channel_id: UUID
    archived: Literal["exclude", "include", "only"] = "include"
    status: Status | None = None
    engagement: str | None = None
    has_tenant: bool | None = None
    tenants: Sequence[str] | None = None
    workflows: Sequence[str] | None = None
    trigger_data: Document | None = None
    since: datetime = EARLIEST
    until: datetime = LATEST

    @property
    def is_empty(self) -> bool:
        """Whether it finds nothing, whatever there is."""
        return any(part is not None and not part for part in (self.tenants, self.workflows, self.trigger_data))


class Remainder(msgspec.Struct, frozen=True):
    """What is left: messages past a position, of the first of these recipients and then of the others; None: of all."""

    action: Action
    selection: Selection
    recipients: Sequence[StoredIdentity] | None
    position: Position


class MarkAll(Job, frozen=True):
    """Goes on with a bulk call."""

    name: ClassVar[str] = "mark_all"

    environment_id: int
    operation_id: UUID


class BulkMarks:
    """Begins bulk calls, and goes on with them as the handler of the job `mark_all`.

    The job may run twice, and at once: each page is taken once.
    """

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def begin(
        self,
        environment_id: int,
        action: Action,
        selection: Selection,
        recipients: Sequence[Identity] | None,
        receipt: Receipt | None,
    ) -> BulkOperation:
        """Marks or deletes the messages of `recipients`, None: of everybody. Returns how far it is by then."""
        owners = None if recipients is None else [StoredIdentity.of(recipient) for recipient in recipients]
        everything = None if selection.is_empty else Remainder(action, selection, owners, front(selection))
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
        """Takes some pages, and leaves a job for what remains then."""
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
        """Keeps with the page how far the call is and a job for the rest, so that it is begun once."""
        now, changed = self._clock.now(), 0
        async with self._pool.acquire() as connection, connection.transaction():
            if remainder is not None:
                changed, remainder = await take_page(connection, job.environment_id, remainder, now)
            operation = BulkOperation(job.operation_id, name, changed, (), now, now if remainder is None else None)
            await bulk.store(connection, job.environment_id, operation, encoded(remainder))
            if remainder is not None:
                await enqueue(connection, [job])
            await keep(connection, receipt, operation, now)
        return operation

    async def _take_next_page(self, job: MarkAll) -> bool:
        """Takes a page of a bulk call that was begun. Returns whether there was one."""
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            stored = await bulk.lock_rest(connection, job.environment_id, job.operation_id)
            if stored is None:
                return False
            remainder = msgspec.json.decode(stored, type=Remainder)
            changed, following = await take_page(connection, job.environment_id, remainder, now)
            await bulk.advance(connection, job.environment_id, job.operation_id, changed, encoded(following), now)
        return True


def is_temporary(error: Exception) -> bool:
    """Whether the same again may succeed: the database was away, or others were in the way."""
    return is_away(error) or isinstance(error, asyncpg.TransactionRollbackError)


def front(selection: Selection) -> Position:
    """Before the first message that is old enough."""
    return Position(selection.until, "")


def encoded(remainder: Remainder | None) -> bytes | None:
    return None if remainder is None else msgspec.json.encode(remainder)


async def take_page(
    connection: Connection, environment_id: int, remainder: Remainder, now: datetime
) -> tuple[int, Remainder | None]:
    """How many messages of a page changed, and what is left after it."""
    rows = await read_page(connection, environment_id, remainder)
    chosen = [row["id"] for row in rows if row["matches"]]
    return await act(connection, environment_id, remainder.action, chosen, now), after(remainder, rows)


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
        "workflows": selection.workflows,
        "engagements": [each for each in (selection.engagement, needed) if each],
    }


async def act(connection: Connection, environment_id: int, action: Action, ids: Sequence[str], now: datetime) -> int:
    if not ids:
        return 0
    if action is not Action.DELETE:
        return await set_mark(connection, environment_id, ids, Mark(action), now=now)
    await lock_messages(connection, environment_id, ids)
    deleted: int = await connection.fetchval(*SQL["delete_messages"](environment_id=environment_id, ids=ids))
    return deleted


def after(remainder: Remainder, rows: Sequence[asyncpg.Record]) -> Remainder | None:
    if len(rows) == PAGE_SIZE:
        return structs.replace(remainder, position=Position(rows[-1]["inserted_at"], rows[-1]["id"]))
    if remainder.recipients is None or len(remainder.recipients) <= 1:
        return None
    return structs.replace(remainder, recipients=remainder.recipients[1:], position=front(remainder.selection))
