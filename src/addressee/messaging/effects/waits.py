"""Waits for events: begun for a page of runs together (engine.md §4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.runs.effects import Answers, Asked, AskingPage
from addressee.messaging.steps.model import Request
from addressee.messaging.steps.waiting.wait import BeginWait, EventType

SQL = load(__package__)


class WaitRow(NamedTuple):
    """A row of one event that ends a wait; `step` is the position at which the run waits."""

    recipient_id: str
    uid: UUID | None
    type: EventType
    name: str
    recipient_run_id: UUID
    ordinal: int
    own_id: str
    own_uid: UUID | None
    step: int
    ref: str
    tenant: str | None
    conditions: bytes | None
    expires_at: datetime


class Waits:
    """The effect of `BeginWait`; the answer is the time at which the wait expires."""

    request: ClassVar[type[Request]] = BeginWait

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        rows = [row for each in asked for row in rows_of(each)]
        if rows:
            await connection.execute(
                *SQL["insert_waits"](
                    environment_id=page.environment_id,
                    run_id=page.page.run_id,
                    page=page.page.page,
                    waits=rows,
                    now=page.now,
                )
            )
        return Answers({each.run.id: each.request.expires_at for each in asked})


def rows_of(asked: Asked) -> list[WaitRow]:
    run, request = asked.run, asked.request
    return [
        WaitRow(
            request.recipient.id,
            request.recipient.uid,
            event.type,
            event.name,
            run.id,
            ordinal,
            run.recipient.id,
            run.recipient.uid,
            run.passed.step,
            asked.step.ref,
            request.tenant,
            None if event.conditions is None else msgspec.json.encode(event.conditions),
            request.expires_at,
        )
        for ordinal, event in enumerate(request.events)
    ]
