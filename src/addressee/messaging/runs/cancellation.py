"""Cancelling: recipients' runs that have not finished are stopped. Messages that they made already stay.

A cancellation may come before its trigger. One whose key no run of the workflow has had is kept for KEPT, and carried
out for the triggers that come meanwhile. Who cancels waits for triggers under way: none slips through between the two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.expiry import delete_before
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity, Place
from addressee.messaging.runs.fan_out import stop_fanouts
from addressee.messaging.runs.leaving_batches import abandon_batches, cancel_items
from addressee.messaging.runs.model import RunPage, WaitingRecipient
from addressee.messaging.runs.store import cancellation, decode_cancelled
from addressee.messaging.runs.waiting_pages import hold_pages, store_cancelled, update_page

SQL = load(__package__)


# How long a cancellation is kept that came before its trigger.
KEPT = timedelta(seconds=60)

# Whoever keeps one deletes so many that are over.
DELETED_AT_ONCE = 10


class CancellationKey(NamedTuple):
    environment_id: int
    workflow: str
    cancellation_key: str

    def statement(self, name: str) -> str:
        return name


class OfRun(NamedTuple):
    """The trigger whose recipients' runs are cancelled."""

    environment_id: int
    run_id: UUID

    def statement(self, name: str) -> str:
        """Returns the name of the statement that does for a trigger what another does for a cancellation key."""
        return f"{name}_of_run"


async def cancel(
    connection: Connection, key: CancellationKey, recipients: Sequence[Place] | None, now: datetime
) -> None:
    """Cancels the runs of `recipients`, None: of all. If there was no trigger yet, those of triggers to come too."""
    await connection.execute(*SQL["hold_cancellation_key"](**key._asdict()))
    if not await connection.fetchval(*SQL["key_has_runs"](**key._asdict())):
        kept = None if recipients is None else msgspec.json.encode([(each.collection, each.id) for each in recipients])
        await connection.execute(*SQL["delete_expired_cancellations"](before=now - KEPT, limit=DELETED_AT_ONCE))
        await connection.execute(*SQL["keep_cancellation"](**key._asdict(), recipients=kept, now=now))
        return
    await cancel_runs(connection, key, recipients, now)


async def await_cancellations(connection: Connection, keys: Collection[CancellationKey]) -> None:
    """Waits for cancellations under way, and has others wait for this transaction, which stores runs of these keys."""
    if keys:
        await connection.execute(*SQL["join_cancellation_keys"](keys=keys))


async def carry_out_early(connection: Connection, keys: Collection[CancellationKey], now: datetime) -> None:
    """Carries out the cancellations that came before the triggers under these keys, whose runs are stored."""
    if not keys:
        return
    for row in await connection.fetch(*SQL["early_cancellations"](keys=keys, since=now - KEPT)):
        key = CancellationKey(row["environment_id"], row["workflow"], row["cancellation_key"])
        chosen = row["recipients"] and msgspec.json.decode(row["recipients"], type=list[tuple[str, str]])
        recipients = None if chosen is None else [Place(key.environment_id, *each) for each in chosen]
        await cancel_runs(connection, key, recipients, now)


async def delete_expired_cancellations(connection: Connection, now: datetime) -> None:
    await delete_before(connection, SQL["delete_expired_cancellations"], now - KEPT)


async def cancel_runs(
    connection: Connection,
    which: CancellationKey | OfRun,
    recipients: Sequence[Place] | None,
    now: datetime,
) -> None:
    """Cancels the runs of `recipients`, None: of all. Those that wait to be started are stored as cancelled.

    A run that is cancelled for an object reaches no further subscribers of it. A run in an open batch leaves it: the
    one that goes on for others too does so without its own item.
    """
    environment_id = which.environment_id
    chosen = None if recipients is None else set(recipients)
    merged = set() if recipients is None else await predecessors(connection, environment_id, recipients)
    runs = await connection.fetch(*SQL[which.statement("lock_runs_to_cancel")](**which._asdict()))

    async def cancel_waiting(
        page: RunPage, run: asyncpg.Record, waiting: Sequence[WaitingRecipient]
    ) -> list[WaitingRecipient]:
        """Stores those who are chosen as cancelled, and returns the others."""
        stopped: list[WaitingRecipient] = []
        going_on: list[WaitingRecipient] = []
        for each in waiting:
            identity = each.within(environment_id)
            is_chosen = chosen is None or identity.place in chosen or identity in merged
            (stopped if is_chosen else going_on).append(each)
        await store_cancelled(connection, page, run, stopped, now)
        return going_on

    for run in runs:
        page = RunPage(environment_id, run["id"], run["pages_started"])
        for held, waiting in await hold_pages(connection, page):
            going_on = await cancel_waiting(held, run, waiting)
            if len(going_on) < len(waiting):
                await update_page(connection, held, going_on)
        waiting = msgspec.json.decode(run["recipients"], type=list[WaitingRecipient])
        going_on = await cancel_waiting(page, run, waiting)
        await connection.execute(
            *SQL["update_waiting_recipients"](
                environment_id=environment_id,
                run_id=page.run_id,
                recipients=msgspec.json.encode(going_on),
                pages_started=page.page,
            )
        )
        if chosen is not None:
            cancelled = decode_cancelled(run["cancelled"]).union((each.collection, each.id) for each in chosen)
            await connection.execute(
                *SQL["keep_cancelled"](
                    environment_id=environment_id,
                    run_id=run["id"],
                    cancelled=msgspec.json.encode(sorted(cancelled)),
                )
            )
    await stop_fanouts(connection, environment_id, [run["id"] for run in runs], chosen)
    of_whom = {"chosen": chosen, "merged": merged}
    encoded_journal = msgspec.json.encode(cancellation(now))
    await cancel_items(connection, which, of_whom, encoded_journal, now)
    cancelled_runs = await connection.fetch(
        *SQL[which.statement("cancel_recipient_runs")](**which._asdict(), **of_whom, journal=encoded_journal, now=now)
    )
    await abandon_batches(connection, environment_id, [row["id"] for row in cancelled_runs], now)


async def predecessors(connection: Connection, environment_id: int, recipients: Sequence[Place]) -> set[Identity]:
    """Returns who was merged into one of these recipients, in whose name their runs go on."""
    found = await connection.fetch(*SQL["predecessors"](environment_id=environment_id, places=recipients))
    return {Identity(environment_id, row["collection"], row["secondary_id"], row["secondary_uid"]) for row in found}
