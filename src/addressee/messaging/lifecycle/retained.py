"""Erases what was kept of people who were deleted: when nobody need look into it any more, or may."""

from __future__ import annotations

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import Identity, Place
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, keep, refuse_repetition
from addressee.directory.writing.writes import Write, Written

SQL = load(__package__)


async def forget(directory: Directory, place: Place, origin: Origin, *, receipt: Receipt | None) -> bool:
    """Deletes whoever lives at a place, and keeps no more of those who did before. Whether there was anything."""

    async def finish(connection: Connection, written: Written) -> bool:
        lived = written.existed
        forgotten = await forget_retained(connection, place)
        if lived or forgotten:
            await keep(connection, receipt, True, directory.clock.now())
        elif receipt is not None:  # what this waited for may have been the same request
            await refuse_repetition(connection, *receipt.request_key, receipt.fingerprint, directory.clock.now())
        return lived or bool(forgotten)

    return await directory.writer.write_with(Write(place, (Delete(),), origin), finish)


async def forget_retained(connection: Connection, place: Place) -> list[Identity]:
    """Takes the histories of those who departed from a place out of all reads, in the caller's transaction, and leaves
    a job that erases them. Who they were.
    """
    people = [Identity(*row) for row in await connection.fetch(*SQL["forget_retained"](**place._asdict()))]
    if people:
        await enqueue(connection, [Erase(people)])
    return people
