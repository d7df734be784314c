"""Those whom runs and messages name: as they are now, as those into whom they were merged, or as missing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader, Successor
from addressee.directory.recipient import Place, Recipient
from addressee.messaging.recipients.identity import MOVED_AGE, TRANSIENT, Identity, Reference

SQL = load(__package__)

# What stands for the name of somebody who was deleted (knock.md §3.4).
MISSING_NAME = "Missing user"

# Tombstones stay, so this is shown only when somebody removed rows by hand.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Missing:
    """Someone who was deleted (knock.md §3.4). Who was merged into such a one is that one.

    `deleted_at` is the latest time that it can have been, once the id is somebody else's.
    """

    identity: Identity
    deleted_at: datetime

    @property
    def reference(self) -> Reference:
        return self.identity.reference


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who was asked for. `found` holds who is at a place now, a tombstone too."""

    environment_id: int
    found: Mapping[Place, Recipient]
    successors: Mapping[UUID, Successor]

    def living(self, reference: Reference) -> Recipient | None:
        """Whoever lives at a place."""
        here = self.found.get(reference.at(self.environment_id))
        return here if here is not None and here.lives else None

    def now(self, identity: Identity) -> Recipient | None:
        """Who this identity is now: itself, or the one into whom it was merged."""
        standing = self.standing(identity)
        return standing.found_in(self.found.get(standing.reference.at(self.environment_id)))

    def standing(self, identity: Identity) -> Identity:
        """Who this identity is, living or not: itself, or the one into whom it was merged."""
        successor = None if identity.uid is None else self.successors.get(identity.uid)
        if successor is None:
            return identity
        return Identity(successor.place.collection, successor.place.id, successor.uid)

    def at(self, identity: Identity, when: datetime) -> Recipient | Missing:
        """How to show whom something names that happened at `when`.

        What lies more than 30 days before a merge names someone who is gone (knock.md §3.3). Who lived in a run only
        was there for no longer than that.
        """
        if identity.collection == TRANSIENT:
            return Missing(identity, when)
        successor = None if identity.uid is None else self.successors.get(identity.uid)
        is_older = successor is not None and when < successor.merged_at - MOVED_AGE
        then = identity if is_older else self.standing(identity)
        found = self.found.get(then.reference.at(self.environment_id))
        return then.found_in(found) or missing(then, found)


async def read_people(
    reader: Reader,
    environment_id: int,
    identities: Iterable[Identity],
    *,
    places: Iterable[Reference] = (),
    known: Iterable[Recipient] = (),
) -> People:
    """Everybody in one query, and in two more when somebody is not there; the reader collects what is asked at once.

    `places` are read whoever lives there, `known` are not read again. Those who live in a run only are found among the
    known alone.
    """
    wanted = {each for each in identities if each.collection != TRANSIENT}
    found = {recipient.place: recipient for recipient in known}
    named = {reference.at(environment_id) for reference in {*(each.reference for each in wanted), *places}}
    found |= await find_all(reader, [place for place in named if place not in found])
    people = People(environment_id, found, {})
    gone = [each.uid for each in wanted if each.uid is not None and people.now(each) is None]
    if not gone:
        return people
    successors = await reader.successors(environment_id, gone)
    found |= await find_all(reader, [successor.place for successor in successors.values()])
    return People(environment_id, found, successors)


async def read_identities(connection: Connection, environment_id: int, place: Reference) -> frozenset[Identity]:
    """Who lives at a place, and whoever was merged into them; nobody who lived there before."""
    rows = await connection.fetch(SQL["identities_living_as"], environment_id, *place)
    return frozenset(Identity(place.collection, *row) for row in rows)


async def find_all(reader: Reader, places: Sequence[Place]) -> dict[Place, Recipient]:
    found = await asyncio.gather(*(reader.find(place) for place in places))
    return {recipient.place: recipient for recipient in found if recipient is not None}


def missing(identity: Identity, recipient: Recipient | None) -> Missing:
    if recipient is None:
        return Missing(identity, LONG_AGO)
    return Missing(identity, recipient.deleted_at or recipient.updated_at)
