"""Erasing what belongs to deleted recipients. No read finds it from the moment of the deletion on.

Messages and runs of recipients whose history is retained stay, and are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from addressee.database.jobs.queue import Later, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.groups.memberships import erase_memberships
from addressee.directory.groups.subscriptions import erase_subscriptions
from addressee.directory.recipient import Identity
from addressee.directory.writing.erase import Erase
from addressee.messaging.lifecycle.ending import end_waiting
from addressee.messaging.lifecycle.redaction import redact_later
from addressee.messaging.lifecycle.replaced_feeds import have_feeds_looked_at
from addressee.messaging.messages.listing import EARLIEST, LATEST
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.recipients.identity import MOVED_AGE
from addressee.messaging.runs.model import GROUPS
from addressee.operators.erasure import erase_acts

SQL = load(__package__)

BATCH_SIZE = 50
PAGE_SIZE = 1000

# A page of a run may be on its way while somebody in it is deleted, and be stored after the first sweep.
SECOND_SWEEP = timedelta(minutes=5)


class Eraser:
    """The handler of the job `erase`. It may run twice, and at once: what is erased already is not there any more."""

    def __init__(self, pool: Pool, announcer: Announcer, clock: Clock) -> None:
        self._pool = pool
        self._announcer = announcer
        self._clock = clock

    async def erase(self, erase: Erase) -> None:
        people = await gone(self._pool, erase.people)
        await have_feeds_looked_at(self._pool, self._announcer, people)
        await end_waiting(self._pool, [*await kept_histories(self._pool, people)], self._clock.now())
        ended = await erase_people(self._pool, people)
        async with self._pool.acquire() as connection, connection.transaction():
            await forget_merges(connection, people, ended)
            await redact_later(connection, people)
            if erase.sweeps > 1 and people:
                await enqueue(connection, [Later(Erase(people, erase.sweeps - 1), SECOND_SWEEP)])


async def gone(pool: Pool, people: Sequence[Identity]) -> list[Identity]:
    """Returns those of these identities that are deleted, and the identities that were merged into them."""
    rows = await pool.fetch(*SQL["gone_with_predecessors"](people=people))
    return [Identity(*row) for row in rows]


async def kept_histories(pool: Pool, people: Sequence[Identity]) -> Mapping[Identity, datetime]:
    """Returns the identities whose history is retained, with the time since when their messages are.

    It is kept of those who departed so, and of whoever was merged into them: as far as it went over.
    """
    rows = await pool.fetch(*SQL["kept_histories"](people=people, moved_age=MOVED_AGE))
    return {Identity(*place): since or EARLIEST for *place, since in rows}


async def erase_people(pool: Pool, people: Sequence[Identity]) -> list[Identity]:
    """Erases what belongs to these identities, a page in each transaction, and returns those that have ended for good.

    Whoever was merged into someone who lives has not: the runs are the other's now, and so is what was said of them.
    Nor has anybody whose history is kept.
    """
    # In this order: who departs meanwhile, and with them whoever was merged into them, has not ended.
    rows = await pool.fetch(*SQL["ended_for_good"](people=people))
    kept = await kept_histories(pool, people)
    ended = [person for row in rows if (person := Identity(*row)) not in kept]
    for batch in batches(people):
        until = [kept.get(person, LATEST) for person in batch]
        erase_messages = SQL["erase_messages"](people=batch, until=until, limit=PAGE_SIZE)
        while await pool.fetchval(*erase_messages) == PAGE_SIZE:
            pass
        await erase_subscriptions(pool, batch)
        while await erase_page_of_memberships(pool, batch) == PAGE_SIZE:
            pass
        told = [person for person in batch if person not in kept]
        while await pool.fetchval(*SQL["erase_webhook_deliveries"](people=told, limit=PAGE_SIZE)) == PAGE_SIZE:
            pass
        async with pool.acquire() as connection, connection.transaction():
            # In the order in which pages of runs lock what they share with this, so that neither ends by a deadlock.
            for statement in (
                "lock_waiting_runs",
                "erase_throttles",
                "erase_batches",
                "erase_waits",
                "erase_message_heads",
                "erase_feed_counts",
                "erase_feed_bells",
                "erase_schedules",
                "erase_changes",
            ):
                await connection.execute(*SQL[statement](people=batch))
            await erase_acts(connection, batch)
    for batch in batches([Identity(*row) for row in rows]):
        await pool.execute(*SQL["erase_items_of_actors"](people=batch))
    for batch in batches(ended):
        while await erase_runs(pool, batch) == PAGE_SIZE:
            pass
    return ended


def batches(people: Sequence[Identity]) -> Iterator[Sequence[Identity]]:
    return (people[start : start + BATCH_SIZE] for start in range(0, len(people), BATCH_SIZE))


async def erase_page_of_memberships(pool: Pool, people: Sequence[Identity]) -> int:
    """Erases a page of these identities' memberships with their history, and returns how many there were."""
    async with pool.acquire() as connection, connection.transaction():
        found = await erase_memberships(connection, people, PAGE_SIZE)
        if found:
            await connection.execute(*SQL["erase_changes"](people=found))
    return len(found)


async def erase_runs(pool: Pool, people: Sequence[Identity]) -> int:
    """Erases a page of these identities' runs, and triggers without recipients. Returns how many runs there were."""
    async with pool.acquire() as connection, connection.transaction():
        runs = await connection.fetch(*SQL["runs_to_erase"](people=people, limit=PAGE_SIZE))
        # Held first, and in a statement of its own: whether anybody is left is asked once nobody can be added.
        await connection.execute(*SQL["lock_triggers"](triggers=runs))
        await connection.execute(*SQL["erase_recipient_runs"](runs=runs))
        await connection.execute(*SQL["erase_empty_runs"](triggers=runs, groups=GROUPS))
        await connection.execute(*SQL["erase_attachments"](triggers=runs))
        await connection.execute(*SQL["erase_attachment_links"](triggers=runs))
    return len(runs)


async def forget_merges(connection: Connection, people: Sequence[Identity], ended: Sequence[Identity]) -> None:
    """Erases merges. It comes last, because they say which identities to erase if that has to be done again."""
    await connection.execute(*SQL["erase_journals"](people=people))
    await connection.execute(*SQL["erase_merges"](people=ended))
