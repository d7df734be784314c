"""Memberships: a user's own properties and addresses within a tenant (suprsend.md §2.2).

A membership is stored as a recipient, under the user's id in a collection that is named after both uids: the same edits
apply to it, and once the user or the tenant is deleted it cannot be found, whoever uses their ids next. Its row is
erased later by a job. A merge does not move memberships; undoing it makes them available again.
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
from addressee.directory.groups.subscriptions import MOST_COUNTED
from addressee.directory.reading import rows
from addressee.directory.reading.reader import Reader
from addressee.directory.reading.uuid_ranges import FIRST_UID
from addressee.directory.recipient import MEMBERS, TENANTS, Identity, Place, Recipient
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write, Written

SQL = load(__package__)

# The number of a recipient's columns in a row of two.
RECIPIENT_COLUMNS = 15


class Membership(Struct, frozen=True):
    """A user's membership; `within` has its properties and addresses within the tenant."""

    tenant: Recipient
    within: Recipient


def place_of(user: Recipient, tenant: Recipient) -> Place:
    """Returns the place of a membership. Unlike other places, it is never used by another identity."""
    return Place(user.place.environment_id, f"{MEMBERS}/{user.uid}/{tenant.uid}", user.place.id)


def overlaid(user: Recipient, within: Recipient) -> Recipient:
    """Returns the user with the attributes, properties and addresses that apply within a tenant.

    Those of the membership replace the user's own of the same name; its addresses replace all of the same kind.
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
    """Returns the kinds of which a membership has addresses, stored or in an attribute."""
    stored = {address["kind"] for address in within.addresses}
    return frozenset(stored | {kind for kind, name in ATTRIBUTES.items() if within.attributes.get(name)})


class Memberships:
    """Memberships of users of all environments."""

    def __init__(self, pool: Pool, reader: Reader, writer: Writer) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer

    async def write(self, asked: Sequence[tuple[Write, str]]) -> Sequence[Written | RefusedError | MissingError]:
        """Applies each write to the membership of its user in the tenant of the given id.

        A missing user is created, a missing tenant an error. Raises what `Writer.write` raises for repeated requests.
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
        """Returns a page of a user's memberships in living tenants, by the tenants' uids."""
        asked = page.parameters(FIRST_UID)
        asked["start"] = f"{MEMBERS}/{user.uid}/{asked['start']}"
        found = await self._pool.fetch(*SQL["list_memberships"](**bounds(user), **asked))
        memberships = [
            Membership(rows.recipient_from(row[RECIPIENT_COLUMNS:]), rows.recipient_from(row[:RECIPIENT_COLUMNS]))
            for row in found
        ]
        return build_page(memberships, page, lambda each: each.tenant.uid)

    async def count(self, user: Recipient) -> int:
        """Returns the number of memberships in all pages of `list`, at most 10,000."""
        count: int = await self._pool.fetchval(*SQL["count_memberships"](**bounds(user), limit=MOST_COUNTED))
        return count


async def erase_memberships(connection: Connection, people: Sequence[Identity], limit: int) -> list[Identity]:
    """Deletes up to `limit` memberships of deleted users and in deleted tenants, and returns their identities."""
    found = await connection.fetch(*SQL["erase_memberships"](people=people, limit=limit))
    return [Identity(row["environment_id"], row["collection"], row["id"], row["uid"]) for row in found]


def bounds(user: Recipient) -> dict[str, Any]:
    """Returns the parameters that bound the collections of a user's memberships; `0` is the character after `/`."""
    return {
        "environment_id": user.place.environment_id,
        "id": user.place.id,
        "first": f"{MEMBERS}/{user.uid}/",
        "end": f"{MEMBERS}/{user.uid}0",
    }
