"""Users and times as answers show them (notiflows.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from addressee.dialects.notiflows.shapes.users import User
from addressee.directory import names
from addressee.directory.recipient import Recipient, made_at

# The attributes of a user, by their names in this dialect.
ATTRIBUTES: Mapping[str, str] = {
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "phone": "phone_number",
    "avatar": "avatar",
    "locale": "locale",
    "timezone": "timezone",
    "name": "name",
}


def user(recipient: Recipient) -> User:
    """The user as clients see it. Parts of the name that were not given are derived from the name, and it from them.

    `updated_at` is never before `created_at`: a uid is made a moment after the time of the first write.
    """
    attributes = {**recipient.attributes, **names.all_names(recipient)}
    return User(
        id=str(recipient.uid),
        external_id=recipient.place.id,
        **{name: attributes.get(attribute) for name, attribute in ATTRIBUTES.items()},
        custom_fields=recipient.properties,
        created_at=created(recipient.uid),
        updated_at=instant(max(recipient.created_at, recipient.updated_at)),
    )


def deleted_user(uid: UUID, external_id: str, at: datetime) -> User:
    """A user who was deleted: nothing but the ids and the times is known any more (§5.3)."""
    return User(
        id=str(uid),
        external_id=external_id,
        **dict.fromkeys(ATTRIBUTES),
        custom_fields={},
        created_at=created(uid),
        updated_at=instant(at),
    )


def created(uid: UUID) -> str:
    return instant(made_at(uid))


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def optional(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)
