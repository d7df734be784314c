"""Events of a write, for those who are told of recipients: created, updated, deleted and so on. Pure.

Users, tenants and objects are told of. Lists and topics are not, as they only group others, nor is what a user is
within a tenant, which is stored as a recipient of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from addressee.directory.addresses.entries import DISABLED
from addressee.directory.recipient import TENANTS, USERS, Document, Place, Recipient
from addressee.directory.writing.history import Change

CREATED = "recipient.created"
UPDATED = "recipient.updated"
PREFERENCES_UPDATED = "recipient.preferences_updated"
ADDRESS_DISABLED = "recipient.address_disabled"
MERGED = "recipient.merged"
DELETED = "recipient.deleted"

# Collections of our own whose recipients others are told of.
TOLD_OF = frozenset({USERS, TENANTS})

EMPTY: Document = {}


class Happening(Struct, frozen=True, array_like=True, gc=False):
    """Something that happened to an identity. `subject` says more, without values: the kinds of disabled addresses."""

    uid: UUID
    type: str
    subject: Document = EMPTY


def is_told_of(place: Place) -> bool:
    return place.collection in TOLD_OF or not place.collection.startswith("$")


def happenings(before: Recipient | None, after: Recipient, changes: Sequence[Change]) -> list[Happening]:
    """Returns what the changes of one write mean, in their order, each once."""
    if not is_told_of(after.place):
        return []
    found: list[Happening] = []
    living = before.uid if before is not None and before.lives else None
    disabled = disabled_kinds(before, after)
    for change in changes:
        if change.after is None:
            told = [Happening(change.uid, MERGED if change.edit == "merge" else DELETED)]
            living = None
        elif change.uid != living:
            told = [Happening(change.uid, CREATED)]
            living = change.uid
        else:
            told = of_update(change, disabled)
        for each in told:
            if each not in found:
                found.append(each)
    return found


def of_update(change: Change, disabled: Sequence[str]) -> list[Happening]:
    """Returns what one change of a living recipient means. `disabled` are kinds of addresses that it disabled."""
    told = []
    parts = {*(change.before or EMPTY), *(change.after or EMPTY)}
    if disabled and "addresses" in parts:
        parts.remove("addresses")
        told.append(Happening(change.uid, ADDRESS_DISABLED, {"kinds": disabled}))
    if "preferences" in parts:
        parts.remove("preferences")
        told.append(Happening(change.uid, PREFERENCES_UPDATED))
    if parts or not told:
        told.append(Happening(change.uid, UPDATED))
    return told


def disabled_kinds(before: Recipient | None, after: Recipient) -> list[str]:
    """Returns the kinds of the addresses that are disabled now and were not before."""
    earlier = [] if before is None else before.addresses
    if earlier is after.addresses:
        return []
    were = disabled_keys(earlier)
    return list(dict.fromkeys(kind for kind, key in disabled_keys(after.addresses) if (kind, key) not in were))


def disabled_keys(addresses: Sequence[Document]) -> dict[tuple[str, str], None]:
    return {(address["kind"], address["key"]): None for address in addresses if address["status"] == DISABLED}
