"""How recipients are shown (notiflows.md §2)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from addressee.directory import names
from addressee.directory.recipient import Document, Recipient

# What is said of a user besides its ids and times, by the name that it has here.
ATTRIBUTES = {
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "phone": "phone_number",
    "avatar": "avatar",
    "locale": "locale",
    "timezone": "timezone",
    "name": "name",
}


def user(recipient: Recipient) -> Document:
    """Parts of a name that were not given follow from it, and it from them.

    An identity is made a moment after the time that its first write bears; both are shown as that moment then.
    """
    said = {**recipient.attributes, **names.told(recipient)}
    return {
        "id": str(recipient.uid),
        "external_id": recipient.place.id,
        **{name: said.get(attribute) for name, attribute in ATTRIBUTES.items()},
        "custom_fields": recipient.properties,
        "created_at": created(recipient.uid),
        "updated_at": instant(max(created_at(recipient.uid), recipient.updated_at)),
    }


def departed(uid: UUID, external_id: str, at: datetime) -> Document:
    """Somebody who was deleted: what there was is known no more (§5.3)."""
    return {
        "id": str(uid),
        "external_id": external_id,
        **dict.fromkeys(ATTRIBUTES),
        "custom_fields": {},
        "created_at": created(uid),
        "updated_at": instant(at),
    }


def created(uid: UUID) -> str:
    return instant(created_at(uid))


def created_at(uid: UUID) -> datetime:
    """An identity begins with the millisecond in which it came to be."""
    return datetime.fromtimestamp((uid.int >> 80) / 1000, UTC)


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def optional(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)
