"""Fan-out: a run reaches the subscribers of its objects too, two levels deep, a page at a time (knock.md §3.12).

Each job reads the subscribers after a cursor that the object's row holds: a job whose cursor is not the row's has been
carried out already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import ClassVar
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.jobs.queue import Job, Later, Priority, Wakeup, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.groups.list_members import successor
from addressee.directory.groups.subscriptions import Subscriber, next_subscribers
from addressee.directory.groups.topics import TOPICS
from addressee.directory.reading.uuid_ranges import LAST_UID
from addressee.directory.recipient import USERS, Identity, Place
from addressee.messaging.recipients.identity import TRANSIENT, StoredIdentity, Subscribed, decode_identity
from addressee.messaging.runs.model import PAGE_BYTES, PAGE_SIZE, RunPage, WaitingRecipient
from addressee.messaging.runs.rows import FannedOut
from addressee.messaging.runs.store import (
    decode_cancelled,
    encoded,
)
from addressee.messaging.runs.waiting_pages import store_cancelled, store_page

SQL = load(__package__)

# Objects that are named in a trigger are of level 0, objects that subscribe to them of level 1.
LEVELS = 2

START = UUID(int=0)

# The pages that one job has begin: each job is claimed, recorded and committed once.
PAGES_A_JOB = 4

# Collections that have no subscribers.
NO_OBJECTS = frozenset({USERS, TRANSIENT})


class Expand(Job, frozen=True):
    """The job that starts the runs of an object's subscribers, from the subscription after `cursor` on."""

    name: ClassVar[str] = "expand"

    environment_id: int
    run_id: UUID
    collection: str
    object_id: str
    cursor: UUID

    @property
    def end(self) -> UUID:
        """The subscription at which the fan-out ends; a topic's ends at the id of the run, for both are UUIDv7s."""
        return self.run_id if self.collection == TOPICS else LAST_UID


class FanOut:
    """The handler of the job `expand`. It may run twice, and at once: the second changes nothing."""

    def __init__(self, pool: Pool, wakeup: Wakeup, clock: Clock) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._clock = clock

    async def expand(self, job: Expand) -> None:
        fan_out = {
            "environment_id": job.environment_id,
            "run_id": job.run_id,
            "collection": job.collection,
            "object_id": job.object_id,
        }
        async with self._pool.acquire() as connection, connection.transaction():
            run = await connection.fetchrow(*SQL["lock_run"](environment_id=job.environment_id, run_id=job.run_id))
            fanout = await connection.fetchrow(*SQL["fanout"](**fan_out))
            if fanout is None or fanout["cursor"] != job.cursor:
                return
            object = Identity(job.environment_id, job.collection, job.object_id, fanout["object_uid"])
            jobs: list[Job] = []
            cursor: UUID | None = None
            if run is not None:  # else all its recipients are erased
                jobs, object, cursor = await self._start_pages(connection, job, run, fanout, object)
            await connection.execute(*SQL["move_fanout"](**fan_out, object_uid=object.uid, cursor=cursor))
            if cursor is None:
                await forget_fanouts(connection, job.environment_id, [job.run_id])
            else:
                jobs.append(msgspec.structs.replace(job, cursor=cursor))
            priority = Priority.NORMAL if run is None else Priority(run["priority"])
            await enqueue(connection, [Later(job, priority=priority) for job in jobs])
        self._wakeup.notify()

    async def _start_pages(
        self, connection: Connection, job: Expand, run: asyncpg.Record, fanout: asyncpg.Record, object: Identity
    ) -> tuple[list[Job], Identity, UUID | None]:
        """Has the next pages of subscribers begin.

        Returns the jobs that carry them on, the identity that they subscribe to, and the subscription after which there
        are more, if there are.
        """
        kinds = fanout["kinds"] and msgspec.json.decode(fanout["kinds"], type=frozenset[str])
        page, cursor, jobs = RunPage(job.environment_id, job.run_id, run["pages_started"]), job.cursor, list[Job]()
        for _ in range(PAGES_A_JOB):
            object, found = await next_page(connection, object, cursor, job.end)
            told = light_enough(found)
            if starting := waiting_subscribers(run, object, told, kinds):
                jobs += await start_page(connection, page, run, starting, fanout["level"] + 1, self._clock.now())
                page = page.following
            if len(found) < PAGE_SIZE and len(told) == len(found):
                return jobs, object, None
            cursor = told[-1].id
        return jobs, object, cursor


