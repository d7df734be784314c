"""Stops recipients' runs that have not finished. Messages that they made already stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.reference import Reference
from addressee.messaging.runs import RunPage, WaitingRecipient
from addressee.messaging.stepping import RunStatus
from addressee.messaging.storing import insert_recipient_runs

SQL = load(__package__)


async def cancel(
    pool: Pool,
    environment_id: int,
    workflow: str,
    cancellation_key: str,
    recipients: Sequence[Reference] | None,
    now: datetime,
) -> None:
    """Cancels for `recipients`, None: for all. Those that wait to be started are stored as cancelled."""
    chosen = None if recipients is None else set(recipients)
    journal = [{"event": "run_cancelled", "status": "ok", "inserted_at": now}]
    async with pool.acquire() as connection, connection.transaction():
        for run in await connection.fetch(SQL["lock_runs_to_cancel"], environment_id, workflow, cancellation_key):
            waiting = msgspec.json.decode(run["recipients"], type=list[WaitingRecipient])
            stopped = [each for each in waiting if chosen is None or each.reference in chosen]
            page = RunPage(environment_id, run["id"], run["pages_started"])
            await insert_recipient_runs(connection, page, run, stopped, RunStatus.CANCELLED, journal, now)
            await connection.execute(
                SQL["update_waiting_recipients"],
                *msgspec.structs.astuple(page)[:2],
                msgspec.json.encode([each for each in waiting if each not in stopped]),
                page.page,
            )
        await connection.execute(
            SQL["cancel_recipient_runs"],
            environment_id,
            workflow,
            cancellation_key,
            None if chosen is None else [each.collection for each in chosen],
            None if chosen is None else [each.id for each in chosen],
            msgspec.json.encode(journal),
            now,
        )
