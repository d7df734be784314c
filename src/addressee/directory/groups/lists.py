"""Lists: defines them, adds and removes members, and replaces all members at once (suprsend.md §2.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

from msgspec import Struct
from uuid_utils.compat import uuid7

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.paging import Page, PageRequest
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.edits.context import EditContext
from addressee.directory.edits.lists import (
    LISTS,
    Define,
    DiscardDraft,
    List,
    OpenDraft,
    PublishDraft,
    list_from,
    present,
)
from addressee.directory.edits.recipients import Delete
from addressee.directory.errors import LostError, UnavailableError
from addressee.directory.groups import list_members
from addressee.directory.groups.list_members import Member, MemberChange, Membership, ReconcileMembers
from addressee.directory.groups.subscriptions import read_counts
from addressee.directory.reading import rows
from addressee.directory.reading.listing import list_by_id
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.directory.writing.applying import check_format
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.history import NO_ORIGIN, Origin, change
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.store import Effect, store_recipients
from addressee.directory.writing.writer import Writer

SQL = load(__package__)

T = TypeVar("T")

ListEdit: TypeAlias = Define | OpenDraft | DiscardDraft | PublishDraft | Delete

# The limit of attempts when others create the same list at the same moment.
MAX_TRIES = 5


class Counted(Struct, frozen=True):
    """A list, and the number of members of it and of each draft, by uid."""

    list: List
    members: Counter[UUID]


class Lists:
    """Lists of all environments. Changes of a list lock its row; adding and removing members does not wait for them."""

    def __init__(self, pool: Pool, reader: Reader, writer: Writer, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def define(
        self, place: Place, definition: Define, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> Counted:
        """Creates or changes a list. Raises RefusedError, and what `receipts.keep` raises for a Counted."""
        return await self._change(place, definition, counted, origin, receipt)

    async def open_draft(
        self, place: Place, uid: UUID, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> Counted:
        """Opens a draft under a new UUIDv7. Raises MissingError, and like `define`."""
        return await self._change(place, OpenDraft(uid), counted, origin, receipt)

    async def discard_draft(
        self, place: Place, uid: UUID, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> None:
        """Removes a draft. Raises MissingError, DraftMissingError, and what `receipts.keep` raises for None."""
        await self._change(place, DiscardDraft(uid), nothing, origin, receipt)

    async def publish_draft(
        self, place: Place, uid: UUID, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> Counted:
        """Replaces all members by the draft's, of any number, in one write; a worker erases the former ones.

        Raises MissingError, DraftMissingError, and what `receipts.keep` raises for a Counted.
        """
        return await self._change(place, PublishDraft(uid), counted, origin, receipt)

    async def delete(self, place: Place, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None) -> None:
        """Deletes a list. Raises MissingError, and what `receipts.keep` raises for None."""
        await self._change(place, Delete(), nothing, origin, receipt)

    async def find(self, place: Place) -> List | None:
        found = await self._reader.read(place)
        return None if found is None else list_from(found)

    async def page(self, environment_id: int, offset: int, limit: int) -> Sequence[List]:
        """Returns up to `limit` lists by id, past the first `offset`."""
        return [list_from(found) for found in await list_by_id(self._pool, environment_id, LISTS, limit, offset)]

    async def count(self, lists: Iterable[List]) -> Counter[UUID]:
        """Returns the numbers of members of lists and their drafts, by uid, from stored counts."""
        return await count(self._pool, lists)

    async def add(
        self,
        list: List,
        uid: UUID,
        ids: Iterable[str],
        *,
        origin: Origin = NO_ORIGIN,
        receipt: Receipt | None = None,
        depth: int = 0,
    ) -> int:
        """Adds users to the members of `uid`, the list's or a draft's, creating missing ones; returns how many are new.

        Each 1,000 are a transaction: repeating an interrupted call completes it. A replacement of all members meanwhile
        takes effect after it. `depth` is that of the events (`EmitListEvents`). Raises RefusedError for an invalid id,
        before anything is written, and what `receipts.keep` raises for an int.
        """
        return await list_members.add_members(
            self._pool, self._writer, self._clock, list, uid, ids, origin, receipt, depth
        )

    async def remove(
        self, list: List, uid: UUID, ids: Iterable[str], *, receipt: Receipt | None = None, depth: int = 0
    ) -> int:
        """Removes users from the members of `uid` and returns how many were among them; else like `add`."""
        return await list_members.remove_members(self._pool, self._clock, list, uid, ids, receipt, depth)

    async def members(self, list: List, page: PageRequest[UUID]) -> Page[Member]:
        """Returns a page of the members of a list, newest first."""
        return await list_members.list_members(self._pool, Identity(*list.place, list.uid), page)

    async def memberships(self, recipient: Recipient, page: PageRequest[UUID]) -> Page[Membership]:
        """Returns a page of the lists that a recipient is a member of, newest first."""
        return await list_members.list_memberships(self._pool, recipient, page)

    async def count_memberships(self, recipient: Recipient) -> int:
        """Returns the number of lists that a recipient is a member of, at most 10,000."""
        return await list_members.count_memberships(self._pool, recipient)

    async def _change(
        self,
        place: Place,
        edit: ListEdit,
        conclude: Callable[[Connection, Recipient], Awaitable[T]],
        origin: Origin,
        receipt: Receipt | None,
    ) -> T:
        """Applies an edit under the row's lock with its jobs, and stores the receipt of what `conclude` returns."""
        for _ in range(MAX_TRIES):
            with suppress(LostError):
                async with self._pool.acquire() as connection, connection.transaction():
                    now = self._clock.now()
                    after = await apply(connection, place, edit, now, origin)
                    result = await conclude(connection, after)
                    await keep(connection, receipt, result, now)
                return result
        raise UnavailableError("Others keep creating this list; try again in a moment.")


