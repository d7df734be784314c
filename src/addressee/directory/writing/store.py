"""Stores changed recipients with their history, counts, push tokens and follow-up jobs."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeAlias
from uuid import UUID

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.addresses.push_tokens import Step, TokenTransfer, claim, tokens_changed
from addressee.directory.reading import rows
from addressee.directory.recipient import Place, Recipient, is_membership
from addressee.directory.writing.history import Change
from addressee.directory.writing.zone_changes import zone_changed, zone_jobs

SQL = load(__package__)

COUNT_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Effect:
    """A change of a recipient, with its entries for the history."""

    before: Recipient | None
    after: Recipient
    changes: Sequence[Change]


class CountChange(NamedTuple):
    """The difference that writes make to the number of living recipients in a collection."""

    environment_id: int
    collection: str
    difference: int


class RecipientRow(NamedTuple):
    """A recipient as it is written; a document is None when the stored one is unchanged."""

    environment_id: int
    collection: str
    id: str
    uid: UUID
    version: int
    updated_at: datetime
    attributes: bytes | None
    properties: bytes | None
    addresses: bytes | None
    channel_data: bytes | None
    preferences: bytes | None
    deleted_at: datetime | None
    format: int
    deletions: int
    history_kept: bool


class ChangeRow(NamedTuple):
    """An entry of a recipient's history; `ordinal` is its position among those of one version."""

    environment_id: int
    collection: str
    id: str
    ordinal: int
    uid: UUID
    edit: str
    key_id: UUID | None
    request_id: str | None
    before: bytes | None
    after: bytes | None


# Records new owners of push tokens, and returns the transfers from former owners by the place of the new one.
TransferTokens: TypeAlias = Callable[[Connection, Iterable[Step]], Awaitable[dict[Place, list[TokenTransfer]]]]


async def store_recipients(
    connection: Connection, effects: Sequence[Effect], transfer: TransferTokens = claim
) -> Mapping[Place, Sequence[TokenTransfer]]:
    """Writes the recipients whose stored version is still that of `before`.

    Returns the places that were written, each with the transfers of push tokens to it. It is one statement, unless
    counts, push tokens or time zones change: then it is a transaction.
    """
    counted = [effect for effect in effects if difference(effect)]
    moved = [effect for effect in effects if tokens_changed(effect.before, effect.after)]
    rezoned = [effect.after for effect in effects if zone_changed(effect.before, effect.after)]
    if not counted and not moved and not rezoned:
        return dict.fromkeys(await write(connection, effects), ())
    async with connection.transaction():
        won = await write(connection, effects)
        steps = [(effect.before, effect.after) for effect in moved if effect.after.place in won]
        transfers = await transfer(connection, steps) if steps else {}
        await enqueue(connection, zone_jobs(recipient for recipient in rezoned if recipient.place in won))
        await count(connection, [effect for effect in counted if effect.after.place in won])
    return {place: transfers.get(place, ()) for place in won}


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
    lived = effect.before is not None and effect.before.lives
    if lived is effect.after.lives or is_membership(effect.after.place):
        return 0
    return 1 if effect.after.lives else -1


async def write(connection: Connection, effects: Sequence[Effect]) -> set[Place]:
    """Writes recipients whose version is unchanged, and returns their places. Sorted by key to avoid deadlocks."""
    if not effects:
        return set()
    recipients = [recipient_row(effect.before, effect.after) for effect in effects]
    changes = [
        ChangeRow(
            *effect.after.place,
            ordinal,
            change.uid,
            change.edit,
            change.origin.key_id,
            change.origin.request_id,
            None if change.before is None else rows.encode(change.before),
            None if change.after is None else rows.encode(change.after),
        )
        for effect in effects
        for ordinal, change in enumerate(effect.changes)
    ]
    won = await connection.fetch(*SQL["write_recipients"](recipients=recipients, changes=changes))
    return {Place(*row) for row in won}


def recipient_row(before: Recipient | None, after: Recipient) -> RecipientRow:
    document = partial(rows.changed_document, before, after)
    return RecipientRow(
        *after.place,
        after.uid,
        after.version,
        after.updated_at,
        document("attributes"),
        document("properties"),
        document("addresses"),
        document("channel_data"),
        document("preferences"),
        after.deleted_at,
        after.format,
        after.deletions,
        after.history_kept,
    )
