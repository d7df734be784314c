"""Renders recipients as SuprSend shows them (suprsend.md §2.1, §2.6)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from addressee.api.call import Call
from addressee.dialects.suprsend.mapping.operators import CHANNELS, RESERVED, is_property
from addressee.directory.addresses import entries
from addressee.directory.edits import contact_properties
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Written

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Attributes that are properties to a client of this dialect.
SHOWN = ("name", "first_name", "last_name", "avatar")

# What a client may read back of an address beside its value.
ADDRESS_DETAILS = ("bundle_id", "device_id")


def user(call: Call, recipient: Recipient, warnings: Sequence[str] = ()) -> Document:
    """A user in full; `warnings` say what of a write was passed over."""
    return {
        "distinct_id": recipient.place.id,
        "status": "active",
        **profile(recipient),
        "$inbox": [inbox(call, recipient.place.id)],
        **warned(warnings),
    }


def listed_user(recipient: Recipient) -> Document:
    """A user as lists show it, without channels."""
    return {
        "distinct_id": recipient.place.id,
        "properties": properties(recipient),
        **times(recipient),
    }


def profile(recipient: Recipient) -> Document:
    """What users and objects have in common."""
    return {"properties": properties(recipient), **times(recipient), **channels(recipient)}


def properties(recipient: Recipient) -> Document:
    """Returns the properties that a client of this dialect could have written; names with another meaning are not."""
    given = recipient.attributes
    own = {name: value for name, value in recipient.properties.items() if is_property(name, value)}
    shown = {name: given[name] for name in SHOWN if name in given}
    reserved = {key: given[name] for key, name in RESERVED.items() if given.get(name) is not None}
    return {**own, **shown, **reserved}


def with_copies(user: Document, recipient: Recipient) -> Document:
    """A user whose properties say again what the channels do, as the vendor's guide shows it."""
    return {**user, "properties": {**contact_properties.copies(recipient), **user["properties"]}}


def times(recipient: Recipient) -> Document:
    """An identity is made a moment after the time that its first write bears; both are shown as that moment then."""
    created = created_at(recipient.uid)
    return {"created_at": instant(created), "updated_at": instant(max(created, recipient.updated_at))}


def channels(recipient: Recipient) -> Document:
    """All addresses by channel; a channel without an active one is left out. Secrets are masked."""
    found = {key: entries.of_kind(recipient, kind) for key, kind in CHANNELS.items()}
    return {
        key: [address(each) for each in all]
        for key, all in found.items()
        if any(each["status"] == "active" for each in all)
    }


def address(stored: Document) -> Document:
    active = stored["status"] == "active"
    provider = {"id_provider": stored["provider"]} if stored.get("provider") else {}
    return {
        "value": entries.masked(stored["value"]),
        **provider,
        **{name: stored[name] for name in ADDRESS_DETAILS if name in stored},
        "status": "active" if active else "inactive",
        "perma_status": "active" if active else "disabled",
    }


def inbox(call: Call, id: str) -> Document:
    """The inbox that every user has. Its value can be told from the id by who knows the inbox secret."""
    secret = call.services.keys.inbox_secret(call.environment)
    return {
        "value": inbox_value(secret, id),
        "id_provider": "suprsend",
        "status": "active",
        "perma_status": "active",
    }


def inbox_value(secret: str, id: str) -> str:
    digest = hmac.digest(secret.encode(), id.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def warned(warnings: Sequence[str]) -> Document:
    return {"warnings": list(warnings)} if warnings else {}


def warnings_of(written: Written) -> list[str]:
    """Returns what was passed over of a write."""
    return [str(warning) for warning in written.warnings]


def created_at(uid: UUID) -> datetime:
    """When an identity was made: a UUIDv7 says it, in milliseconds."""
    return EPOCH + timedelta(milliseconds=uid.int >> 80)


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def zulu(moment: datetime) -> str:
    return instant(moment).replace("+00:00", "Z")
