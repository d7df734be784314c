"""Edits of recipients. An edit is a value; applying it is a pure function.

`apply` takes the stored recipient (a tombstone, or None when there is none) and returns the changed one; the same
object when nothing changes. Edits raise RefusedError for values that PostgreSQL cannot store, so that an invalid row
never fails the others of its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from msgspec import Struct, structs

from addressee.directory import attributes, names
from addressee.directory.addresses.device_tokens import entry_with
from addressee.directory.addresses.entries import addresses_after
from addressee.directory.addresses.registrations import registered_anew
from addressee.directory.documents import Bounds, Merge, check_id, check_value, overlay, same, unlike
from addressee.directory.edits.addresses import (
    AddAddress,
    DisableAddress,
    EnableAddress,
    RemoveAddress,
    RemoveAddresses,
)
from addressee.directory.edits.context import EditContext, Revives, Warning, changed, living_or_new, tombstone, without
from addressee.directory.edits.expectations import Expect, ExpectNobody
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
    "EnableAddress",
    "Expect",
    "ExpectNobody",
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


class Identify(Struct, frozen=True, gc=False):
    """Updates attributes, properties, channel data and preference sets; creates a missing recipient.

    Channel data replace the entry of a channel, preference sets are merged deeply (knock.md §3.1), properties as
    `merge` says; None removes all properties. The resulting properties must be within `bounds`. `properties_field` is
    what the dialect calls them, empty where they are beside the attributes. A deleted recipient is refused unless the
    edit `revives` it.

    A value that equals the stored one is neither checked nor a change; the same is true of an attribute in
    `always_shown` that is given as the client was shown it (`names.echoed`).
    """

    name: ClassVar[str] = "identify"
    attributes: Mapping[str, Any] = {}
    properties: Mapping[str, Any] | None = {}
    merge: Merge = Merge.SHALLOW
    bounds: Bounds | None = None
    properties_field: str = "properties"
    channel_data: Mapping[str, Any] = {}
    preferences: Mapping[str, Any] = {}
    revives: Revives = Revives.ANYBODY
    always_shown: frozenset[str] = frozenset()

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = living_or_new(found, place, context, self.revives)
        changes: dict[str, Any] = {}
        if given := self._new_attributes(recipient):
            changes["attributes"] = attributes.merged(recipient.attributes, given)
            for warning in unreachable(given):
                context.warn(warning)
            if recipient.addresses:
                changes["addresses"] = addresses_after(recipient, changes["attributes"])
        if self.properties is None:
            changes["properties"] = EMPTY
        elif self.properties and (merged := self._merged(self.properties, recipient.properties)) is not None:
            changes["properties"] = merged
        if self.channel_data:
            entries = recipient.channel_data
            for channel_id, data in self.channel_data.items():
                entries = with_channel_data(entries, channel_id, data, context)
            changes["channel_data"] = entries
            addresses = changes.get("addresses", recipient.addresses)
            changes["addresses"] = registered_anew(addresses, recipient.channel_data, entries)
        if self.preferences:
            check_value(self.preferences, "preferences")
            stored = recipient.preferences
            sets = {id: merged_set(stored, id, preferences) for id, preferences in self.preferences.items()}
            changes["preferences"] = {**stored, **sets}
        return changed(recipient, context, **changes)

    def _new_attributes(self, recipient: Recipient) -> Document:
        """Returns the attributes whose given values differ from the stored ones. Raises RefusedError."""
        given = unlike(self.attributes, recipient.attributes)
        if not given:
            return EMPTY
        echoed = names.echoed(self.attributes, recipient, self.always_shown)
        return attributes.checked({name: value for name, value in given.items() if name not in echoed})

    def _merged(self, given: Mapping[str, Any], stored: Document) -> Document | None:
        """Returns the stored properties with the given ones; None where they are the same. Raises RefusedError."""
        new = unlike(given, stored)
        check_value(new, self.properties_field)
        if not new and len(given) == len(stored):
            return None
        merged = overlay(stored, given if self.merge is Merge.PATCH else new, self.merge)
        if self.bounds is not None:
            self.bounds.check(merged)
        return merged


class SetChannelData(Struct, frozen=True):
    """Replaces the data of one channel; creates a missing recipient."""

    name: ClassVar[str] = "set_channel_data"
    channel_id: str
    data: Any

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        recipient = living_or_new(found, place, context)
        return with_data(recipient, self.channel_id, self.data, context)


class ChangeChannelData(Struct, frozen=True):
    """Changes the data of one channel, `{}` when there is none, with a function; a missing recipient is not created.

    `change` is pure and idempotent; when it returns None, the data are removed.
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
        return with_data(found, self.channel_id, made, context)


