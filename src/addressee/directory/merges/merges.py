"""Stores merges of recipients: both rows in one transaction; a job moves their messages afterwards."""

from __future__ import annotations

import random
from asyncio import sleep
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.addresses.push_tokens import inherit
from addressee.directory.clock import Clock
from addressee.directory.errors import (
    LostError,
    MissingError,
    RefusedError,
    UnavailableError,
    unavailable_when_away,
)
from addressee.directory.groups.subscriptions import move_subscriptions
from addressee.directory.merges.merge import DEFAULT_RULES, Journal, Merged, MergeRules, journal, merge, unmerge
from addressee.directory.reading import rows
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.directory.writing.applying import check_format
from addressee.directory.writing.history import NO_ORIGIN, Origin, change
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.store import Effect, store_recipients

SQL = load(__package__)

T = TypeVar("T")

UNDO_LIFE = timedelta(days=30)

# After so many conflicts with other writers both rows are locked, so that a merge cannot starve.
LOSSES_BEFORE_LOCKS = 3
MAX_TRIES = 20
LONGEST_PAUSE_SECONDS = 0.02


class MergeMissingError(Exception):
    def __init__(self) -> None:
        super().__init__("There is no such merge.")


class MergePosition(NamedTuple):
    """The position of a merge in a list, newest first."""

    merged_at: datetime
    id: UUID