async def next_page(
    connection: Connection, object: Identity, cursor: UUID, end: UUID
) -> tuple[Identity, Sequence[Subscriber]]:
    """Returns the next subscribers of an object, up to a subscription `end`, and the identity that they subscribe to.

    When a list had its members replaced, the new ones follow from the first on; some may have runs already.
    """
    found = await next_subscribers(connection, object, cursor, PAGE_SIZE, end)
    while not found and (uid := await successor(connection, object)) is not None:
        object = object._replace(uid=uid)
        found = await next_subscribers(connection, object, START, PAGE_SIZE)
    return object, found


def light_enough(found: Sequence[Subscriber]) -> Sequence[Subscriber]:
    """Returns the first ones of these, as many as PAGE_BYTES allow, and at least one."""
    sizes = accumulate(each.bytes for each in found)
    return found[: max(1, sum(size <= PAGE_BYTES for size in sizes))]


async def open_fanouts(
    connection: Connection, page: RunPage, run: asyncpg.Record, recipients: Iterable[WaitingRecipient], level: int
) -> list[Job]:
    """Opens the fan-outs of the objects among a run's recipients, and returns the jobs that carry them out.

    An object that the run has reached before is passed over. Runs of schedules have no fan-out.
    """
    objects = [each for each in recipients if each.collection not in NO_OBJECTS and each.uid is not None]
    if level == LEVELS or not objects or msgspec.json.decode(run["source"])["type"] == "schedule":
        return []
    opened = await connection.fetch(
        *SQL["open_fanouts"](
            environment_id=page.environment_id,
            run_id=page.run_id,
            workflow=run["workflow"],
            cancellation_key=run["cancellation_key"],
            level=level,
            cursor=START,
            objects=[FannedOut(each.collection, each.id, each.uid, encoded(each.kinds)) for each in objects],
        )
    )
    return [Expand(page.environment_id, page.run_id, row["collection"], row["object_id"], START) for row in opened]


async def fanouts_to_start(connection: Connection, page: RunPage) -> list[Job]:
    """Returns the jobs for all objects named in a trigger, once every recipient named in it has its run."""
    rows = await connection.fetch(*SQL["unfinished_fanouts"](environment_id=page.environment_id, run_id=page.run_id))
    return [
        Expand(page.environment_id, page.run_id, row["collection"], row["object_id"], row["cursor"]) for row in rows
    ]


async def stop_fanouts(
    connection: Connection, environment_id: int, run_ids: Sequence[UUID], objects: Collection[Place] | None
) -> None:
    """Ends the fan-outs of some objects of these runs, None: of all."""
    await connection.execute(*SQL["stop_fanouts"](environment_id=environment_id, run_ids=run_ids, objects=objects))
    await forget_fanouts(connection, environment_id, run_ids)


async def forget_fanouts(connection: Connection, environment_id: int, run_ids: Sequence[UUID]) -> None:
    """Deletes the fan-outs of those of these runs that have none left to carry out."""
    await connection.execute(*SQL["forget_fanouts"](environment_id=environment_id, run_ids=run_ids))


def waiting_subscribers(
    run: asyncpg.Record, object: Identity, subscribers: Iterable[Subscriber], kinds: frozenset[str] | None
) -> list[WaitingRecipient]:
    """Returns the subscribers of an object as recipients whose runs are to start, with the object's kinds of addresses.

    The actor is left out, unless the object is a topic.
    """
    actor = decode_identity(object.environment_id, run["actor"])
    subscribed_to = StoredIdentity.of(object)
    return [
        WaitingRecipient(
            each.recipient.collection,
            each.recipient.id,
            each.recipient.uid,
            {},
            Subscribed(each.properties, subscribed_to),
            kinds,
        )
        for each in subscribers
        if object.collection == TOPICS or each.recipient != actor
    ]


async def start_page(
    connection: Connection,
    page: RunPage,
    run: asyncpg.Record,
    recipients: Sequence[WaitingRecipient],
    level: int,
    now: datetime,
) -> list[Job]:
    """Has a page of subscribers begin, and returns the jobs that carry it on."""
    cancelled = decode_cancelled(run["cancelled"])
    starting = [each for each in recipients if (each.collection, each.id) not in cancelled]
    stopped = [each for each in recipients if (each.collection, each.id) in cancelled]
    begin = await store_page(connection, page, run, starting, now)
    await store_cancelled(connection, page, run, stopped, now)
    await connection.execute(
        *SQL["update_waiting_recipients"](
            environment_id=page.environment_id,
            run_id=page.run_id,
            recipients=run["recipients"],
            pages_started=page.following.page,
        )
    )
    return [*begin, *await open_fanouts(connection, page, run, starting, level)]
