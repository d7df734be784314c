"""Closing batches: the run that goes on gets what was collected, in the transaction that moves it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.runs.effects import Answers, Asked, AskingPage
from addressee.messaging.steps.batches.batch_requests import CloseBatch, Closed, Joined, NoBatch, NotYet
from addressee.messaging.steps.model import Request, Step
from addressee.messaging.workflows.model import read_version

SQL = load(__package__)

Answer: TypeAlias = Closed | NotYet | Joined | NoBatch

# Longer texts stay out of the data that a batch goes on with.
MAX_TEXT = 256


class Closing(NamedTuple):
    """A run whose batch is to close, and the step at which it waits."""

    run_id: UUID
    step_ref: str


class Prolonged(NamedTuple):
    """The run of a batch that stays open, and until when."""

    run_id: UUID
    closes_at: datetime


class CloseBatches:
    """The effect of `CloseBatch`. If anything fails, a batch stays open and due, and is closed at the next try."""

    request: ClassVar[type[Request]] = CloseBatch

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        closing = [Closing(each.run.id, each.step.ref) for each in asked]
        rows = await connection.fetch(*SQL["hold_batches_of_runs"](environment_id=page.environment_id, closing=closing))
        batches = {row["recipient_run_id"]: row for row in rows}
        sizes = await read_sizes(connection, page, [row["id"] for row in rows]) if rows else {}
        answers: dict[UUID, Answer] = {}
        for each in asked:
            batch = batches.get(each.run.id)
            answers[each.run.id] = NoBatch() if batch is None else answer_to(each.request, batch, sizes, page.now)
        ready = [batches[id] for id, each in answers.items() if isinstance(each, Closed | Joined)]
        merged = await merged_data(connection, page, ready)
        await store(connection, page, ready, answers)
        positions = await continue_on_newest(connection, page, asked, answers)
        return Answers({id: completed(each, merged, positions.get(id)) for id, each in answers.items()})


async def read_sizes(
    connection: Connection, page: AskingPage, batch_ids: Sequence[UUID]
) -> Mapping[UUID, asyncpg.Record]:
    """Returns the sizes of batches that have items, without the items of actors who were deleted."""
    batches = {"environment_id": page.environment_id, "batch_ids": batch_ids}
    await connection.execute(*SQL["drop_items_of_gone"](**batches))
    return {row["batch_id"]: row for row in await connection.fetch(*SQL["batch_sizes"](**batches))}


def answer_to(
    request: CloseBatch, batch: asyncpg.Record, sizes: Mapping[UUID, asyncpg.Record], now: datetime
) -> Answer:
    """Returns what becomes of a batch, without the data."""
    size = sizes.get(batch["id"])
    if batch["united_into"] is not None:
        return Joined(batch["united_into"])
    closes_at = batch["closes_at"]
    if request.sliding is not None and size is not None:
        closes_at = min(size["newest"] + request.sliding.window, batch["opened_at"] + request.sliding.limit)
    items = 0 if size is None else size["items"]
    if batch["sealed_at"] is None:
        if closes_at > now:
            return NotYet(closes_at)
        if items < request.min_items and request.keeps_until is not None:
            return NotYet(request.keeps_until)
    return Closed(batch["id"], items, {})


def completed(answer: Answer, merged: Mapping[UUID, Mapping[str, Any]], position: int | None) -> Answer:
    """Returns an answer with what is known once the batches are closed."""
    if not isinstance(answer, Closed):
        return answer
    return replace(answer, data=merged.get(answer.batch_id, {}), position=position)


async def continue_on_newest(
    connection: Connection, page: AskingPage, asked: Sequence[Asked], answers: Mapping[UUID, Answer]
) -> Mapping[UUID, int]:
    """Has runs go on with the newest version of their workflow that said so, where their step is in it, too.

    Returns where their steps stand there, by the runs' ids.
    """
    run = page.run
    going_on = [each for each in asked if each.request.latest and isinstance(answers[each.run.id], Closed)]
    if not going_on:
        return {}
    row = await connection.fetchrow(*SQL["workflow"](environment_id=run.environment_id, key=run.workflow_key))
    if row is None or row["version_id"] == run.version_id:
        return {}
    steps = read_version(row["content"]).steps
    places: dict[tuple[str, type[Step]], int] = {
        (step.ref, type(step)): position for position, step in enumerate(steps)
    }
    found = {
        each.run.id: position
        for each in going_on
        if (position := places.get((each.step.ref, type(each.step)))) is not None
    }
    if found:
        await connection.execute(
            *SQL["continue_on_version"](
                environment_id=run.environment_id, run_ids=list(found), version_id=row["version_id"]
            )
        )
    return found


async def store(
    connection: Connection, page: AskingPage, ready: Sequence[asyncpg.Record], answers: Mapping[UUID, Answer]
) -> None:
    if ready:
        await connection.execute(*SQL["close_batches"](environment_id=page.environment_id, closed=ready, now=page.now))
    prolonged = [Prolonged(id, each.closes_at) for id, each in answers.items() if isinstance(each, NotYet)]
    if prolonged:
        await connection.execute(*SQL["prolong_batches"](environment_id=page.environment_id, prolonged=prolonged))


async def merged_data(
    connection: Connection, page: AskingPage, batches: Sequence[asyncpg.Record]
) -> Mapping[UUID, Mapping[str, Any]]:
    """Returns the values at the top of the items' data by batch: of each name the newest one."""
    if not batches:
        return {}
    rows = await connection.fetch(
        *SQL["merged_batch_data"](
            environment_id=page.environment_id, batch_ids=[batch["id"] for batch in batches], max_text=MAX_TEXT
        )
    )
    return {row["batch_id"]: msgspec.json.decode(row["data"]) for row in rows}
