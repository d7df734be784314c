"""Copies of what a recipient's addresses say, under the names that clients look for among properties. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from addressee.directory.addresses import entries
from addressee.directory.attributes import render_instant
from addressee.directory.recipient import Document, Recipient

NAMES = frozenset({"email", "phone", "created_at"})


def copies(recipient: Recipient) -> Document:
    """All e-mail addresses that may be written to, the primary phone number, and since when the recipient is there.

    A property of the recipient's own goes before a copy of its name.
    """
    emails = [address["value"] for address in entries.active(recipient, "email")]
    numbers = [address["value"] for address in entries.active(recipient, "sms")]
    copied: Document = {"email": emails} if emails else {}
    if numbers:
        copied["phone"] = numbers[0]
    copied["created_at"] = recipient.attributes.get("created_at") or created_at(recipient)
    return {name: value for name, value in copied.items() if name not in recipient.properties}


def created_at(recipient: Recipient) -> str:
    """A UUIDv7 begins with the milliseconds of its making."""
    return render_instant(datetime.fromtimestamp((recipient.uid.int >> 80) / 1000, UTC))
