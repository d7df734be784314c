"""The people of a preview, described in JSON as a client describes them to the directory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid5

from addressee.directory import attributes
from addressee.directory.documents import check_id
from addressee.directory.edits.context import EditContext
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError, refused_below
from addressee.directory.recipient import TENANTS, USERS, Place, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.preview.model import ENVIRONMENT, NAMESPACE
from addressee.preferences.sets import check_set
from addressee.suggestions import instead_of

# What a description says besides attributes and properties.
PARTS = frozenset({"id", "collection", "properties", "channel_data", "preferences"})


def person(
    given: str | Mapping[str, Any], channels: Mapping[str, Channel], now: datetime, collection: str = USERS
) -> Recipient:
    """Returns whom an id or a description stands for; who has an id alone is called by it. Raises RefusedError.

    `channel_data` are by the keys of channels, `preferences` is one preference set, as in `preferences.yaml`.
    """
    if isinstance(given, str):
        given = {"id": given, "name": given}
    place = Place(ENVIRONMENT, given.get("collection", collection), check_id(given.get("id"), "id"))
    traits = {name: value for name, value in given.items() if name not in PARTS}
    if place.collection == TENANTS:  # where templates find it, and clients of Knock write it
        traits = {**traits, **mapping_at("settings", traits)}
        traits.pop("settings", None)
    edit = Identify(
        attributes={name: value for name, value in traits.items() if name in attributes.NAMES},
        properties={
            **{name: value for name, value in traits.items() if name not in attributes.NAMES},
            **mapping_at("properties", given),
        },
        properties_field="",
        channel_data=channel_data(mapping_at("channel_data", given), channels),
        preferences=preferences(mapping_at("preferences", given)),
    )
    return edit.apply(None, place, EditContext(now, 1, lambda: uuid5(NAMESPACE, "/".join(map(str, place)))))


def mapping_at(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    value = given.get(name) or {}
    if not isinstance(value, dict):
        raise RefusedError("type", name, f"{name} must be an object.")
    return value


def channel_data(given: Mapping[str, Any], channels: Mapping[str, Channel]) -> dict[str, Any]:
    stored = {}
    for key, data in given.items():
        field = f"channel_data.{key}"
        if key not in channels:
            raise RefusedError("channel", field, f"{field}: there is no such channel; {instead_of(key, channels)}")
        stored[str(channels[key].id)] = channels[key].served_by.data.checked(data, field)
    return stored


def preferences(given: dict[str, Any]) -> dict[str, Any]:
    if not given:
        return {}
    with refused_below("preferences"):
        check_set(given)
    return {"default": given}
