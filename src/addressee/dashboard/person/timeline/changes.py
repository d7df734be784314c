"""Changes of the history in words: what was edited, by whom, and each field before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from addressee.dashboard.masking import masked_address
from addressee.directory.access.keys import KeyInfo
from addressee.directory.addresses.entries import ATTRIBUTES
from addressee.directory.reading.history import RECORDED, RecordedChange
from addressee.operators.acts import Act

# What is told of each change at most.
MAX_FIELDS = 8
MAX_TEXT = 120

# The documents of which the history has the names of what changed, and not the values.
NAMED = {"addresses": "Addresses", "channel_data": "Channel data"}

# The beginning of the requests of people who came by a link.
LINK = "link "

EDITS: Mapping[str, str] = {
    "identify": "Profile updated",
    "set": "Properties set",
    "set_once": "Properties set once",
    "add": "Numbers added to properties",
    "append": "Values appended to properties",
    "remove": "Values removed from properties",
    "unset": "Properties removed",
    "add_address": "Address added",
    "remove_address": "Address removed",
    "remove_addresses": "Addresses removed",
    "enable_address": "Address enabled",
    "disable_address": "Address disabled",
    "set_channel_data": "Channel data set",
    "unset_channel_data": "Channel data removed",
    "set_preferences": "Preferences set",
    "unset_preferences": "Preferences removed",
    "merge": "Merged",
    "unmerge": "Merge undone",
    "delete": "Deleted",
    "each": "Several things changed",
    "expect": "Checked to be unchanged",
    "expect_nobody": "Checked to be new",
}


class Field(NamedTuple):
    """A field that changed; None where it had no value, or has none any more."""

    name: str
    before: str | None
    after: str | None


class Told(NamedTuple):
    """A change in words. `named` are what else changed, without values; `further` is the number of fields left out."""

    title: str
    author: str
    author_hint: str
    fields: Sequence[Field]
    named: Sequence[str]
    further: int


def told(change: RecordedChange, acts: Mapping[str, Act], keys: Mapping[UUID, KeyInfo], *, masked: bool) -> Told:
    fields = list(fields_of(change, masked=masked))
    author, hint = author_of(change, acts, keys)
    is_first = change.version == 1 and change.ordinal == 0
    return Told(
        title="Created" if is_first else EDITS.get(change.edit, change.edit.replace("_", " ").capitalize()),
        author=author,
        author_hint=hint,
        fields=fields[:MAX_FIELDS],
        named=[
            f"{title}: {', '.join(map(str, names))}"
            for document, title in NAMED.items()
            if (names := (change.after or {}).get(document))
        ],
        further=max(len(fields) - MAX_FIELDS, 0),
    )


def author_of(change: RecordedChange, acts: Mapping[str, Act], keys: Mapping[UUID, KeyInfo]) -> tuple[str, str]:
    """Returns who made a change, and what else tells them from others."""
    if (act := acts.get(change.request_id or "")) is not None:
        return act.operator_name, act.operator_email
    if change.key_id is not None:
        return author_by_key(keys.get(change.key_id)), ""
    if change.request_id is not None and change.request_id.startswith(LINK):
        return "the person, by a link", ""
    return "the service", ""


def author_by_key(key: KeyInfo | None) -> str:
    if key is None:
        return "an API key"
    if key.name:
        return f"the {key.kind} key {key.name}"
    return f"a {key.kind} key{f' ending in {key.hint}' if key.hint else ''}"


def fields_of(change: RecordedChange, *, masked: bool) -> Iterator[Field]:
    """Yields the fields of a change in their order, attributes first."""
    for document in RECORDED:
        before: Mapping[str, Any] = (change.before or {}).get(document) or {}
        after: Mapping[str, Any] = (change.after or {}).get(document) or {}
        for name in {**before, **after}:
            is_address = document == "attributes" and name in ATTRIBUTES.values()
            shown = [
                text_of(values[name], masked=masked and is_address) if name in values else None
                for values in (before, after)
            ]
            yield Field(name if document == "attributes" else f"{document}.{name}", *shown)


def text_of(value: Any, *, masked: bool = False) -> str:
    """Returns a value as text that is not long."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if masked:
        text = masked_address(text)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
