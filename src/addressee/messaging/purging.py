"""Leaves nothing of a recipient: for those who ask to be forgotten."""

from __future__ import annotations

from addressee.database.jobs import enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits import Delete
from addressee.directory.history import Origin
from addressee.directory.receipts import Receipt, keep
from addressee.directory.recipient import Place
from addressee.directory.writes import Write
from addressee.messaging.erasing import SECOND_SWEEP, Erase, Person, erase_people, forget_merges, gone
from addressee.messaging.forgetting import forget_departed

SQL = load(__package__)


async def purge(pool: Pool, directory: Directory, place: Place, origin: Origin, *, receipt: Receipt | None) -> None:
    """Deletes whoever lives at a place, and erases what all who ever lived there left, while the caller waits."""
    await directory.write(Write(place, (Delete(),), origin))
    async with pool.acquire() as connection, connection.transaction():
        departed = await forget_departed(connection, place)
    lived = [Person(*place, row["uid"]) for row in await pool.fetch(SQL["identities_of_place"], *place)]
    people = await gone(pool, list({*departed, *lived}))
    ended = await erase_people(pool, people)
    async with pool.acquire() as connection, connection.transaction():
        await forget_merges(connection, people, ended)
        await enqueue(connection, [Erase(people, sweeps=1).job(SECOND_SWEEP)])
        await keep(connection, receipt, None, directory.clock.now())
