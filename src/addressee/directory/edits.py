"""Edits: what can be done to a recipient. An edit is a value, applying it is a pure function.

`apply` takes the recipient as it is (or a tombstone, or nothing) and returns it as it becomes; the very same
object when nothing changes. No edit does I/O, and none accepts what PostgreSQL cannot hold, so that one bad row
never fails its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from addressee.directory import attributes
from addressee.directory.documents import Merge, check_id, check_value, overlay
from addressee.directory.errors import RefusedError
from addressee.directory.preference_sets import merged
from addressee.directory.recipient import Document, Place, Recipient

MAX_PROPERTIES_BYTES = 256_000
MAX_DOCUMENT_BYTES = 1_000_000

EMPTY: Document = {}


class Moment(Struct, frozen=True):
    """When an edit is applied, which version its effect is, and where a newcomer's identity comes from."""

    now: datetime
    version: int
    new_uid: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Identify:
    """Lays attributes, properties, channel data and preference sets over what is stored; creates who is missing.

    Channel data replace a channel's entry whole, preference sets are merged deeply (knock.md §3.1). With
    `revives` false, an id that was deleted is refused.
    """

    name: ClassVar[str] = "identify"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    merge: Merge = Merge.SHALLOW
    channel_data: Mapping[str, Any] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    revives: bool = True

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        if found and not found.lives and not self.revives:
            raise RefusedError("deleted", "id", f"{place.id} was deleted; create it explicitly to use it again.")
        recipient = living(found, place, moment)
        changes: dict[str, Any] = {}
        if self.attributes:
            given = attributes.checked(self.attributes)
            changes["attributes"] = attributes.laid_over(recipient.attributes, given)
        if self.properties:
            check_value(self.properties, "properties")
            changes["properties"] = overlay(recipient.properties, self.properties, self.merge)
        if self.channel_data:
            entries = recipient.channel_data
            for channel_id, data in self.channel_data.items():
                entries = with_channel_data(entries, channel_id, data, moment)
            changes["channel_data"] = entries
        if self.preferences:
            check_value(self.preferences, "preferences")
            stored = recipient.preferences
            sets = {id: merged_set(stored, id, preferences) for id, preferences in self.preferences.items()}
            changes["preferences"] = {**stored, **sets}
        return changed(recipient, moment, **changes)


@dataclass(frozen=True, slots=True)
class SetOnce:
    """Sets properties that were never set; a stored null counts as set."""

    name: ClassVar[str] = "set_once"
    properties: Mapping[str, Any]

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        check_value(self.properties, "properties")
        recipient = living(found, place, moment)
        return changed(recipient, moment, properties={**self.properties, **recipient.properties})


@dataclass(frozen=True, slots=True)
class Add:
    """Adds numbers to properties; one that is missing or null counts as 0, another kind of value is refused."""

    name: ClassVar[str] = "add"
    amounts: Mapping[str, int | float]

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        check_value(self.amounts, "properties")
        recipient = living(found, place, moment)
        sums = {key: self._sum(recipient, key, amount) for key, amount in self.amounts.items()}
        check_value(sums, "properties")
        return changed(recipient, moment, properties={**recipient.properties, **sums})

    def _sum(self, recipient: Recipient, key: str, amount: object) -> int | float:
        stored = recipient.properties.get(key)
        for number in (amount, 0 if stored is None else stored):
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise RefusedError("type", f"properties.{key}", f"{key} is not a number, nothing can be added.")
        return (stored or 0) + amount  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Append:
    """Appends one value each to list properties; a missing or null one starts a list, a scalar becomes its first."""

    name: ClassVar[str] = "append"
    values: Mapping[str, Any]

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        check_value(self.values, "properties")
        recipient = living(found, place, moment)
        lists = {key: [*as_list(recipient.properties.get(key)), value] for key, value in self.values.items()}
        return changed(recipient, moment, properties={**recipient.properties, **lists})


@dataclass(frozen=True, slots=True)
class Remove:
    """Removes every occurrence of one value each from list properties; others stay as they are."""

    name: ClassVar[str] = "remove"
    values: Mapping[str, Any]

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient | None:
        if found is None or not found.lives:
            return found
        lists = {
            key: [item for item in found.properties[key] if not same(item, value)]
            for key, value in self.values.items()
            if isinstance(found.properties.get(key), list)
        }
        return changed(found, moment, properties={**found.properties, **lists})


@dataclass(frozen=True, slots=True)
class Unset:
    """Removes properties by name."""

    name: ClassVar[str] = "unset"
    keys: tuple[str, ...]

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient | None:
        if found is None or not found.lives:
            return found
        kept = {key: value for key, value in found.properties.items() if key not in self.keys}
        return changed(found, moment, properties=kept)


