"""Statements lock rows in one order, where tables are large too: so nobody waits in a circle."""

from __future__ import annotations

import asyncio

import pytest

from addressee.messaging.delivery.outcomes import JournalEntry, note_in_journals
from tests.messaging.office import Office
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("filled")

# Two runs whose order is another one by their recipients, in which all lock them, than by their ids.
TWO_RUNS = """
SELECT first.id AS first_id,
       first.recipient_id AS first_recipient_id,
       last.id AS last_id,
       last.recipient_id AS last_recipient_id
FROM (SELECT * FROM addressee.recipient_runs WHERE environment_id = -1 ORDER BY id DESC LIMIT 100) AS first
JOIN (SELECT * FROM addressee.recipient_runs WHERE environment_id = -1 ORDER BY id LIMIT 100) AS last
  ON last.recipient_id > first.recipient_id
ORDER BY first.id,
         last.id
LIMIT 1
"""
LOCK = "SELECT FROM addressee.recipient_runs WHERE environment_id = -1 AND id = $1 FOR NO KEY UPDATE NOWAIT"


async def test_journals_are_noted_in_the_order_in_which_pages_of_runs_go_on(office: Office) -> None:
    two = await office.pool.fetchrow(TWO_RUNS)
    assert two is not None
    entries = [JournalEntry(two[f"{which}_id"], two[f"{which}_recipient_id"], {}) for which in ("first", "last")]
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def note() -> None:
        async with office.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await note_in_journals(connection, -1, entries, office.clock.now())
            await transaction.rollback()

    async def is_waiting() -> bool:
        return bool(await office.pool.fetchval(waiting))

    async with office.pool.acquire() as page, page.transaction():
        await page.execute(LOCK, two["first_id"])
        noting = asyncio.create_task(note())
        await until(is_waiting)
        await page.execute(LOCK, two["last_id"])
    await noting