NEWEST = MergePosition(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge. `settled_at` is when its job had moved all messages, or had moved them back after the undoing.

    `moves_subscriptions` says that the secondary's subscriptions became the primary's; else they ended.
    """

    id: UUID
    primary: Place
    primary_uid: UUID
    secondary: Place
    secondary_uid: UUID
    merged_at: datetime
    settled_at: datetime | None = None
    undone_at: datetime | None = None
    moves_subscriptions: bool = False

    @property
    def position(self) -> MergePosition:
        return MergePosition(self.merged_at, self.id)


class Follow(Job, frozen=True):
    """Moves messages after a merge, or back after its undoing. `sweep` is the number of its earlier runs."""

    name: ClassVar[str] = "follow"

    environment_id: int
    merge_id: UUID
    sweep: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """Both recipients as they are now, and what a merge would make of them."""

    primary: Recipient
    secondary: Recipient
    merged: Merged


@dataclass(frozen=True, slots=True)
class Done:
    """A merge that was carried out, and the primary after it."""

    merge: Merge
    primary: Recipient


@dataclass(frozen=True, slots=True)
class Undone:
    """An undone merge and both recipients after it; `kept` as in `Unmerged`."""

    merge: Merge
    primary: Recipient
    secondary: Recipient
    kept: Sequence[str]


class Merges:
    """Merges recipients, and undoes merges within 30 days."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock
        self._chance = chance

    async def merge(
        self,
        primary: Place,
        secondary: Place,
        *,
        rules: MergeRules = DEFAULT_RULES,
        origin: Origin = NO_ORIGIN,
        receipt: Receipt | None = None,
    ) -> Done:
        """Merges `secondary` into `primary` and leaves a tombstone at the place of `secondary`.

        Raises MissingError when one of them does not exist, RefusedError when both are the same, are of different
        collections or together exceed a limit, UnavailableError when other writers keep changing them.
        """
        check_different(primary, secondary)

        async def attempt(connection: Connection) -> Done:
            found = await read_both(connection, primary, secondary)
            one, other = present(found, primary), present(found, secondary)
            now = self._clock.now()
            merged = merge(one, other, now, rules)
            made = Merge(
                uuid7(), primary, one.uid, secondary, other.uid, now, moves_subscriptions=rules.moves_subscriptions
            )
            await write_both(connection, "merge", origin, (one, merged.primary), (other, merged.tombstone))
            await self._record(connection, made, journal(one, other, merged, rules))
            if rules.moves_subscriptions:
                await move_subscriptions(connection, other.identity, one.identity, made.id, back=False)
            await enqueue(connection, [Follow(made.primary.environment_id, made.id)])
            done = Done(made, merged.primary)
            await keep(connection, receipt, done, now)
            return done

        return await self._until_won(attempt, primary, secondary)

    async def preview(self, primary: Place, secondary: Place, rules: MergeRules = DEFAULT_RULES) -> Preview:
        """Returns what `merge` would write now. Raises MissingError and RefusedError as `merge` does."""
        check_different(primary, secondary)
        async with self._pool.acquire() as connection:
            found = await read_both(connection, primary, secondary)
        one, other = present(found, primary), present(found, secondary)
        return Preview(one, other, merge(one, other, self._clock.now(), rules))

    async def undo(
        self, environment_id: int, id: UUID, *, origin: Origin = NO_ORIGIN, receipt: Receipt | None = None
    ) -> Undone:
        """Undoes a merge.

        Raises MergeMissingError; RefusedError when it was undone already, is older than 30 days, the primary does not
        exist any more, or the secondary's id was used again.
        """
        row = await self._pool.fetchrow(*SQL["find_merge"](environment_id=environment_id, id=id))
        if row is None:
            raise MergeMissingError
        found = merge_from(row)
        if found.undone_at is not None:
            raise RefusedError("undone", "id", "This merge was undone already.")
        if row["journal"] is None or found.merged_at <= self._clock.now() - UNDO_LIFE:
            raise RefusedError("too_late", "id", f"A merge can be undone within {UNDO_LIFE.days} days only.")
        opened = msgspec.json.decode(self._sealer.open(row["journal"], purpose(id)), type=Journal)

        async def attempt(connection: Connection) -> Undone:
            here = await read_both(connection, found.primary, found.secondary)
            primary = here.get(found.primary)
            if primary is None or not primary.lives or primary.uid != found.primary_uid:
                raise RefusedError("gone", "id", "The one who was merged into is not there any more.")
            check_format(primary)
            now = self._clock.now()
            parted = unmerge(primary, here.get(found.secondary), found.secondary_uid, opened, now)
            await write_both(
                connection, "unmerge", origin, (primary, parted.primary), (parted.tombstone, parted.secondary)
            )
            if await connection.fetchval(*SQL["undo_merge"](environment_id=environment_id, id=id, now=now)) is None:
                raise LostError
            if found.moves_subscriptions:
                await move_subscriptions(
                    connection,
                    Identity(*found.primary, found.primary_uid),
                    Identity(*found.secondary, found.secondary_uid),
                    id,
                    back=True,
                )
            await enqueue(connection, [Follow(environment_id, id)])
            undone = Undone(
                replace(found, settled_at=None, undone_at=now), parted.primary, parted.secondary, parted.kept
            )
            await keep(connection, receipt, undone, now)
            return undone

        return await self._until_won(attempt, found.primary, found.secondary)

    async def find(self, environment_id: int, id: UUID) -> Merge | None:
        row = await self._pool.fetchrow(*SQL["find_merge"](environment_id=environment_id, id=id))
        return None if row is None else merge_from(row)

    async def of(self, recipient: Recipient) -> list[Merge]:
        """Returns the merges into this recipient, newest first, at most 1,000."""
        found = await self._pool.fetch(
            *SQL["merges_of_primary"](environment_id=recipient.place.environment_id, uid=recipient.uid)
        )
        return [merge_from(row) for row in found]

    async def list(self, recipient: Recipient, page: PageRequest[MergePosition]) -> Page[Merge]:
        """Returns a page of the merges into this recipient, newest first. Only `after` of the request counts.

        Raises UnavailableError when the database is away.
        """
        start = page.after or NEWEST
        with unavailable_when_away():
            found = await self._pool.fetch(
                *SQL["page_of_merges"](
                    environment_id=recipient.place.environment_id,
                    uid=recipient.uid,
                    **start._asdict(),
                    limit=page.size + 1,
                )
            )
        return build_page([merge_from(row) for row in found], page, lambda merge: merge.position)

    async def _until_won(self, attempt: Callable[[Connection], Awaitable[T]], *places: Place) -> T:
        for losses in range(MAX_TRIES):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    if losses >= LOSSES_BEFORE_LOCKS:
                        for place in sorted(places):
                            await connection.fetch(*SQL["lock_recipient"](**place._asdict()))
                    return await attempt(connection)
            except (LostError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                await sleep(self._chance() * LONGEST_PAUSE_SECONDS)
        raise UnavailableError("Others keep changing one of the two; try again in a moment.")

    async def _record(self, connection: Connection, made: Merge, journal: Journal) -> None:
        await connection.execute(
            *SQL["insert_merge"](
                environment_id=made.primary.environment_id,
                id=made.id,
                collection=made.primary.collection,
                primary_id=made.primary.id,
                primary_uid=made.primary_uid,
                secondary_id=made.secondary.id,
                secondary_uid=made.secondary_uid,
                merged_at=made.merged_at,
                journal=self._sealer.seal(msgspec.json.encode(journal), purpose(made.id)),
                moves_subscriptions=made.moves_subscriptions,
            )
        )


async def read_both(connection: Connection, *places: Place) -> dict[Place, Recipient]:
    found = await connection.fetch(*SQL["read_recipients"](places=places))
    return {recipient.place: recipient for recipient in map(rows.recipient_from, found)}


async def write_both(connection: Connection, edit: str, origin: Origin, *pairs: tuple[Recipient, Recipient]) -> None:
    """Writes each `(before, after)`, all or none. Raises LostError when one was changed by others meanwhile."""
    effects = [Effect(before, after, [change(edit, before, after, origin)]) for before, after in pairs]
    if len(await store_recipients(connection, effects, inherit)) < len(effects):
        raise LostError


def check_different(primary: Place, secondary: Place) -> None:
    if primary == secondary:
        raise RefusedError("same", "id", "Nobody can be merged with themselves.")
    if primary[:2] != secondary[:2]:
        raise RefusedError("collection", "id", "Only recipients of one collection can be merged.")


def present(found: Mapping[Place, Recipient], place: Place) -> Recipient:
    recipient = found.get(place)
    if recipient is None or not recipient.lives:
        raise MissingError(place)
    check_format(recipient)
    return recipient


def merge_from(row: asyncpg.Record) -> Merge:
    return Merge(
        row["id"],
        Place(row["environment_id"], row["collection"], row["primary_id"]),
        row["primary_uid"],
        Place(row["environment_id"], row["collection"], row["secondary_id"]),
        row["secondary_uid"],
        row["merged_at"],
        row["settled_at"],
        row["undone_at"],
        row["unites"],
    )


def purpose(merge_id: UUID) -> str:
    return f"merge {merge_id}"
