"""Ways to reach a recipient that are bound to a kind, not to one channel (DESIGN §2). Pure.

A stored address is `{kind, key, value, provider?, status, …}`; its `key` is what makes it the same as another of its
kind. Of e-mail addresses and phone numbers one is primary: the one that the attribute names. That is all that says so,
and who has the attribute has that address, stored or not (docs/decisions/0013); one that is not stored comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from typing import Any

from addressee.directory import phones
from addressee.directory.addresses.forms import FORMS, masked
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Recipient

ACTIVE = "active"
DISABLED = "disabled"

# The attribute that names the primary address of a kind.
ATTRIBUTES: Mapping[str, str] = {"email": "email", "sms": "phone_number"}

# Kinds whose addresses are devices: each belongs to one person.
PUSH = frozenset({"android_push", "ios_push", "web_push"})

MAX_ADDRESSES = 1000

__all__ = ["ACTIVE", "ATTRIBUTES", "DISABLED", "MAX_ADDRESSES", "PUSH", "active", "masked", "of_kind", "shown"]


def of_kind(recipient: Recipient, kind: str) -> list[Document]:
    """All of a kind, the primary one first. The one that an attribute names is as the attribute says it."""
    return together(recipient.attributes, recipient.addresses, kind)


def active(recipient: Recipient, kind: str) -> list[Document]:
    """Those of a kind that may be written to, the primary one first."""
    return [address for address in of_kind(recipient, kind) if address["status"] == ACTIVE]


def shown(address: Document) -> Document:
    """A stored address for others to see: secrets are masked, and what they are known by is left out."""
    return {name: masked(part) for name, part in address.items() if name != "key"}


def together(attributes: Mapping[str, Any], addresses: Iterable[Document], kind: str) -> list[Document]:
    """Those of a kind that are stored, and the one that the kind's attribute names, which is the first."""
    stored = [address for address in addresses if address["kind"] == kind]
    primary = named_by(attributes, kind)
    if primary is None:
        return stored
    own = [{**address, "value": primary["value"]} for address in stored if address["key"] == primary["key"]]
    return [*(own or [primary]), *(address for address in stored if address["key"] != primary["key"])]


def named_by(attributes: Mapping[str, Any], kind: str) -> Document | None:
    """The address that the kind's attribute names, as it is stored when nothing else is known of it."""
    text = attributes.get(ATTRIBUTES.get(kind, ""))
    if not isinstance(text, str) or (key := FORMS[kind].key(text)) is None:
        return None
    value = text.strip() if kind == "email" else phones.dialled(text)
    return {"kind": kind, "key": key, "value": value, "status": ACTIVE}


def following(recipient: Recipient, attributes: Mapping[str, Any]) -> list[Document]:
    """The recipient's stored addresses as they become when its attributes become these.

    An attribute that names another address that is known makes that one primary. Any other value takes the place of
    the primary one, which goes; null leaves none.
    """
    addresses = recipient.addresses
    for kind, name in ATTRIBUTES.items():
        if attributes.get(name) != recipient.attributes.get(name):
            addresses = with_primary(addresses, kind, named_by(recipient.attributes, kind), named_by(attributes, kind))
    return addresses


def check_number(addresses: Sized) -> None:
    if len(addresses) > MAX_ADDRESSES:
        raise RefusedError(
            "length", "addresses", f"Somebody has at most {MAX_ADDRESSES:,} addresses; remove some first."
        )


def with_primary(addresses: list[Document], kind: str, old: Document | None, new: Document | None) -> list[Document]:
    """The address that ceases to be primary stays as its attribute said it, or goes."""
    if old is None or (new is not None and new["key"] == old["key"]):
        return addresses
    known = {address["key"] for address in addresses if address["kind"] == kind}
    if new is not None and new["key"] in known:
        if old["key"] not in known:
            return [old, *addresses]
        return [{**each, "value": old["value"]} if is_same(each, old) else each for each in addresses]
    return [each for each in addresses if not is_same(each, old)]


def is_same(one: Document, other: Document) -> bool:
    return (one["kind"], one["key"]) == (other["kind"], other["key"])
