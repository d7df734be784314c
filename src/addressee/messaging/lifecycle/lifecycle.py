"""Effects of merging and deleting recipients on their messages and runs, and the export of a recipient."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from addressee.database.jobs.queue import Wakeup, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete
from addressee.directory.merges.merges import Merge
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.history import NO_ORIGIN, Origin
from addressee.directory.writing.receipts import Receipt, keep, refuse_repetition
from addressee.directory.writing.writes import Write, Written
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.lifecycle.erasure import erase_people, forget_merges, gone
from addressee.messaging.lifecycle.export import export
from addressee.messaging.lifecycle.merge_mover import MergeEffects, merge_effects, move_page
from addressee.messaging.lifecycle.redaction import redact_at_once
from addressee.messaging.lifecycle.retained import forget_retained

SQL = load(__package__)


class Lifecycle:
    def __init__(self, pool: Pool, wakeup: Wakeup, clock: Clock, links: LinkUrls) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._clock = clock
        self._links = links

    async def follow(self, merge: Merge) -> None:
        """Moves a merge's first messages, so that whoever merged finds them moved; a job moves the rest.

        To be called after a merge, and after its undoing.
        """
        await move_page(self._pool, merge.primary.environment_id, merge.id)
        self._wakeup.notify()

    async def merge_effects(self, secondary: Recipient) -> MergeEffects:
        """Returns what would follow if this recipient were merged into another now."""
        return await merge_effects(self._pool, secondary, self._clock.now())

    def export(self, recipient: Recipient) -> AsyncGenerator[bytes, None]:
        """Returns everything known of a recipient as one JSON document, in pieces: its row, history, messages, runs."""
        return export(self._pool, recipient)

    async def forget(
        self, directory: Directory, place: Place, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> bool:
        """Deletes a recipient, and erases what was retained of anybody who lived at its place before.

        Nothing of it is found from now on, and jobs erase it within minutes. Returns whether anybody lived there or
        anything was retained; if not, there is no receipt either.
        """

        async def finish(connection: Connection, written: Written) -> bool:
            forgotten = await forget_retained(connection, place)
            if written.existed or forgotten:
                await keep(connection, receipt, True, self._clock.now())
            elif receipt is not None:  # what this waited for may have been the same request
                await refuse_repetition(connection, *receipt.request_key, receipt.fingerprint, self._clock.now())
            return written.existed or bool(forgotten)

        return await directory.writer.write_with(Write(place, (Delete(),), origin), finish)

    async def purge(
        self, directory: Directory, place: Place, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> None:
        """Deletes a recipient, and erases the messages, runs and values in the history of all who lived at its place.

        When this returns nothing remains but who changed something and when, whether or not a history was retained.
        From the deletion on nothing of it is found. A job erases it too, should this process die on the way.
        """

        async def finish(connection: Connection, _: Written) -> list[Identity]:
            retained = await forget_retained(connection, place)
            rows = await connection.fetch(*SQL["identities_of_place"](**place._asdict()))
            people = list({*retained, *(Identity(*place, row["uid"]) for row in rows)})
            await enqueue(connection, [Erase(people)])
            await keep(connection, receipt, None, self._clock.now())
            return people

        people = await gone(self._pool, await directory.writer.write_with(Write(place, (Delete(),), origin), finish))
        ended = await erase_people(self._pool, people)
        await redact_at_once(self._pool, directory.reader, people, self._clock.now(), self._links)
        async with self._pool.acquire() as connection, connection.transaction():
            await forget_merges(connection, people, ended)
