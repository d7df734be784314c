"""The scheduler, run by every worker: starts schedules that fall due and wakes paused runs.

Each occurrence happens once, however many workers there are: a worker takes an occurrence, or wakes a run, with an
update that names the state that it read, and queues what follows in the same transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
import structlog

from addressee.database.jobs.queue import Later, Priority, Wakeup, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.access.environments import Environments, Settings
from addressee.directory.clock import Clock
from addressee.directory.recipient import Document
from addressee.messaging.errors import MessagingError
from addressee.messaging.recipients.identity import decode_identity
from addressee.messaging.runs.model import Advance, WaitingRecipient
from addressee.messaging.schedules.failures import FailedOccurrence, record_failures
from addressee.messaging.schedules.model import timing_from
from addressee.messaging.schedules.time_zones import move_occurrences, next_since
from addressee.messaging.triggers.trigger import NewRun, read_versions, start_runs, version_for
from addressee.timing.zones import zone_of

SQL = load(__package__)

INTERVAL_SECONDS = 1.0

SCHEDULES_AT_ONCE = 200
RUNS_AT_ONCE = 1000

# Further rows wait for the next second, so that schedules and runs do not hold up each other.
MAX_BATCHES = 20

log = structlog.get_logger()


async def run_scheduler(pool: Pool, wakeup: Wakeup, clock: Clock, stop: asyncio.Event) -> None:
    """Starts what is due every second until `stop` is set, through restarts of the database."""
    while not stop.is_set():
        try:
            if await start_due(pool, clock.now()):
                wakeup.notify()
        except Exception as error:
            # A row that cannot be read, like a rule that a newer version wrote, must not end the worker's other work.
            log.warning("scheduling put off", reason=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), INTERVAL_SECONDS)
        except TimeoutError:
            continue


async def start_due(pool: Pool, now: datetime) -> bool:
    """Starts the schedules and wakes the runs that are due. Returns whether there were any.

    Occurrences that were missed while no worker ran happen once, late: the next one is after now.
    """
    # Runs first: a schedule that cannot be read must not hold them up.
    woken = await in_batches(RUNS_AT_ONCE, lambda limit: wake_runs(pool, now, limit))
    fired = await in_batches(SCHEDULES_AT_ONCE, lambda limit: fire_schedules(pool, now, limit))
    return bool(fired or woken)


async def in_batches(size: int, carry_out: Callable[[int], Awaitable[int]]) -> int:
    """Carries out batches until one is not full. Returns how many were due in all of them."""
    total = 0
    for _ in range(MAX_BATCHES):
        done = await carry_out(size)
        total += done
        if done < size:
            break
    return total


async def fire_schedules(pool: Pool, now: datetime, limit: int) -> int:
    """Starts runs for the schedules that are due the longest. Returns how many were due."""
    due = await pool.fetch(*SQL["due_schedules"](now=now, limit=limit))
    if not due:
        return 0
    settings = {environment.id: environment.settings for environment in await Environments(pool).usable()}
    by_key = sorted(due, key=lambda row: (row["environment_id"], row["id"]))
    occurrences = occurrences_of([row for row in by_key if row["lives"]], settings, now)
    happening = [each for each in occurrences if each.at is not None]
    async with pool.acquire() as connection, connection.transaction():
        ownerless = [row for row in by_key if not row["lives"]]
        await connection.execute(*SQL["delete_ownerless_schedules"](schedules=ownerless))
        await move_occurrences(connection, [(each.schedule, each.following) for each in occurrences if each.at is None])
        fired = await connection.fetch(
            *SQL["fire_schedules"](schedules=[each.schedule for each in happening], occurrences=happening)
        )
        started, failed = await runs_of(connection, fired)
        await start_runs(connection, started, now)
        await record_failures(connection, failed, {row["id"]: row for row in due}, now)
    log.info("schedules fired", due=len(due), fired=len(fired))
    return len(due)


@dataclass(frozen=True, slots=True)
class DueOccurrence:
    """An occurrence that is due: it happens as of `at`, in a time zone, and the next one is `following`.

    `at` is None when the recipient has moved, and it is not yet time where they are now.
    """

    schedule: asyncpg.Record
    at: datetime | None
    zone: str
    following: datetime | None


def occurrences_of(
    due: Sequence[asyncpg.Record], settings: Mapping[int, Settings], now: datetime
) -> list[DueOccurrence]:
    """Returns one for each schedule. A schedule that cannot be read waits for a worker that can read it."""
    occurrences = []
    for row in due:
        try:
            occurrences.append(occurrence_of(row, settings[row["environment_id"]], now))
        except msgspec.MsgspecError as error:
            log.error("schedule cannot be read", schedule_id=str(row["id"]), reason=type(error).__name__)
    return occurrences


def occurrence_of(due: asyncpg.Record, settings: Settings, now: datetime) -> DueOccurrence:
    zone = zone_of(due["timezone"], settings.timezone)
    at = due["next_occurrence_at"]
    if due["zone"] not in {None, zone.key}:
        at = next_since(due, zone)
        if at is None or at > now:
            return DueOccurrence(due, None, zone.key, at)
    following = timing_from(due).next_occurrence(zone, created_at=due["inserted_at"], last=at, now=now, last_zone=zone)
    return DueOccurrence(due, at, zone.key, following)


async def runs_of(
    connection: Connection, fired: Sequence[asyncpg.Record]
) -> tuple[list[NewRun], list[FailedOccurrence]]:
    """Returns the runs to start, and the occurrences whose workflow cannot be triggered now: their schedules stay."""
    versions = await read_versions(connection, [(row["environment_id"], row["workflow"]) for row in fired])
    runs, failed = [], []
    for row in fired:
        version = versions.get((row["environment_id"], row["workflow"]))
        recipient = WaitingRecipient(row["collection"], row["recipient_id"], row["uid"], {})
        data = msgspec.json.decode(row["data"])
        try:
            version_id = version_for(version, row["workflow"], [data])
            runs.append(run_of(row, version_id, [recipient], data))
        except MessagingError as error:
            log.warning("occurrence failed", schedule_id=str(row["id"]), reason=type(error).__name__)
            run = None if version is None else run_of(row, version["version_id"], [], data)
            failed.append(FailedOccurrence(row, error, run))
    return runs, failed


def run_of(fired: asyncpg.Record, version_id: UUID, recipients: Sequence[WaitingRecipient], data: Document) -> NewRun:
    return NewRun(
        fired["environment_id"],
        fired["workflow"],
        version_id,
        recipients,
        data,
        {"type": "schedule", "schedule_id": str(fired["id"])},
        tenant=fired["tenant"],
        actor=decode_identity(fired["environment_id"], fired["actor"]),
    )


async def wake_runs(pool: Pool, now: datetime, limit: int) -> int:
    """Queues the paused runs that are due the longest. Returns how many were due."""
    due = await pool.fetch(*SQL["due_recipient_runs"](now=now, limit=limit))
    if not due:
        return 0
    by_key = sorted(due, key=lambda row: (row["environment_id"], row["id"]))
    async with pool.acquire() as connection, connection.transaction():
        woken = await connection.fetch(*SQL["wake_recipient_runs"](due=by_key, now=now))
        pages = sorted({(row["environment_id"], row["run_id"], row["page"]) for row in woken})
        of_runs = await connection.fetch(*SQL["priorities_of_runs"](woken=woken))
        priorities = {(row["environment_id"], row["id"]): Priority(row["priority"]) for row in of_runs}
        await enqueue(connection, [Later(Advance(*page), priority=priorities[page[:2]]) for page in pages])
    log.info("runs woken", due=len(due), woken=len(woken))
    return len(due)
