"""Leaves nothing of a recipient: for those who ask to be forgotten."""

from __future__ import annotations

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import Identity, Place
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.writes import Write, Written
from addressee.messaging.lifecycle.erasure import erase_people, forget_merges, gone
from addressee.messaging.lifecycle.redaction import redact_at_once
from addressee.messaging.lifecycle.retained import forget_retained

SQL = load(__package__)


async def purge(pool: Pool, directory: Directory, place: Place, origin: Origin, *, receipt: Receipt | None) -> None:
    """Deletes whoever lives at a place, and erases what all who ever lived there left, while the caller waits.

    From the deletion on nothing of it is found. A job erases it too, should this process die on the way.
    """

    async def finish(connection: Connection, _: Written) -> list[Identity]:
        retained = await forget_retained(connection, place)
        rows = await connection.fetch(*SQL["identities_of_place"](**place._asdict()))
        people = list({*retained, *(Identity(*place, row["uid"]) for row in rows)})
        await enqueue(connection, [Erase(people)])
        await keep(connection, receipt, None, directory.clock.now())
        return people

    people = await gone(pool, await directory.writer.write_with(Write(place, (Delete(),), origin), finish))
    ended = await erase_people(pool, people)
    await redact_at_once(pool, directory.reader, people, directory.clock.now())
    async with pool.acquire() as connection, connection.transaction():
        await forget_merges(connection, people, ended)
