"""Ending the waiting runs and sends of deleted recipients whose history is retained.

Their runs and sends become due: whoever carries them out finds nobody there, and the history says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import Identity
from addressee.messaging.delivery.send_job import CLAIM
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import LONGEST_PAUSE, MAX_ATTEMPTS
from addressee.messaging.runs.model import Send

SQL = load(__package__)

PAGE_SIZE = 1000

# Older messages have no send that still waits, but for those that were held up and are tried again within an hour.
LONGEST_RETRY = MAX_ATTEMPTS * LONGEST_PAUSE


async def end_waiting(pool: Pool, people: Sequence[Identity], now: datetime) -> None:
    """Makes the waiting runs and sends of these identities due now."""
    hasten_runs = SQL["hasten_recipient_runs"](people=people, now=now, limit=PAGE_SIZE)
    while await pool.fetchval(*hasten_runs) == PAGE_SIZE:
        pass
    while await hasten_sends(pool, people, now) == PAGE_SIZE:
        pass


async def hasten_sends(pool: Pool, people: Sequence[Identity], now: datetime) -> int:
    """Makes a page of identities' sends due now, with the jobs that try them, and returns how many waited.

    What is due before a claim made now would end may be tried at this moment, and is left alone.
    """
    later = now + CLAIM
    async with pool.acquire() as connection, connection.transaction():
        waiting = await connection.fetch(
            *SQL["waiting_sends"](people=people, since=now - LONGEST_RETRY, later=later, limit=PAGE_SIZE)
        )
        for environment_id, sends in groupby(waiting, itemgetter("environment_id")):
            await lock_messages(connection, environment_id, {send["message_id"] for send in sends})
        hastened = await connection.fetch(*SQL["hasten_sends"](sends=waiting, now=now, later=later))
        pages = sorted({(row["environment_id"], row["run_id"], row["page"]) for row in hastened})
        await enqueue(connection, [Send(*page) for page in pages])
    return len(waiting)
