"""Memberships: what a user is within a tenant, with properties and addresses of its own (suprsend.md §2.2).

A membership is stored as a recipient, under the user's id in a collection that names both identities: it takes the same
edits, and when the user or the tenant is deleted it is out of reach at once, whoever uses the ids next. What is left in
the table is erased later, a page at a time. Who is merged into another leaves its memberships behind; undoing the merge
brings them back.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.addresses.entries import ATTRIBUTES
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.reading import rows
from addressee.directory.reading.reader import Reader
from addressee.directory.reading.uuid_ranges import FIRST_UID
from addressee.directory.recipient import MEMBERS, TENANTS, Identity, Place, Recipient
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write, Written

SQL = load(__package__)

# Memberships are counted up to here.
MOST_COUNTED = 10_000

# How many columns a recipient has in a row that holds two.
RECIPIENT_COLUMNS = 15


class Membership(Struct, frozen=True):
    """`within` is the user within the tenant: what its properties and addresses are there."""

    tenant: Recipient
    within: Recipient


def place_of(user: Recipient, tenant: Recipient) -> Place:
    """Where it is stored what a user is within a tenant. Unlike other places, no other identity ever uses it."""
    return Place(user.place.environment_id, f"{MEMBERS}/{user.uid}/{tenant.uid}", user.place.id)


def overlaid(user: Recipient, within: Recipient) -> Recipient:
    """The user as it is to be reached within a tenant.

    Properties and attributes of the membership lie over the user's own; of a kind of which it has any addresses, only
    those count.
    """
    kinds = kinds_of(within)
    named = {name for kind, name in ATTRIBUTES.items() if kind in kinds}
    attributes = {name: value for name, value in user.attributes.items() if name not in named}
    return structs.replace(
        user,
        attributes={**attributes, **within.attributes},
        properties={**user.properties, **within.properties},
        addresses=[*(address for address in user.addresses if address["kind"] not in kinds), *within.addresses],
    )


def kinds_of(within: Recipient) -> frozenset[str]:
    """The kinds of which a membership has addresses, stored or named by an attribute."""
    stored = {address["kind"] for address in within.addresses}
    return frozenset(stored | {kind for kind, name in ATTRIBUTES.items() if within.attributes.get(name)})


class Memberships:
    """Memberships of users of all environments."""

    def __init__(self, pool: Pool, reader: Reader, writer: Writer) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer

    async def write(self, asked: Sequence[tuple[Write, str]]) -> Sequence[Written | RefusedError | MissingError]:
        """Carries out writes on what users are within tenants, named by their ids, instead of on the users themselves.

        A user who is missing is created, a tenant that is missing is an error. Raises what `Writer.write` does for
        requests that are repeated.
        """
        places = [Place(write.place.environment_id, TENANTS, tenant) for write, tenant in asked]
        tenants = await self._reader.read_all(dict.fromkeys(places))
        results: MutableSequence[Written | RefusedError | MissingError] = [MissingError(place) for place in places]
        known = [index for index, place in enumerate(places) if place in tenants]
        creating = [
            Write(asked[index][0].place, (Identify(revives=Revives.ERASED),), asked[index][0].origin) for index in known
        ]
        inside = []
        for index, user in zip(known, await self._writer.write_all(creating), strict=True):
            if isinstance(user, RefusedError):
                results[index] = user
                continue
            assert user.recipient is not None
            place = place_of(user.recipient, tenants[places[index]])
            inside.append((index, structs.replace(asked[index][0], place=place)))
        written = await self._writer.write_all([write for _, write in inside])
        for (index, _), result in zip(inside, written, strict=True):
            results[index] = result
        return results

    async def list(self, user: Recipient, page: PageRequest[UUID]) -> Page[Membership]:
        """A page of a user's memberships in living tenants, in the order of the tenants' identities."""
        asked = page.parameters(FIRST_UID)
        asked["start"] = f"{MEMBERS}/{user.uid}/{asked['start']}"
        found = await self._pool.fetch(*SQL["list_memberships"](**bounds(user), **asked))
        memberships = [
            Membership(rows.recipient_from(row[RECIPIENT_COLUMNS:]), rows.recipient_from(row[:RECIPIENT_COLUMNS]))
            for row in found
        ]
        return build_page(memberships, page, lambda each: each.tenant.uid)

    async def count(self, user: Recipient) -> int:
        """How many memberships `list` has in all its pages; 10,000 are 10,000 or more."""
        count: int = await self._pool.fetchval(*SQL["count_memberships"](**bounds(user), limit=MOST_COUNTED))
        return count


async def erase_memberships(connection: Connection, people: Sequence[Identity], limit: int) -> list[Identity]:
    """Deletes up to `limit` memberships of users and of tenants that are gone, and says which they were."""
    found = await connection.fetch(*SQL["erase_memberships"](people=people, limit=limit))
    return [Identity(row["environment_id"], row["collection"], row["id"], row["uid"]) for row in found]


def bounds(user: Recipient) -> dict[str, Any]:
    """Returns the parameters that all memberships of a user lie between: the character after the slash is 0."""
    return {
        "environment_id": user.place.environment_id,
        "id": user.place.id,
        "first": f"{MEMBERS}/{user.uid}/",
        "end": f"{MEMBERS}/{user.uid}0",
    }
