"""Recipients as rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from addressee.dashboard.masking import masked_address
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.addresses.entries import ACTIVE, of_kind
from addressee.directory.recipient import Document, Recipient
from addressee.operators.model import Role

# What addresses of each kind are called: one of them, and several.
WORDS: Mapping[str, tuple[str, str]] = {
    "email": ("e-mail address", "e-mail addresses"),
    "sms": ("phone number", "phone numbers"),
    "whatsapp": ("WhatsApp number", "WhatsApp numbers"),
    "in_app": ("in-app inbox", "in-app inboxes"),
    "push": ("device", "devices"),
    "android_push": ("Android device", "Android devices"),
    "ios_push": ("iOS device", "iOS devices"),
    "web_push": ("browser", "browsers"),
    "slack": ("Slack address", "Slack addresses"),
    "ms_teams": ("Teams address", "Teams addresses"),
    "discord": ("Discord address", "Discord addresses"),
    "webhook": ("webhook", "webhooks"),
}

# Kinds whose addresses can be shown as they are: those of all others may hold secrets.
READABLE = ("email", "sms", "whatsapp")


class Row(NamedTuple):
    """A recipient with its first readable address, masked for viewers, and how many others there are of each kind."""

    recipient: Recipient
    address: str | None
    is_disabled: bool
    further: str


def rows_of(visit: EnvironmentVisit, recipients: Iterable[Recipient]) -> Sequence[Row]:
    return [row_of(visit, recipient) for recipient in recipients]


def row_of(visit: EnvironmentVisit, recipient: Recipient) -> Row:
    addresses = all_addresses(recipient)
    first = next((address for address in addresses if address["kind"] in READABLE), None)
    return Row(
        recipient,
        None if first is None else shown_address(visit, first["value"]),
        first is not None and first["status"] != ACTIVE,
        counted(address["kind"] for address in addresses if address is not first),
    )


def shown_address(visit: EnvironmentVisit, value: str) -> str:
    return value if visit.may(Role.EDITOR) else masked_address(value)


def all_addresses(recipient: Recipient) -> Sequence[Document]:
    """Returns a recipient's addresses, those in its attributes first."""
    own = [address for kind in READABLE for address in of_kind(recipient, kind)]
    return [*own, *(address for address in recipient.addresses if address["kind"] not in READABLE)]


def counted(kinds: Iterable[str]) -> str:
    """Returns how many addresses there are of each kind: `1 phone number, 2 devices`."""
    return ", ".join(f"{number} {words_of(kind)[number > 1]}" for kind, number in Counter(kinds).items())


def words_of(kind: str) -> tuple[str, str]:
    return WORDS.get(kind, (kind, kind))
