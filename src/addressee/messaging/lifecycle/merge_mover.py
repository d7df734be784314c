"""Messages follow a merge of recipients, and come back when it is undone: a page at a time, each in one transaction.

So do subscriptions, where the merge moves them; what their runs have passed is counted together from then on, and
their open batches become one.

What is not moved yet, as it is being sent or there is much of it, is found nevertheless: whoever reads a recipient's
messages looks in both places meanwhile (queries/parts/sources.sql). Runs and others' messages go on to name the
identity that was merged away, which readers resolve (see `people`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from asyncpg import Record

from addressee.database.jobs.queue import Later, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.groups.subscriptions import move_subscriptions
from addressee.directory.merges.merges import Follow
from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.lifecycle.parting_batches import part_batches
from addressee.messaging.lifecycle.replaced_feeds import have_feeds_looked_at
from addressee.messaging.lifecycle.uniting_batches import unite_batches
from addressee.messaging.messages.model import Position, lock_messages
from addressee.messaging.messages.status import LONGEST_PAUSE, MAX_ATTEMPTS
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.recipients.identity import MOVED_AGE

SQL = load(__package__)

PAGE_SIZE = 500

# A message that is being sent moves once it has arrived, which takes long when a provider asks for pauses; and a page
# of a run may be on its way during the merge.
SWEEPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(minutes=40), MAX_ATTEMPTS * LONGEST_PAUSE)

# By when the last of them has begun, whatever two clocks differ by. Until it is done, readers look in both places.
ALL_SWEEPS = sum(SWEEPS, -timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class MergeEffects:
    """The numbers of the secondary's messages, runs, subscriptions and schedules that follow a merge or end with it."""

    messages: int
    older_messages: int
    waiting_runs: int
    subscriptions: int
    schedules: int


class MergeMover:
    """The handler of the job `follow`. It may run twice, and at once: what is moved already is not there any more."""

    def __init__(self, pool: Pool, announcer: Announcer, clock: Clock) -> None:
        self._pool = pool
        self._announcer = announcer
        self._clock = clock

    async def follow(self, follow: Follow) -> None:
        merge = await self._pool.fetchrow(
            *SQL["merge_to_follow"](environment_id=follow.environment_id, merge_id=follow.merge_id)
        )
        if merge is None:
            return
        if follow.sweep == 0:  # what is not moved yet is found already
            await have_feeds_looked_at(self._pool, self._announcer, both_of(follow.environment_id, merge))
        moved = await move_page(self._pool, follow.environment_id, follow.merge_id)
        while moved is not None:
            moved = await move_page(self._pool, follow.environment_id, follow.merge_id, moved)
        while await move_page_of_subscriptions(self._pool, follow.environment_id, follow.merge_id):
            pass
        await unite_waiting(self._pool, follow.environment_id, follow.merge_id, self._clock.now())
        again = [Later(msgspec.structs.replace(follow, sweep=follow.sweep + 1), delay) for delay in next_sweep(follow)]
        if merge["next_merge_id"] is not None:
            again.append(Later(Follow(follow.environment_id, merge["next_merge_id"], len(SWEEPS))))
        async with self._pool.acquire() as connection, connection.transaction():
            await enqueue(connection, again)
            now = self._clock.now()
            await connection.execute(
                *SQL["settle_merge"](
                    environment_id=follow.environment_id,
                    merge_id=follow.merge_id,
                    now=now,
                    settled_before=now - ALL_SWEEPS,
                )
            )


def both_of(environment_id: int, merge: Record) -> list[Identity]:
    """Returns whom a merge made one, or whom its undoing parted."""
    return [
        Identity(environment_id, merge["collection"], merge[f"{side}_id"], merge[f"{side}_uid"])
        for side in ("source", "target")
    ]


def next_sweep(follow: Follow) -> tuple[timedelta, ...]:
    return SWEEPS[follow.sweep : follow.sweep + 1]


async def move_page(pool: Pool, environment_id: int, merge_id: UUID, after: Position | None = None) -> Position | None:
    """Moves the next messages after a position to where they belong, and returns the position of the last, if any.

    The merge is held meanwhile, so that it is not undone between the look at it and the move, and nobody else looks for
    the same messages.
    """
    async with pool.acquire() as connection, connection.transaction():
        merge = await connection.fetchrow(*SQL["merge_to_follow"](environment_id=environment_id, merge_id=merge_id))
        if merge is None:
            return None
        undone = merge["undone_at"] is not None
        after = after or Position(merge["merged_at"] - MOVED_AGE, "")
        page = {
            "environment_id": environment_id,
            "recipient_id": merge["source_id"],
            "uid": merge["source_uid"],
            "after_at": after.inserted_at,
            "after_id": after.id,
            "limit": PAGE_SIZE,
        }
        found = await connection.fetch(
            *(SQL["messages_to_return"](**page, merge_id=merge_id) if undone else SQL["messages_to_move"](**page))
        )
        if not found:
            return None
        ids = [row["id"] for row in found]
        await lock_messages(connection, environment_id, ids)
        move = {
            "environment_id": environment_id,
            "message_ids": ids,
            "source_id": merge["source_id"],
            "target_id": merge["target_id"],
            "target_uid": merge["target_uid"],
        }
        await connection.execute(*SQL["move_with_messages"](**move))
        # Last: from here to the commit, whoever tells one of them waits.
        await connection.execute(
            *SQL["move_messages"](**move, source_uid=merge["source_uid"], merge_id=merge_id, undone=undone)
        )
    return Position(*found[-1])


async def move_page_of_subscriptions(pool: Pool, environment_id: int, merge_id: UUID) -> bool:
    """Moves the next subscriptions of a merge that moves them, and returns whether there may be more."""
    async with pool.acquire() as connection, connection.transaction():
        merge = await connection.fetchrow(*SQL["merge_to_follow"](environment_id=environment_id, merge_id=merge_id))
        if merge is None or not merge["unites"]:
            return False
        source = Identity(environment_id, merge["collection"], merge["source_id"], merge["source_uid"])
        target = Identity(environment_id, merge["collection"], merge["target_id"], merge["target_uid"])
        return await move_subscriptions(connection, source, target, merge_id, back=merge["undone_at"] is not None)


async def unite_waiting(pool: Pool, environment_id: int, merge_id: UUID, now: datetime) -> None:
    """Unites the waits and the open batches of both, and adds what the secondary's runs have passed to the primary's.

    When the merge is undone, waits and batches are parted again; what runs have passed stays where it is.
    """
    async with pool.acquire() as connection, connection.transaction():
        merge = await connection.fetchrow(*SQL["merge_to_follow"](environment_id=environment_id, merge_id=merge_id))
        if merge is None:
            return
        undone = merge["undone_at"] is not None
        between = {
            "environment_id": environment_id,
            "source_id": merge["source_id"],
            "source_uid": merge["source_uid"],
            "target_id": merge["target_id"],
            "target_uid": merge["target_uid"],
        }
        await connection.execute(*SQL["move_waits"](**between, undone=undone))
        if undone:
            await part_batches(connection, environment_id, merge, now)
            return
        await unite_batches(connection, environment_id, merge, now)
        await connection.execute(*SQL["move_throttles"](**between, now=now))


async def merge_effects(pool: Pool, secondary: Recipient, now: datetime) -> MergeEffects:
    """Returns what would follow if this recipient were merged into another now."""
    row = await pool.fetchrow(*SQL["merge_effects"](**secondary.identity._asdict(), since=now - MOVED_AGE))
    assert row is not None
    return MergeEffects(*row)
