"""The recipients that runs and messages name: current ones, those into whom they were merged, or missing ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader, Successor
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.messaging.recipients.identity import MOVED_AGE, TRANSIENT

SQL = load(__package__)

# The name that is shown for a deleted recipient (knock.md §3.4).
MISSING_NAME = "Missing user"

# Tombstones stay, so this is shown only when somebody removed rows by hand.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Missing:
    """A deleted recipient (knock.md §3.4); an identity that was merged into one is that one.

    `deleted_at` is the latest possible time, where the id belongs to another recipient by now.
    """

    identity: Identity
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class People:
    """The recipients read for one answer. `found` holds the current row of each place, a tombstone too."""

    found: Mapping[Place, Recipient]
    successors: Mapping[UUID, Successor]

    def living(self, place: Place) -> Recipient | None:
        """Returns the living recipient at a place."""
        here = self.found.get(place)
        return here if here is not None and here.lives else None

    def current(self, identity: Identity) -> Recipient | None:
        """Returns the recipient that an identity resolves to, None when it is gone."""
        resolved = self.resolve(identity)
        return resolved.found_in(self.found.get(resolved.place))

    def resolve(self, identity: Identity) -> Identity:
        """Returns the identity into which one was merged, itself when it was not merged; it may be deleted."""
        successor = None if identity.uid is None else self.successors.get(identity.uid)
        return identity if successor is None else successor.identity

    def as_of(self, identity: Identity, when: datetime) -> Recipient | Missing:
        """Returns how to show a recipient that is named by something that happened at `when`.

        What lies more than 30 days before a merge names a missing recipient (knock.md §3.3); so does a transient one.
        """
        if identity.collection == TRANSIENT:
            return Missing(identity, when)
        successor = None if identity.uid is None else self.successors.get(identity.uid)
        is_older = successor is not None and when < successor.merged_at - MOVED_AGE
        then = identity if is_older else self.resolve(identity)
        found = self.found.get(then.place)
        return then.found_in(found) or missing(then, found)


async def read_people(
    reader: Reader,
    environment_id: int,
    identities: Iterable[Identity],
    *,
    places: Iterable[Place] = (),
    known: Iterable[Recipient] = (),
) -> People:
    """Reads recipients in one query, and in two more when one is gone.

    `places` are read whatever identity lives there, `known` are not read again; transient recipients must be known.
    """
    wanted = {each for each in identities if each.collection != TRANSIENT}
    found = {recipient.place: recipient for recipient in known}
    named = {*(each.place for each in wanted), *places}
    found |= await reader.find_all(place for place in named if place not in found)
    people = People(found, {})
    gone = [each.uid for each in wanted if each.uid is not None and people.current(each) is None]
    if not gone:
        return people
    successors = await reader.successors(environment_id, gone)
    found |= await reader.find_all(successor.identity.place for successor in successors.values())
    return People(found, successors)


async def read_identities(connection: Connection, place: Place) -> frozenset[Identity]:
    """Returns the identity that lives at a place and those that were merged into it, none that lived there before."""
    rows = await connection.fetch(*SQL["identities_living_as"](**place._asdict()))
    return frozenset(Identity(place.environment_id, place.collection, *row) for row in rows)


def missing(identity: Identity, recipient: Recipient | None) -> Missing:
    if recipient is None:
        return Missing(identity, LONG_AGO)
    return Missing(identity, recipient.deleted_at or recipient.updated_at)
