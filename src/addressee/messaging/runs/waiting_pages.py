"""Pages of recipients whose runs wait for their first pass: these are stored once that has been taken.

Whoever begins a page takes it, in the transaction that stores its runs; whoever cancels
recipients holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.jobs.queue import Job
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Identity
from addressee.messaging.recipients.identifiers import recipient_run_id
from addressee.messaging.runs.model import Begin, BeginLarge, RunPage, WaitingRecipient
from addressee.messaging.runs.store import (
    Labels,
    Origin,
    cancellation,
    insert_recipient_runs,
    place_of,
    places_of,
)
from addressee.messaging.steps.run import Entry, RecipientRun, RunStatus

SQL = load(__package__)


class WaitingPage(NamedTuple):
    """The recipients of a page, as they are stored too, and since when they wait."""

    recipients: Sequence[WaitingRecipient]
    stored: bytes
    since: datetime

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        return cls(RECIPIENTS.decode(row["recipients"]), row["recipients"], row["inserted_at"])

    @property
    def places(self) -> set[tuple[str, str]]:
        """Its recipients by collection and id."""
        return {(each.collection, each.id) for each in self.recipients}


class PagePlace(NamedTuple):
    environment_id: int
    run_id: UUID
    page: int


# A page whose recipients take no more begins together with others.
SMALL_PAGE_BYTES = 10_000

RECIPIENTS = msgspec.json.Decoder(list[WaitingRecipient])


async def store_page(
    connection: Connection,
    page: RunPage,
    run: asyncpg.Record,
    recipients: Sequence[WaitingRecipient],
    now: datetime,
) -> list[Job]:
    """Keeps those recipients of a page that have runs, and returns the job that has them begin; none without any."""
    waiting = [each for each in recipients if each.has_run]
    if not waiting:
        return []
    stored = msgspec.json.encode(waiting)
    await connection.execute(
        *SQL["store_page"](
            **place_of(page),
            workflow=run["workflow"],
            cancellation_key=run["cancellation_key"],
            recipients=stored,
            now=now,
        )
    )
    return [(Begin if len(stored) <= SMALL_PAGE_BYTES else BeginLarge).of(page)]


async def store_cancelled(
    connection: Connection,
    page: RunPage,
    run: asyncpg.Record,
    recipients: Sequence[WaitingRecipient],
    now: datetime,
) -> None:
    """Stores runs of those recipients of a page that have some as cancelled before their first step."""
    runs = new_runs(page, recipients, RunStatus.CANCELLED, cancellation(now))
    origins = [Origin(page, Labels.of(run), now)] * len(runs)
    await insert_recipient_runs(connection, runs, origins, now, [each.id for each in runs])


async def read_page(pool: Pool, page: RunPage) -> WaitingPage | None:
    """Returns a page, None once it has begun."""
    row = await pool.fetchrow(*SQL["waiting_page"](**place_of(page)))
    return None if row is None else WaitingPage.of(row)


async def read_small_pages(pool: Pool, pages: Sequence[RunPage]) -> Mapping[RunPage, WaitingPage | None]:
    """Returns those of these pages that have not begun: small ones with their recipients, others as None."""
    places = {PagePlace(page.environment_id, page.run_id, page.page): page for page in pages}
    rows = await pool.fetch(*SQL["small_pages"](pages=list(places), max_bytes=SMALL_PAGE_BYTES))
    return {
        places[PagePlace(row["environment_id"], row["run_id"], row["page"])]: None
        if row["recipients"] is None
        else WaitingPage.of(row)
        for row in rows
    }


async def take_pages(connection: Connection, read: Mapping[RunPage, WaitingPage]) -> dict[RunPage, WaitingPage]:
    """Ends the waiting of pages of one environment, and returns each as it is now, without whom somebody cancelled.

    One that is as it was `read` is the same object; those that have begun are not among them.
    """
    rows = await connection.fetch(*SQL["take_pages"](**places_of(list(read))))
    taken = {(row["run_id"], row["page"]): row for row in rows}
    return {
        page: before if row["recipients"] == before.stored else WaitingPage.of(row)
        for page, before in read.items()
        if (row := taken.get((page.run_id, page.page))) is not None
    }


async def hold_pages(connection: Connection, page: RunPage) -> list[tuple[RunPage, list[WaitingRecipient]]]:
    """Holds the waiting pages of the run of `page`, and returns them with those who wait."""
    rows = await connection.fetch(*SQL["hold_pages"](environment_id=page.environment_id, run_id=page.run_id))
    return [
        (RunPage(page.environment_id, page.run_id, row["page"]), RECIPIENTS.decode(row["recipients"])) for row in rows
    ]


async def update_page(connection: Connection, page: RunPage, recipients: Sequence[WaitingRecipient]) -> None:
    """Keeps that only these recipients of a page still wait."""
    await connection.execute(*SQL["update_page"](**place_of(page), recipients=msgspec.json.encode(recipients)))


def new_runs(
    page: RunPage,
    recipients: Sequence[WaitingRecipient],
    status: RunStatus = RunStatus.QUEUED,
    journal: tuple[Entry, ...] = (),
) -> list[RecipientRun]:
    """Returns the runs of those recipients that have one, before their first step."""
    return [
        RecipientRun(
            recipient_run_id(page.run_id, each.collection, each.id),
            Identity(page.environment_id, each.collection, each.id, each.uid),
            each.data,
            status,
            journal=journal,
            subscription=each.subscription,
            kinds=each.kinds,
            profile=each.profile,
        )
        for each in recipients
        if each.has_run
    ]
