"""Entries of the history: the values that an edit changed, before and after, without secrets. Pure."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from addressee.directory.documents import unlike
from addressee.directory.recipient import Document, Recipient

VALUES_RECORDED = ("attributes", "properties", "preferences")

# Channel data contain tokens and credentials, so only the names of changed channels are recorded; of addresses, for the
# same reason, only the kinds.
NAMES_RECORDED = ("channel_data",)

EMPTY: Document = {}


class Origin(Struct, frozen=True, array_like=True):
    """The API key and the request that caused a write, if any."""

    key_id: UUID | None = None
    request_id: str | None = None


NO_ORIGIN = Origin()


class Change(Struct, frozen=True, array_like=True, gc=False):
    """One effective edit. A deletion records no values, as they are to be erased."""

    uid: UUID
    edit: str
    origin: Origin
    before: Document | None
    after: Document | None


def change(edit: str, before: Recipient | None, after: Recipient, origin: Origin) -> Change:
    if not after.lives:
        return Change(after.uid, edit, origin, None, None)
    old, new = differences(before if before is not None and before.uid == after.uid else None, after)
    return Change(after.uid, edit, origin, old or None, new)


def differences(before: Recipient | None, after: Recipient) -> tuple[Document, Document]:
    old: Document = {}
    new: Document = {}
    for name in VALUES_RECORDED:
        was, now = getattr(before, name, EMPTY), getattr(after, name)
        if was is now:
            continue
        lost, gained = unlike(was, now), unlike(now, was)
        if was:
            old[name] = lost
        if lost or gained:
            new[name] = gained
    for name in NAMES_RECORDED:
        was, now = getattr(before, name, EMPTY), getattr(after, name)
        if was is now:
            continue
        if names := [key for key in {**was, **now} if was.get(key) is not now.get(key)]:
            new[name] = names
    if kinds := changed_kinds(before.addresses if before else [], after.addresses):
        new["addresses"] = kinds
    return old, new


def changed_kinds(was: list[Document], now: list[Document]) -> list[str]:
    if was is now:
        return []
    kinds = dict.fromkeys(address["kind"] for address in (*was, *now))
    return [kind for kind in kinds if entries(was, kind) != entries(now, kind)]


def entries(addresses: list[Document], kind: str) -> list[Document]:
    return [address for address in addresses if address["kind"] == kind]