@dataclass(frozen=True, slots=True)
class SetChannelData:
    """Replaces what is stored for one channel; creates who is missing."""

    name: ClassVar[str] = "set_channel_data"
    channel_id: str
    data: Any

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        recipient = living(found, place, moment)
        entries = with_channel_data(recipient.channel_data, self.channel_id, self.data, moment)
        return changed(recipient, moment, channel_data=entries)


@dataclass(frozen=True, slots=True)
class UnsetChannelData:
    """Removes what is stored for one channel."""

    name: ClassVar[str] = "unset_channel_data"
    channel_id: str

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return changed(found, moment, channel_data=without(found.channel_data, self.channel_id))


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """Stores a preference set: whole, or (`merge` deep) laid over the stored one; creates who is missing.

    The set is of the form that `preferences.check_set` has checked.
    """

    name: ClassVar[str] = "set_preferences"
    set_id: str
    preferences: Mapping[str, Any]
    merge: Merge = Merge.SHALLOW

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        check_id(self.set_id, "preferences")
        check_value(self.preferences, "preferences")
        recipient = living(found, place, moment)
        stored = recipient.preferences if self.merge is Merge.DEEP else EMPTY
        laid = merged_set(stored, self.set_id, self.preferences)
        return changed(recipient, moment, preferences={**recipient.preferences, self.set_id: laid})


@dataclass(frozen=True, slots=True)
class ChangePreferences:
    """Makes a preference set of the stored one (an empty one when there is none); creates who is missing.

    `change` is pure, and changes nothing when it is applied to what it made. It is for callers who replace a part of
    a set, or who cannot express all of it.
    """

    name: ClassVar[str] = "set_preferences"
    set_id: str
    change: Callable[[Document], Document]

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient:
        check_id(self.set_id, "preferences")
        recipient = living(found, place, moment)
        made = self.change(recipient.preferences.get(self.set_id, EMPTY))
        check_value(made, "preferences")
        return changed(recipient, moment, preferences={**recipient.preferences, self.set_id: made})


@dataclass(frozen=True, slots=True)
class UnsetPreferences:
    """Removes a preference set."""

    name: ClassVar[str] = "unset_preferences"
    set_id: str

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return changed(found, moment, preferences=without(found.preferences, self.set_id))


@dataclass(frozen=True, slots=True)
class Delete:
    """Leaves a tombstone: the place stays known, everything else of the recipient is gone (knock.md §3.4)."""

    name: ClassVar[str] = "delete"

    def apply(self, found: Recipient | None, place: Place, moment: Moment) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return Recipient(
            place,
            found.uid,
            moment.version,
            updated_at=moment.now,
            deleted_at=moment.now,
            format=found.format,
        )


Edit: TypeAlias = (
    Identify
    | SetOnce
    | Add
    | Append
    | Remove
    | Unset
    | SetChannelData
    | UnsetChannelData
    | SetPreferences
    | ChangePreferences
    | UnsetPreferences
    | Delete
)


def living(found: Recipient | None, place: Place, moment: Moment) -> Recipient:
    """Who is there, or a newcomer, who inherits nothing from a tombstone."""
    if found is not None and found.lives:
        return found
    return Recipient(place, moment.new_uid(), moment.version, updated_at=moment.now)


def changed(recipient: Recipient, moment: Moment, **documents: Any) -> Recipient:
    """`recipient` with other documents; the same object when they say the same."""
    different = {name: value for name, value in documents.items() if not same(getattr(recipient, name), value)}
    if not different:
        return recipient
    for name, value in different.items():
        check_size(name, value)
    return structs.replace(recipient, updated_at=moment.now, version=moment.version, **different)


def merged_set(stored: Document, set_id: str, given: Any) -> Any:
    """A set as it is once `given` is laid over it."""
    below = stored.get(set_id, EMPTY)
    return merged(below, given) if isinstance(below, dict) and isinstance(given, dict) else given


def check_size(name: str, document: Document) -> None:
    limit = MAX_PROPERTIES_BYTES if name == "properties" else MAX_DOCUMENT_BYTES
    if len(msgspec.json.encode(document)) > limit:
        raise RefusedError("size", name, f"All {name} together must be at most {limit:,} bytes of JSON.")


def with_channel_data(entries: Document, channel_id: str, data: Any, moment: Moment) -> Document:
    check_id(channel_id, "channel_data")
    check_value(data, f"channel_data.{channel_id}")
    stored = entries.get(channel_id)
    if stored is not None and same(stored["data"], data):
        return entries
    now = attributes.render_instant(moment.now)
    created_at = stored["created_at"] if stored else now
    return {**entries, channel_id: {"data": data, "created_at": created_at, "updated_at": now}}


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: unlike Python's, true is not 1."""
    return bool(one == other) and same_kinds(one, other)


def same_kinds(one: Any, other: Any) -> bool:
    """Of values that Python calls equal: whether booleans meet booleans."""
    if one is other:
        return True
    if isinstance(one, dict):
        return all(same_kinds(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return all(map(same_kinds, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}
