"""Batches: who opens, joins and closes them, for a page of runs in a fixed number of statements (engine.md §10).

Of all who would open one batch at the same moment, the unique index lets one. Whoever joins a batch holds its row, so
that it is not sealed meanwhile: whoever seals it waits, and whoever closes it afterwards finds every item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import ClassVar
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.jobs.queue import Later
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.effects.batch_rows import BatchKey, Continued, Full, Joining, NewBatch, NewItem, Round
from addressee.messaging.runs.effects import Answers, Asked, AskingPage
from addressee.messaging.runs.model import Advance
from addressee.messaging.steps.batches.batch_requests import JoinBatch, Joined, Led, Opened
from addressee.messaging.steps.model import Request

SQL = load(__package__)

# Each round gives a place to one run under each key at least, unless others close the batch in that very moment.
MAX_ROUNDS = 100


class BatchesContendedError(Exception):
    """Batches were closed by others as often as this page came to join them. The job is tried again."""


class JoinBatches:
    """The effect of `JoinBatch`. Within a page, runs under one key join in their order."""

    request: ClassVar[type[Request]] = JoinBatch

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        joining = sorted((Joining.of(page, each) for each in asked), key=attrgetter("batch"))
        await seal_expired(connection, page, joining)
        joining = await looked_back(connection, page, joining)
        answers: dict[UUID, Opened | Joined | Led] = {}
        full: list[Full] = []
        for _ in range(MAX_ROUNDS):
            done = await join(connection, page, joining)
            answers |= done.answers
            full += done.full
            joining = done.left
            if not joining:
                break
        else:
            raise BatchesContendedError
        for each in full:  # the run that goes on is of this page: it has not paused yet
            id = each.recipient_run_id
            if id is not None and isinstance(answers.get(id), Opened):
                answers[id] = Opened(each.id, page.now)
        return Answers(answers, await wake(connection, page, full))


async def seal_expired(connection: Connection, page: AskingPage, joining: Sequence[Joining]) -> None:
    """Seals those of the runs' open batches whose time is over."""
    await connection.execute(
        *SQL["seal_expired_batches"](
            environment_id=page.environment_id,
            workflow=page.run.workflow_key,
            joining=[first for _, (first, *_) in by_batch(joining)],
            now=page.now,
        )
    )


async def looked_back(connection: Connection, page: AskingPage, joining: list[Joining]) -> list[Joining]:
    """Returns the runs; those that look back lead only where no run went on in so long a time."""
    looking = [first for _, (first, *_) in by_batch(joining) if first.look_back is not None]
    if not looking:
        return joining
    rows = await connection.fetch(
        *SQL["batches_told_of"](
            environment_id=page.environment_id, workflow=page.run.workflow_key, looking=looking, now=page.now
        )
    )
    told = {batch_key(row) for row in rows}
    return [each._replace(leads=each.leads and each.batch not in told) for each in joining]


def batch_key(row: asyncpg.Record) -> BatchKey:
    return BatchKey(*(row[name] for name in BatchKey._fields))


async def join(connection: Connection, page: AskingPage, joining: Sequence[Joining]) -> Round:
    """Has runs join the open batches, and opens those that are missing. They are in the order of their batches."""
    new = [
        NewBatch(
            uuid7(),
            key,
            first.collection,
            None if first.leads else first.run_id,
            first.closes_at,
            page.now if first.leads else None,
        )
        for key, (first, *_) in by_batch(joining)
    ]
    of_workflow = {"environment_id": page.environment_id, "workflow": page.run.workflow_key}
    opened = await connection.fetch(*SQL["open_batches"](**of_workflow, new=new, now=page.now))
    exclusive = any(each.changes_batch for each in joining)
    lock = "hold_open_batches" if exclusive else "share_open_batches"
    rows = await connection.fetch(*SQL[lock](**of_workflow, wanted=new))
    sizes = await sizes_of(connection, page, [row["id"] for row in rows]) if exclusive else {}
    found = {batch_key(row): row for row in rows}
    done = Round()
    opened_ids = {row["id"] for row in opened}
    for key, those in by_batch(joining):
        row = found.get(key)
        if row is None:
            done.left += those
        else:
            place(done, row, those, sizes.get(row["id"], 0), is_new=row["id"] in opened_ids)
    await store(connection, page, done)
    return done


def by_batch(joining: Sequence[Joining]) -> list[tuple[BatchKey, list[Joining]]]:
    return [(key, list(those)) for key, those in groupby(joining, key=attrgetter("batch"))]


def place(done: Round, batch: asyncpg.Record, joining: Sequence[Joining], size: int, *, is_new: bool) -> None:
    """Gives runs their places in a batch that has `size` items, as many as it takes."""
    id: UUID = batch["id"]
    going_on: UUID | None = batch["recipient_run_id"]
    for position, each in enumerate(joining):
        if each.max_items is not None and size >= each.max_items:
            done.left += joining[position:]
            break
        if is_new and position == 0 and each.leads:
            done.answers[each.run_id] = Led(id)
            continue
        if going_on is None:
            going_on = each.run_id
            done.continued.append(Continued(id, each.batch.recipient_id, going_on))
        done.answers[each.run_id] = Opened(id, batch["closes_at"]) if going_on == each.run_id else Joined(id)
        done.items.append(NewItem(each.run_id, id, each.batch.recipient_id, each.data))
        size += 1
    if joining[0].max_items is not None and size >= joining[0].max_items:
        done.full.append(Full(id, batch["recipient_id"], going_on))


async def sizes_of(connection: Connection, page: AskingPage, batch_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    rows = await connection.fetch(*SQL["batch_sizes"](environment_id=page.environment_id, batch_ids=batch_ids))
    return {row["batch_id"]: row["items"] for row in rows}


async def store(connection: Connection, page: AskingPage, done: Round) -> None:
    if done.items:
        await connection.execute(
            *SQL["insert_batch_items"](environment_id=page.environment_id, items=done.items, now=page.now)
        )
    if done.continued:
        await connection.execute(*SQL["continue_batches"](environment_id=page.environment_id, continued=done.continued))
    if done.full:
        await connection.execute(
            *SQL["seal_batches"](environment_id=page.environment_id, sealed=done.full, now=page.now)
        )


async def wake(connection: Connection, page: AskingPage, full: Sequence[Full]) -> list[Later]:
    """Has the runs of full batches go on at once. Returns the jobs that carry them on.

    A run that somebody holds at this moment is about to close its batch.
    """
    if not full:
        return []
    rows = await connection.fetch(
        *SQL["wake_continuations"](environment_id=page.environment_id, full=full, now=page.now)
    )
    pages = sorted({(row["run_id"], row["page"]) for row in rows})
    return [Later(Advance(page.environment_id, *each), priority=page.run.priority) for each in pages]