async def apply(connection: Connection, place: Place, edit: ListEdit, now: datetime, origin: Origin) -> Recipient:
    """Writes an edit and returns the changed list. Raises LostError, and what the edit raises."""
    row = await connection.fetchrow(*SQL["lock_recipient"](**place._asdict()))
    found = None if row is None else rows.recipient_from(row)
    check_format(found)
    after = edit.apply(found, place, EditContext(now, (found.version if found else 0) + 1, uuid7))
    if after is found:
        return present(found, place)
    assert after is not None
    made = Effect(found, after, [change(edit.name, found, after, origin)])
    if not await store_recipients(connection, [made]):
        raise LostError
    if found is not None:
        await enqueue(connection, jobs_after(found, after))
    return after


def jobs_after(before: Recipient, after: Recipient) -> list[Job]:
    """Returns the jobs that follow a change of a list: erasing identities that it gave up, comparing members."""
    jobs: list[Job] = []
    kept = identities(after)
    if ended := sorted(identities(before) - kept):
        jobs.append(Erase([Identity(*before.place, uid) for uid in ended]))
    if after.lives and before.lives and after.uid != before.uid:
        jobs.append(reconcile_job(before, list_from(after)))
    return jobs


def reconcile_job(before: Recipient, list: List) -> ReconcileMembers:
    tracked = {MemberChange.ENTERED: list.tracks_entry, MemberChange.EXITED: list.tracks_exit}
    untold = [move for move, is_tracked in tracked.items() if is_tracked]
    return ReconcileMembers(list.place.environment_id, list.place.id, before.uid, list.uid, untold)


def identities(recipient: Recipient) -> frozenset[UUID]:
    return list_from(recipient).identities if recipient.lives else frozenset()


async def counted(connection: Connection, recipient: Recipient) -> Counted:
    list = list_from(recipient)
    return Counted(list, await count(connection, [list]))


async def nothing(_: Connection, __: Recipient) -> None:
    """Concludes a change that has no result."""


async def count(database: Pool | Connection, lists: Iterable[List]) -> Counter[UUID]:
    sets = [Identity(*list.place, uid) for list in lists for uid in (list.uid, *(draft.uid for draft in list.drafts))]
    return await read_counts(database, sets)
