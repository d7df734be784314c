"""Stores changed recipients with their history, terms, counts, push tokens and follow-up jobs."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from msgspec import Struct

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.addresses.push_tokens import Step, TokenTransfer, claim, tokens_changed
from addressee.directory.reading import rows
from addressee.directory.recipient import Document, Place, Recipient, is_membership
from addressee.directory.search.index import change_terms, term_changes
from addressee.directory.writing.happenings import Happening, happenings
from addressee.directory.writing.history import Change
from addressee.directory.writing.zone_changes import zone_changed, zone_jobs

SQL = load(__package__)
COUNT_SLOTS = 64


class Effect(Struct, frozen=True, gc=False):
    """A change of a recipient, with its entries for the history."""

    before: Recipient | None
    after: Recipient
    changes: Sequence[Change]


class CountChange(NamedTuple):
    """The difference that writes make to the number of living recipients in a collection."""

    environment_id: int
    collection: str
    difference: int


class RecipientRow(Struct, frozen=True, array_like=True, gc=False):
    """A recipient as it is written, with its entries for the history and what others are told of.

    A document that is unchanged is None.
    """

    environment_id: int
    collection: str
    id: str
    uid: UUID
    version: int
    updated_at: datetime
    deleted_at: datetime | None
    format: int
    deletions: int
    history_kept: bool
    attributes: Document | None
    properties: Document | None
    addresses: list[Document] | None
    channel_data: Document | None
    preferences: Document | None
    changes: Sequence[Change]
    happenings: Sequence[Happening]


# Stands for whoever was not there before: none of its documents is anybody's.
NOBODY = Recipient(Place(0, "", ""), UUID(int=0), 0, datetime.min.replace(tzinfo=UTC))

# Records new owners of push tokens, and returns the transfers from former owners by the place of the new one.
TransferTokens: TypeAlias = Callable[[Connection, Iterable[Step]], Awaitable[dict[Place, list[TokenTransfer]]]]


async def store_recipients(
    connection: Connection, effects: Sequence[Effect], transfer: TransferTokens = claim
) -> Mapping[Place, Sequence[TokenTransfer]]:
    """Writes the recipients whose stored version is still that of `before`.

    Returns the places that were written, each with the transfers of push tokens to it. It is one statement, unless
    counts, terms, push tokens or time zones change: then it is a transaction.
    """
    wide = [effect for effect in effects if not is_self_contained(effect)]
    counted = [effect for effect in wide if difference(effect)]
    reindexed = term_changes((effect.before, effect.after) for effect in wide)
    moved = [effect for effect in wide if tokens_changed(effect.before, effect.after)]
    rezoned = [effect.after for effect in wide if zone_changed(effect.before, effect.after)]
    if not counted and not reindexed and not moved and not rezoned:
        return dict.fromkeys(await write(connection, effects), ())
    async with connection.transaction():
        won = await write(connection, effects)
        steps = [(effect.before, effect.after) for effect in moved if effect.after.place in won]
        transfers = await transfer(connection, steps) if steps else {}
        await change_terms(connection, [each for each in reindexed if each.place in won])
        await enqueue(connection, zone_jobs(recipient for recipient in rezoned if recipient.place in won))
        await count(connection, [effect for effect in counted if effect.after.place in won])
    return {place: transfers.get(place, ()) for place in won}


def is_self_contained(effect: Effect) -> bool:
    """Returns whether a write leaves all that counts, terms, push tokens and time zones are made of. Most do."""
    before, after = effect.before, effect.after
    return (
        before is not None
        and before.attributes is after.attributes
        and before.addresses is after.addresses
        and before.channel_data is after.channel_data
        and before.deleted_at is after.deleted_at
        and before.uid is after.uid
    )


async def count(connection: Connection, effects: Sequence[Effect]) -> None:
    """Updates the counts of recipients, in a random slot, so that concurrent transactions seldom wait for each other.

    It must be the last statement of a transaction, as it holds a lock on the slot from then on.
    """
    differences: Counter[tuple[int, str]] = Counter()
    for effect in effects:
        place = effect.after.place
        differences[place.environment_id, place.collection] += difference(effect)
    changes = [CountChange(*collection, by) for collection, by in differences.items() if by]
    if changes:
        slot = secrets.randbelow(COUNT_SLOTS)
        await connection.execute(*SQL["count_recipients"](changes=changes, slot=slot))


def difference(effect: Effect) -> int:
    """Returns the difference to the number of living recipients: 1, 0 or -1. Memberships are not counted."""
    lived = effect.before is not None and effect.before.deleted_at is None
    lives = effect.after.deleted_at is None
    if lived is lives or is_membership(effect.after.place):
        return 0
    return 1 if lives else -1


async def write(connection: Connection, effects: Sequence[Effect]) -> Set[Place]:
    """Writes recipients whose version is unchanged, and returns their places. Sorted by key to avoid deadlocks."""
    if not effects:
        return frozenset()
    lost = await connection.fetch(
        *SQL["write_recipients"](recipients=rows.encode([recipient_row(effect) for effect in effects]))
    )
    return {effect.after.place for effect in effects}.difference(Place(*row) for row in lost)


def recipient_row(effect: Effect) -> RecipientRow:
    before, after = effect.before or NOBODY, effect.after
    environment_id, collection, id = after.place
    return RecipientRow(
        environment_id,
        collection,
        id,
        after.uid,
        after.version,
        after.updated_at,
        after.deleted_at,
        after.format,
        after.deletions,
        after.history_kept,
        None if after.attributes is before.attributes else after.attributes,
        None if after.properties is before.properties else after.properties,
        None if after.addresses is before.addresses else after.addresses,
        None if after.channel_data is before.channel_data else after.channel_data,
        None if after.preferences is before.preferences else after.preferences,
        effect.changes,
        happenings(effect.before, after, effect.changes),
    )
