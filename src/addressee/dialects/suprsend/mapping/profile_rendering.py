"""Renders recipients as SuprSend shows them (suprsend.md §2.1, §2.6)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, structs

from addressee.api.call import Call
from addressee.dialects.suprsend.mapping.profile_edits import RESERVED, is_property
from addressee.dialects.suprsend.shapes import users as shapes
from addressee.dialects.suprsend.wire.channel_names import KIND_OF
from addressee.directory.addresses import entries
from addressee.directory.addresses.forms import masked
from addressee.directory.edits import contact_properties
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Written

# Attributes that clients of this dialect see as properties.
SHOWN = ("name", "first_name", "last_name", "avatar")


def user(call: Call, recipient: Recipient, warnings: Sequence[str] = ()) -> shapes.User:
    """A user with all channels; `warnings` say what of a write was passed over."""
    return shapes.User(
        distinct_id=recipient.place.id,
        status="active",
        **profile(recipient),
        inbox=[inbox(call, recipient.place.id)],
        warnings=list(warnings),
    )


def listed_user(recipient: Recipient) -> shapes.ListedUser:
    """A user as lists show it, without channels."""
    return shapes.ListedUser(recipient.place.id, properties(recipient), created_at(recipient), updated_at(recipient))


def profile(recipient: Recipient) -> dict[str, Any]:
    """The fields that users, users within tenants and objects have in common.

    Addresses are by channel; a channel without an active one is left out.
    """
    found = {name: entries.of_kind(recipient, KIND_OF[name]) for name in KIND_OF if name != "inbox"}
    return {
        "properties": properties(recipient),
        "created_at": created_at(recipient),
        "updated_at": updated_at(recipient),
        **{
            name: [address(each) for each in all]
            for name, all in found.items()
            if any(each["status"] == "active" for each in all)
        },
    }


def properties(recipient: Recipient) -> Document:
    """Returns the properties that a client of this dialect could have written under these names."""
    given = recipient.attributes
    own = {name: value for name, value in recipient.properties.items() if is_property(name, value)}
    shown = {name: given[name] for name in SHOWN if name in given}
    reserved = {key: given[name] for key, name in RESERVED.items() if given.get(name) is not None}
    return {**own, **shown, **reserved}


def with_copies(user: shapes.User, recipient: Recipient) -> shapes.User:
    """A user whose properties repeat its channels, as the vendor's guide shows it."""
    return structs.replace(user, properties={**contact_properties.copies(recipient), **user.properties})


def address(stored: Document) -> shapes.Address:
    active = stored["status"] == "active"
    return shapes.Address(
        value=masked(stored["value"]),
        id_provider=stored.get("provider") or UNSET,
        bundle_id=stored.get("bundle_id", UNSET),
        device_id=stored.get("device_id", UNSET),
        status="active" if active else "inactive",
        perma_status="active" if active else "disabled",
    )


def inbox(call: Call, id: str) -> shapes.Address:
    """The inbox that every user has; its value is made of the user's id with the environment's inbox secret."""
    value = inbox_value(call.services.keys.inbox_secret(call.environment), id)
    return shapes.Address(value=value, id_provider="suprsend", status="active", perma_status="active")


def inbox_value(secret: str, id: str) -> str:
    digest = hmac.digest(secret.encode(), id.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def warnings_of(written: Written) -> list[str]:
    """Returns what was passed over of a write."""
    return [str(warning) for warning in written.warnings]


def created_at(recipient: Recipient) -> str:
    return instant(recipient.created_at)


def updated_at(recipient: Recipient) -> str:
    """A first write bears a time slightly before that of its identity; the later one is shown."""
    return instant(max(recipient.created_at, recipient.updated_at))


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def zulu(moment: datetime) -> str:
    return instant(moment).replace("+00:00", "Z")
