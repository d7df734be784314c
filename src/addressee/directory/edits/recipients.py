"""Edits: what can be done to a recipient. An edit is a value, applying it is a pure function.

`apply` takes the recipient as it is (or a tombstone, or nothing) and returns it as it becomes; the very same
object when nothing changes. No edit does I/O, and none accepts what PostgreSQL cannot hold, so that one bad row
never fails its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from msgspec import structs

from addressee.directory import attributes, names
from addressee.directory.addresses.entries import following
from addressee.directory.documents import Bounds, Merge, check_id, check_value, overlay, same
from addressee.directory.edits.addresses import AddAddress, DisableAddress, RemoveAddress, RemoveAddresses
from addressee.directory.edits.context import EditContext, Revives, Warning, changed, living, tombstone, without
from addressee.directory.edits.preference_sets import merged
from addressee.directory.edits.properties import Add, Append, Remove, Set, SetOnce, Unset
from addressee.directory.errors import DELETED, RefusedError
from addressee.directory.formats import unreachable
from addressee.directory.recipient import Document, Place, Recipient

__all__ = [
    "Add",
    "AddAddress",
    "Append",
    "ChangeChannelData",
    "ChangePreferenceSets",
    "ChangePreferences",
    "Delete",
    "DisableAddress",
    "Each",
    "Edit",
    "History",
    "Identify",
    "Item",
    "Remove",
    "RemoveAddress",
    "RemoveAddresses",
    "Set",
    "SetChannelData",
    "SetOnce",
    "SetPreferences",
    "Unset",
    "UnsetChannelData",
    "UnsetPreferences",
]

EMPTY: Document = {}


@dataclass(frozen=True, slots=True)
class Identify:
    """Lays attributes, properties, channel data and preference sets over what is stored; creates who is missing.

    Channel data replace a channel's entry whole, preference sets are merged deeply (knock.md §3.1). Properties that
    are None take away all that there are; what becomes of the others is within `bounds`, or refused.
    `properties_field` is the caller's word for them, empty where they stand beside the attributes. An id that was
    deleted is refused unless the edit `revives` it.

    What is given as it is stored is neither checked nor a change. Nor are attributes that are `always_shown` to the
    caller's clients, where they are given as these see them (`names.echoed`).
    """

    name: ClassVar[str] = "identify"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] | None = field(default_factory=dict)
    merge: Merge = Merge.SHALLOW
    bounds: Bounds | None = None
    properties_field: str = "properties"
    channel_data: Mapping[str, Any] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    revives: Revives = Revives.ANYBODY
    always_shown: frozenset[str] = frozenset()

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = living(found, place, context, self.revives)
        changes: dict[str, Any] = {}
        if given := self._new_attributes(recipient):
            changes["attributes"] = attributes.laid_over(recipient.attributes, given)
            for warning in unreachable(given):
                context.warn(warning)
            if recipient.addresses:
                changes["addresses"] = following(recipient, changes["attributes"])
        if self.properties is None:
            changes["properties"] = EMPTY
        elif self.properties:
            check_value(self.properties, self.properties_field)
        if self.properties and not same(self.properties, recipient.properties):
            changes["properties"] = overlay(recipient.properties, self.properties, self.merge)
            if self.bounds is not None:
                self.bounds.check(changes["properties"])
        if self.channel_data:
            entries = recipient.channel_data
            for channel_id, data in self.channel_data.items():
                entries = with_channel_data(entries, channel_id, data, context)
            changes["channel_data"] = entries
        if self.preferences:
            check_value(self.preferences, "preferences")
            stored = recipient.preferences
            sets = {id: merged_set(stored, id, preferences) for id, preferences in self.preferences.items()}
            changes["preferences"] = {**stored, **sets}
        return changed(recipient, context, **changes)

    def _new_attributes(self, recipient: Recipient) -> Document:
        """Returns the attributes whose given values differ from the stored ones. Raises RefusedError."""
        if not self.attributes:
            return EMPTY
        stored = recipient.attributes
        echoed = names.echoed(self.attributes, recipient, self.always_shown)
        return attributes.checked(
            {
                name: value
                for name, value in self.attributes.items()
                if name not in echoed and not (name in stored and same(value, stored[name]))
            }
        )


@dataclass(frozen=True, slots=True)
class SetChannelData:
    """Replaces what is stored for one channel; creates who is missing."""

    name: ClassVar[str] = "set_channel_data"
    channel_id: str
    data: Any

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = living(found, place, context)
        entries = with_channel_data(recipient.channel_data, self.channel_id, self.data, context)
        return changed(recipient, context, channel_data=entries)


@dataclass(frozen=True, slots=True)
class ChangeChannelData:
    """Makes what is stored for one channel of what is stored (of `{}`, when nothing is). Who is missing stays so.

    `change` is pure, and changes nothing when it is applied to what it made; None of it removes what is stored. It is
    for callers who replace a part, or who cannot express all of it.
    """

    name: ClassVar[str] = "set_channel_data"
    channel_id: str
    change: Callable[[Document], Document | None]

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        data = found.channel_data.get(self.channel_id, EMPTY).get("data")
        stored = data if isinstance(data, dict) else EMPTY
        made = self.change(stored)
        if made is None:
            return changed(found, context, channel_data=without(found.channel_data, self.channel_id))
        if same(made, stored):
            return found
        entries = with_channel_data(found.channel_data, self.channel_id, made, context)
        return changed(found, context, channel_data=entries)


@dataclass(frozen=True, slots=True)
class UnsetChannelData:
    """Removes what is stored for one channel."""

    name: ClassVar[str] = "unset_channel_data"
    channel_id: str

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return changed(found, context, channel_data=without(found.channel_data, self.channel_id))


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """Stores a preference set: whole, or (`merge` deep) laid over the stored one; creates who is missing.

    The set is of the form that `preferences.check_set` has checked.
    """

    name: ClassVar[str] = "set_preferences"
    set_id: str
    preferences: Mapping[str, Any]
    merge: Merge = Merge.SHALLOW

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_id(self.set_id, "preferences")
        check_value(self.preferences, "preferences")
        recipient = living(found, place, context)
        stored = recipient.preferences if self.merge is Merge.DEEP else EMPTY
        laid = merged_set(stored, self.set_id, self.preferences)
        return changed(recipient, context, preferences={**recipient.preferences, self.set_id: laid})


@dataclass(frozen=True, slots=True)
class ChangePreferences:
    """Makes a preference set of the stored one (an empty one when there is none); creates who is missing.

    `change` is pure, and changes nothing when it is applied to what it made. It is for callers who replace a part of
    a set, or who cannot express all of it.
    """

    name: ClassVar[str] = "set_preferences"
    set_id: str
    change: Callable[[Document], Document]

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_id(self.set_id, "preferences")
        recipient = living(found, place, context)
        made = self.change(recipient.preferences.get(self.set_id, EMPTY))
        check_value(made, "preferences")
        return changed(recipient, context, preferences={**recipient.preferences, self.set_id: made})


@dataclass(frozen=True, slots=True)
class ChangePreferenceSets:
    """Makes all preference sets of the stored ones. Who is missing stays so, unless it `creates`.

    `change` is pure, and changes nothing when it is applied to what it made.
    """

    name: ClassVar[str] = "set_preferences"
    change: Callable[[Mapping[str, Document]], Mapping[str, Document]]
    creates: bool = False

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if not self.creates and (found is None or not found.lives):
            return found
        recipient = living(found, place, context)
        made = dict(self.change(recipient.preferences))
        check_value(made, "preferences")
        return changed(recipient, context, preferences=made)


@dataclass(frozen=True, slots=True)
class UnsetPreferences:
    """Removes a preference set."""

    name: ClassVar[str] = "unset_preferences"
    set_id: str

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return changed(found, context, preferences=without(found.preferences, self.set_id))


class History(StrEnum):
    """What becomes of messages and runs when their recipient is deleted."""

    ERASED = "erased"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Delete:
    """Leaves a tombstone: the place stays known, everything else of the recipient is gone (knock.md §3.4).

    With its history kept, messages and runs stay for whoever looks into them later (notiflows.md §5.3).
    """

    name: ClassVar[str] = "delete"
    history: History = History.ERASED

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        history_kept = self.history is History.KEPT
        context.end(found.uid, keeps_history=history_kept)
        left = tombstone(found, context.version, context.now)
        return structs.replace(left, deletions=found.deletions + 1, history_kept=history_kept)


@dataclass(frozen=True, slots=True)
class Item:
    """One of several edits, and the caller's word for what is at `field`, which warnings do not name again."""

    label: str
    edit: Edit
    field: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """Applies edits one after the other, as one change; one that is refused is passed over with a warning.

    All are refused for somebody who was deleted and whom they do not bring back. `warnings` are of what the caller
    passed over before.
    """

    name: ClassVar[str] = "each"
    items: tuple[Item, ...]
    warnings: tuple[Warning, ...] = ()

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        recipient = found
        context.warnings.extend(self.warnings)
        for item in self.items:
            labelled = structs.replace(context, label=item.label)
            try:
                recipient = item.edit.apply(recipient, place, labelled)
            except RefusedError as refusal:
                if refusal.reason == DELETED:
                    raise
                labelled.warn(refusal.without(item.field))
        return recipient


Edit: TypeAlias = (
    Identify
    | Set
    | SetOnce
    | Add
    | Append
    | Remove
    | Unset
    | AddAddress
    | RemoveAddress
    | RemoveAddresses
    | DisableAddress
    | SetChannelData
    | ChangeChannelData
    | UnsetChannelData
    | SetPreferences
    | ChangePreferences
    | ChangePreferenceSets
    | UnsetPreferences
    | Delete
    | Each
)


def merged_set(stored: Document, set_id: str, given: Any) -> Any:
    """A set as it is once `given` is laid over it."""
    below = stored.get(set_id, EMPTY)
    return merged(below, given) if isinstance(below, dict) and isinstance(given, dict) else given


def with_channel_data(entries: Document, channel_id: str, data: Any, context: EditContext) -> Document:
    check_id(channel_id, "channel_data")
    check_value(data, f"channel_data.{channel_id}")
    stored = entries.get(channel_id)
    if stored is not None and same(stored["data"], data):
        return entries
    now = attributes.render_instant(context.now)
    created_at = stored["created_at"] if stored else now
    return {**entries, channel_id: {"data": data, "created_at": created_at, "updated_at": now}}
