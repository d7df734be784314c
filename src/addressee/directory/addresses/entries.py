"""Addresses of recipients, which belong to a kind of channel, not to one channel. Pure.

A stored address is `{kind, key, value, provider?, status, …}`; two of the same kind and `key` are the same address. The
primary e-mail address and phone number is the one in the recipient's attribute, and need not be stored
(docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from typing import Any

from addressee.directory import phones
from addressee.directory.addresses.forms import FORMS, masked
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import GROUPS
from addressee.directory.recipient import Document, Recipient

ACTIVE = "active"
DISABLED = "disabled"

# The attribute that contains the primary address of a kind.
ATTRIBUTES: Mapping[str, str] = {"email": "email", "sms": "phone_number"}

# Kinds whose addresses are devices, each of which belongs to one recipient; `push` is a device of any kind.
PUSH = frozenset({"push", *GROUPS["push"]})

# Kinds whose addresses are phone numbers.
NUMBERS = frozenset({"sms", "whatsapp"})

MAX_ADDRESSES = 1000


def of_kind(recipient: Recipient, kind: str) -> list[Document]:
    """Returns all addresses of a kind, the primary one first, with the value in the attribute."""
    return addresses_of_kind(recipient.attributes, recipient.addresses, kind)


def active(recipient: Recipient, kind: str) -> list[Document]:
    """Returns the active addresses of a kind, the primary one first."""
    return [address for address in of_kind(recipient, kind) if address["status"] == ACTIVE]


def shown(address: Document) -> Document:
    """Returns an address as clients see it: secrets are masked, the key is left out."""
    return {name: masked(part) for name, part in address.items() if name != "key"}


def addresses_of_kind(attributes: Mapping[str, Any], addresses: Iterable[Document], kind: str) -> list[Document]:
    """Returns the address in the attribute of a kind, followed by the other stored addresses of the kind."""
    stored = [address for address in addresses if address["kind"] == kind]
    primary = attribute_address(attributes, kind)
    if primary is None:
        return stored
    own = [{**address, "value": primary["value"]} for address in stored if address["key"] == primary["key"]]
    return [*(own or [primary]), *(address for address in stored if address["key"] != primary["key"])]


def attribute_address(attributes: Mapping[str, Any], kind: str) -> Document | None:
    """Returns the address in the attribute of a kind, without details; None when there is none."""
    text = attributes.get(ATTRIBUTES.get(kind, ""))
    if not isinstance(text, str) or (key := FORMS[kind].key(text)) is None:
        return None
    value = text.strip() if kind == "email" else phones.dialled(text)
    return {"kind": kind, "key": key, "value": value, "status": ACTIVE}


def addresses_after(recipient: Recipient, attributes: Mapping[str, Any]) -> list[Document]:
    """Returns the recipient's stored addresses after a change of its attributes.

    If the new value of an attribute is a stored address, the former primary address is kept. Otherwise the former one
    is removed, as the new value replaces it.
    """
    addresses = recipient.addresses
    for kind, name in ATTRIBUTES.items():
        if attributes.get(name) != recipient.attributes.get(name):
            addresses = replace_primary(
                addresses, kind, attribute_address(recipient.attributes, kind), attribute_address(attributes, kind)
            )
    return addresses


def check_number(addresses: Sized) -> None:
    if len(addresses) > MAX_ADDRESSES:
        raise RefusedError(
            "length", "addresses", f"Somebody has at most {MAX_ADDRESSES:,} addresses; remove some first."
        )


def replace_primary(addresses: list[Document], kind: str, old: Document | None, new: Document | None) -> list[Document]:
    """Returns addresses in which the former primary one is kept, with the value of its attribute, or removed."""
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