class UnsetChannelData(Struct, frozen=True):
    """Removes the data of one channel."""

    name: ClassVar[str] = "unset_channel_data"
    channel_id: str

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return changed(found, context, channel_data=without(found.channel_data, self.channel_id))


class SetPreferences(Struct, frozen=True):
    """Replaces a preference set, or (DEEP) merges into the stored one; creates a missing recipient.

    The caller has checked the set with `preferences.sets.check_set`.
    """

    name: ClassVar[str] = "set_preferences"
    set_id: str
    preferences: Mapping[str, Any]
    merge: Merge = Merge.SHALLOW

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_id(self.set_id, "preferences")
        check_value(self.preferences, "preferences")
        recipient = living_or_new(found, place, context)
        stored = recipient.preferences if self.merge is Merge.DEEP else EMPTY
        laid = merged_set(stored, self.set_id, self.preferences)
        return changed(recipient, context, preferences={**recipient.preferences, self.set_id: laid})


class ChangePreferences(Struct, frozen=True):
    """Changes a preference set, `{}` when there is none, with a function; creates a missing recipient.

    `change` is pure and idempotent.
    """

    name: ClassVar[str] = "set_preferences"
    set_id: str
    change: Callable[[Document], Document]

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient:
        check_id(self.set_id, "preferences")
        recipient = living_or_new(found, place, context)
        made = self.change(recipient.preferences.get(self.set_id, EMPTY))
        check_value(made, "preferences")
        return changed(recipient, context, preferences={**recipient.preferences, self.set_id: made})


class ChangePreferenceSets(Struct, frozen=True):
    """Changes all preference sets with a function; a missing recipient is created only when the edit `creates`.

    `change` is pure and idempotent.
    """

    name: ClassVar[str] = "set_preferences"
    change: Callable[[Mapping[str, Document]], Mapping[str, Document]]
    creates: bool = False

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if not self.creates and (found is None or not found.lives):
            return found
        recipient = living_or_new(found, place, context)
        made = dict(self.change(recipient.preferences))
        check_value(made, "preferences")
        return changed(recipient, context, preferences=made)


class UnsetPreferences(Struct, frozen=True):
    """Removes a preference set."""

    name: ClassVar[str] = "unset_preferences"
    set_id: str

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        return changed(found, context, preferences=without(found.preferences, self.set_id))


class History(StrEnum):
    """The choice to erase or to keep messages and runs when their recipient is deleted."""

    ERASED = "erased"
    KEPT = "kept"


class Delete(Struct, frozen=True):
    """Deletes a recipient, leaving a tombstone without documents (knock.md §3.4, notiflows.md §5.3)."""

    name: ClassVar[str] = "delete"
    history: History = History.ERASED

    def apply(self, found: Recipient | None, place: Place, context: EditContext) -> Recipient | None:
        if found is None or not found.lives:
            return found
        history_kept = self.history is History.KEPT
        context.end(found.uid, keeps_history=history_kept)
        left = tombstone(found, context.version, context.now)
        return structs.replace(left, deletions=found.deletions + 1, history_kept=history_kept)


class Item(Struct, frozen=True):
    """An edit of `Each`. Warnings about it start with `label`, which stands for the `field` in messages."""

    label: str
    edit: Edit
    field: str = ""


class Each(Struct, frozen=True):
    """Applies edits in order, as one change; a refused one is skipped with a warning.

    All are refused when the recipient was deleted and an edit does not revive it. `warnings` are those that the caller
    has collected before.
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
    | EnableAddress
    | SetChannelData
    | ChangeChannelData
    | UnsetChannelData
    | SetPreferences
    | ChangePreferences
    | ChangePreferenceSets
    | UnsetPreferences
    | Delete
    | Each
    | Expect
    | ExpectNobody
)


def merged_set(stored: Document, set_id: str, given: Any) -> Any:
    """Returns a stored set with `given` merged into it."""
    below = stored.get(set_id, EMPTY)
    return merged(below, given) if isinstance(below, dict) and isinstance(given, dict) else given


def with_data(recipient: Recipient, channel_id: str, data: Any, context: EditContext) -> Recipient:
    """Returns the recipient with other data of a channel; what they register anew is active again."""
    entries = with_channel_data(recipient.channel_data, channel_id, data, context)
    addresses = registered_anew(recipient.addresses, recipient.channel_data, entries)
    return changed(recipient, context, channel_data=entries, addresses=addresses)


def with_channel_data(entries: Document, channel_id: str, data: Any, context: EditContext) -> Document:
    check_id(channel_id, "channel_data")
    check_value(data, f"channel_data.{channel_id}")
    stored = entries.get(channel_id)
    if stored is not None and same(stored["data"], data):
        return entries
    return {**entries, channel_id: entry_with(stored, data, attributes.render_instant(context.now))}
