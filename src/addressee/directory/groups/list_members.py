"""The members of lists: added, removed, listed and compared.

A set of members is identified by the list's place and a uid: the list's own, or a draft's (see `edits.lists`).
Statements write 1,000 members at most, in the order of their ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import UUID

import asyncpg
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.planning import planned_anew
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.documents import check_id
from addressee.directory.edits.context import Revives
from addressee.directory.edits.lists import LISTS, List, list_from
from addressee.directory.edits.recipients import Identify
from addressee.directory.groups import subscriptions
from addressee.directory.groups.subscriptions import MOST_COUNTED, change_counts
from addressee.directory.reading.uuid_ranges import FIRST_UID
from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write

SQL = load(__package__)

AT_ONCE = 1000


class Member(Struct, frozen=True):
    """A user in a list. `id` is a UUIDv7, by which members are ordered; it stays as long as the user does."""

    id: UUID
    recipient_id: str
    inserted_at: datetime


class Membership(Struct, frozen=True):
    """A list that a user is a member of. `id` is that of `Member`."""

    id: UUID
    list: List
    inserted_at: datetime


class ChangedMember(NamedTuple):
    """A user who became a member of a list or ceased to be one."""

    id: str
    uid: UUID


START = ChangedMember("", FIRST_UID)


class MemberChange(StrEnum):
    ENTERED = "entered"
    EXITED = "exited"


class EmitListEvents(Job, frozen=True, omit_defaults=True):
    """Starts the workflows that listen to a list for up to 1,000 users who entered or left it. `id` is the event's.

    `depth` counts the workflows whose steps led to it.
    """

    name: ClassVar[str] = "tell_moves"

    environment_id: int
    id: UUID
    list_id: str
    move: MemberChange
    movers: Sequence[ChangedMember]
    depth: int = 0


class ReconcileMembers(Job, frozen=True):
    """Compares the members that a list had under the uid `before` with those of `after`, who replaced them.

    Events of the kinds in `untold` are emitted for the users who entered or left, a page at a time: `cursor` is the
    last user of the page before. Then the members of `before` are erased.
    """

    name: ClassVar[str] = "settle_list"

    environment_id: int
    list_id: str
    before: UUID
    after: UUID
    untold: Sequence[MemberChange]
    cursor: ChangedMember = START
    sweeps: int = 2

    @property
    def place(self) -> Place:
        return Place(self.environment_id, LISTS, self.list_id)

    def following(self, last: ChangedMember | None) -> ReconcileMembers:
        """Returns the job for the page after the user `last`; for the next kind of event when that is None."""
        if last is None:
            return structs.replace(self, untold=self.untold[1:], cursor=START)
        return structs.replace(self, cursor=last)


class Compared(NamedTuple):
    """The members on a page who entered or left, and the last member on it; None on the last page."""

    movers: Sequence[ChangedMember]
    last: ChangedMember | None


async def add_members(
    pool: Pool,
    writer: Writer,
    clock: Clock,
    list: List,
    uid: UUID,
    ids: Iterable[str],
    origin: Origin,
    receipt: Receipt | None,
    depth: int = 0,
) -> int:
    """See `Lists.add`."""
    members = Identity(*list.place, uid)
    emits_events = list.tracks_entry and uid == list.uid
    pages = paged(ids)
    added = 0
    for number, page in enumerate(pages, start=1):
        await create_unknown(pool, writer, list.place.environment_id, page, origin)
        async with planned_anew(pool) as connection:
            now = clock.now()
            found = await connection.fetch(
                *SQL["add_members"](
                    **members._asdict(),
                    user_collection=USERS,
                    ids=page,
                    subscription_ids=[uuid7() for _ in page],
                    now=now,
                )
            )
            await change_counts(connection, Counter({members: len(found)}))
            await enqueue(connection, event_jobs(list, found, MemberChange.ENTERED, depth) if emits_events else [])
            added += len(found)
            await keep(connection, receipt if number == len(pages) else None, added, now)
    return added


async def remove_members(
    pool: Pool, clock: Clock, list: List, uid: UUID, ids: Iterable[str], receipt: Receipt | None, depth: int = 0
) -> int:
    """See `Lists.remove`."""
    members = Identity(*list.place, uid)
    emits_events = list.tracks_exit and uid == list.uid
    pages = paged(ids)
    removed = 0
    for number, page in enumerate(pages, start=1):
        async with planned_anew(pool) as connection:
            found = await connection.fetch(*SQL["remove_members"](**members._asdict(), user_collection=USERS, ids=page))
            await change_counts(connection, Counter({members: -len(found)}))
            await enqueue(connection, event_jobs(list, found, MemberChange.EXITED, depth) if emits_events else [])
            removed += len(found)
            await keep(connection, receipt if number == len(pages) else None, removed, clock.now())
    return removed


async def create_unknown(pool: Pool, writer: Writer, environment_id: int, ids: Sequence[str], origin: Origin) -> None:
    """Creates the users of up to 1,000 ids that never existed; deleted ones are not revived."""
    async with planned_anew(pool) as connection:
        unknown = await connection.fetch(*SQL["unknown_ids"](environment_id=environment_id, collection=USERS, ids=ids))
    users = [Place(environment_id, USERS, row["id"]) for row in unknown]
    await writer.write_all([Write(user, (Identify(revives=Revives.NOBODY),), origin) for user in users])


def event_jobs(list: List, found: Sequence[asyncpg.Record], move: MemberChange, depth: int) -> Sequence[Job]:
    movers = [ChangedMember(*row) for row in found]
    return [EmitListEvents(list.place.environment_id, uuid7(), list.place.id, move, movers, depth)] if movers else []


async def list_members(pool: Pool, members: Identity, page: PageRequest[UUID]) -> Page[Member]:
    """Returns a page of members, newest first."""
    found = await subscriptions.fetch_members(pool, members, page)
    entries = [Member(row["subscription_id"], row["recipient_id"], row["inserted_at"]) for row in found]
    return build_page(entries, page, lambda member: member.id)


async def list_memberships(pool: Pool, recipient: Recipient, page: PageRequest[UUID]) -> Page[Membership]:
    """Returns a page of the lists that a recipient is a member of, newest first."""
    found = await subscriptions.list_objects_of_collection(pool, recipient, LISTS, page)
    memberships = [Membership(each.id, list_from(each.object), each.inserted_at) for each in found]
    return build_page(memberships, page, lambda membership: membership.id)


async def count_memberships(pool: Pool, recipient: Recipient) -> int:
    """Returns the number of lists that a recipient is a member of, at most 10,000."""
    count: int = await pool.fetchval(
        *SQL["count_lists_of_recipient"](**recipient.identity._asdict(), list_collection=LISTS, limit=MOST_COUNTED)
    )
    return count


async def successor(connection: Connection, object: Identity) -> UUID | None:
    """Returns the uid of the members that replaced those of `object`; None when they were not, or it is not a list."""
    if object.collection != LISTS:
        return None
    uid: UUID | None = await connection.fetchval(*SQL["successor_of_list"](**object._asdict()))
    return uid


async def is_being_compared(pool: Pool, list: List, reconcile: ReconcileMembers) -> bool:
    """Returns whether the members of `before` replaced others that are still stored: an earlier job compares both."""
    earlier = list.predecessor(reconcile.before)
    if earlier is None:
        return False
    async with planned_anew(pool) as connection:
        found: bool = await connection.fetchval(*SQL["has_subscribers"](**reconcile.place._asdict(), uid=earlier))
    return found


async def compare(connection: Connection, reconcile: ReconcileMembers) -> Compared:
    """Compares the next 1,000 members of one set with the other set; those who are not in it entered or left."""
    one, other = reconcile.after, reconcile.before
    if reconcile.untold[0] is MemberChange.EXITED:
        one, other = other, one
    found = await connection.fetch(
        *SQL["members_also_in"](
            **reconcile.place._asdict(),
            uid=one,
            other_uid=other,
            user_collection=USERS,
            after_id=reconcile.cursor.id,
            after_uid=reconcile.cursor.uid,
            limit=AT_ONCE,
        )
    )
    page = [ChangedMember(row["recipient_id"], row["recipient_uid"]) for row in found]
    movers = [mover for mover, row in zip(page, found, strict=True) if not row["also"]]
    return Compared(movers, page[-1] if len(page) == AT_ONCE else None)


def paged(ids: Iterable[str]) -> Sequence[Sequence[str]]:
    """Returns the distinct ids, sorted, in one or more pages of 1,000. Raises RefusedError for an invalid id."""
    ordered = sorted({check_id(id, "ids") for id in ids})
    return [ordered[start : start + AT_ONCE] for start in range(0, max(len(ordered), 1), AT_ONCE)]
