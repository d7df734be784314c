"""Contact data that some clients read among the properties of a recipient, although it is stored elsewhere. Pure."""

from __future__ import annotations

from addressee.directory.addresses import entries
from addressee.directory.attributes import render_instant
from addressee.directory.recipient import Document, Recipient

NAMES = frozenset({"email", "phone", "created_at"})


def copies(recipient: Recipient) -> Document:
    """Returns the active e-mail addresses, the primary phone number and the time of creation, in ISO 8601.

    A property that the recipient itself has is left out.
    """
    emails = [address["value"] for address in entries.active(recipient, "email")]
    numbers = [address["value"] for address in entries.active(recipient, "sms")]
    copied: Document = {"email": emails} if emails else {}
    if numbers:
        copied["phone"] = numbers[0]
    copied["created_at"] = recipient.attributes.get("created_at") or created_at(recipient)
    return {name: value for name, value in copied.items() if name not in recipient.properties}


def created_at(recipient: Recipient) -> str:
    """Returns the time that the recipient's uid, a UUIDv7, contains."""
    return render_instant(recipient.created_at)
