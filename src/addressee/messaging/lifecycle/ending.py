"""Ends what waits for people who are gone and whose history is kept.

Their runs and sends become due: whoever carries them out finds nobody there, and the history says so.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.delivery.send_job import CLAIM
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import LONGEST_PAUSE, MAX_ATTEMPTS
from addressee.messaging.runs.model import Send

SQL = load(__package__)

ENDED_AT_ONCE = 1000

# Older messages have no send that still waits, but for those that were held up and are tried again within an hour.
TRIED_FOR = MAX_ATTEMPTS * LONGEST_PAUSE


async def end_waiting(pool: Pool, identities: list[list[Any]], now: datetime) -> None:
    """Ends what waits for identities, given as columns: environments, collections, ids and uids."""
    while await pool.fetchval(SQL["hasten_recipient_runs"], *identities, now, ENDED_AT_ONCE) == ENDED_AT_ONCE:
        pass
    while await hasten_sends(pool, identities, now) == ENDED_AT_ONCE:
        pass


async def hasten_sends(pool: Pool, identities: list[list[Any]], now: datetime) -> int:
    """Makes a page of identities' sends due now, with the jobs that try them. How many waited.

    What is due before a claim made now would end may be tried at this moment, and is left alone.
    """
    later = now + CLAIM
    async with pool.acquire() as connection, connection.transaction():
        waiting = await connection.fetch(SQL["waiting_sends"], *identities, now - TRIED_FOR, later, ENDED_AT_ONCE)
        for environment_id, sends in groupby(waiting, itemgetter("environment_id")):
            await lock_messages(connection, environment_id, {send["message_id"] for send in sends})
        columns = [[send[name] for send in waiting] for name in ("environment_id", "message_id", "id", "recipient_id")]
        hastened = await connection.fetch(SQL["hasten_sends"], *columns, now, later)
        pages = sorted({(row["environment_id"], row["run_id"], row["page"]) for row in hastened})
        await enqueue(connection, [Send(*page) for page in pages])
    return len(waiting)
