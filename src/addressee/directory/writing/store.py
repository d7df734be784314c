"""Puts applied edits into the database, with their history and what else hangs on them."""

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
from addressee.directory.addresses.push_tokens import Step, TokenTransfer, are_moved, claim
from addressee.directory.reading import rows
from addressee.directory.recipient import Place, Recipient, is_membership
from addressee.directory.writing.history import Change
from addressee.directory.writing.zone_changes import has_moved, zone_jobs

SQL = load(__package__)

COUNT_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Effect:
    """A recipient that becomes another, with what the history keeps of it."""

    before: Recipient | None
    after: Recipient
    changes: Sequence[Change]


class CountChange(NamedTuple):
    """How many more recipients live in a collection."""

    environment_id: int
    collection: str
    difference: int


class RecipientRow(NamedTuple):
    """A recipient as it is written; a document is None where the stored one stays."""

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


# Gives tokens to those who got them, and returns who lost them by the place of who got them.
Handing: TypeAlias = Callable[[Connection, Iterable[Step]], Awaitable[dict[Place, list[TokenTransfer]]]]


async def store_recipients(
    connection: Connection, effects: Sequence[Effect], hand_over: Handing = claim
) -> Mapping[Place, Sequence[TokenTransfer]]:
    """Writes those recipients that are still as they were before. Returns the places that won, each with those whose
    push tokens it took.

    When somebody appears or disappears they are counted, and tokens change hands when addresses did; everything else
    is one statement.
    """
    counted = [effect for effect in effects if difference(effect)]
    moved = [effect for effect in effects if are_moved(effect.before, effect.after)]
    rezoned = [effect.after for effect in effects if has_moved(effect.before, effect.after)]
    if not counted and not moved and not rezoned:
        return dict.fromkeys(await write(connection, effects), ())
    async with connection.transaction():
        won = await write(connection, effects)
        steps = [(effect.before, effect.after) for effect in moved if effect.after.place in won]
        transfers = await hand_over(connection, steps) if steps else {}
        await enqueue(connection, zone_jobs(recipient for recipient in rezoned if recipient.place in won))
        await count(connection, [effect for effect in counted if effect.after.place in won])
    return {place: transfers.get(place, ()) for place in won}


async def count(connection: Connection, effects: Sequence[Effect]) -> None:
    """Last in a transaction, as others wait for it meanwhile; in a slot drawn by lot, so that few do."""
    differences: Counter[tuple[int, str]] = Counter()
    for effect in effects:
        place = effect.after.place
        differences[place.environment_id, place.collection] += difference(effect)
    changes = [CountChange(*collection, by) for collection, by in differences.items() if by]
    if changes:
        slot = secrets.randbelow(COUNT_SLOTS)
        await connection.execute(*SQL["count_recipients"](changes=changes, slot=slot))


def difference(effect: Effect) -> int:
    """How many more recipients live where this one does. What is one within another one counts for nothing."""
    lived = effect.before is not None and effect.before.lives
    if lived is effect.after.lives or is_membership(effect.after.place):
        return 0
    return 1 if effect.after.lives else -1


async def write(connection: Connection, effects: Sequence[Effect]) -> set[Place]:
    """The guarded write (DESIGN §3): one statement, sorted by key so that writers cannot deadlock."""
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
