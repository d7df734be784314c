"""Two people and what a merge makes of them, field by field, with whose value each one is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from addressee.directory.addresses import entries
from addressee.directory.merges.merges import Preview
from addressee.directory.recipient import Document, Recipient

MAX_TEXT = 200

PARTS: Mapping[str, str] = {
    "attributes": "Attributes",
    "properties": "Properties",
    "addresses": "Addresses",
    "preferences": "Preferences",
    "channel_data": "Channel data",
}


class ComparedField(NamedTuple):
    """A field of both, and of the result; None: there is none. With `conflicts` both have values that differ."""

    name: str
    primary: str | None
    secondary: str | None
    merged: str | None
    origin: str
    conflicts: bool


class Part(NamedTuple):
    title: str
    fields: Sequence[ComparedField]


def parts_of(preview: Preview) -> Sequence[Part]:
    """Returns those parts of the profiles in which there is something."""
    people = (preview.primary, preview.secondary, preview.merged.primary)
    parts = [
        Part(title, list(fields_of(name, *(document_of(each, name) for each in people))))
        for name, title in PARTS.items()
    ]
    return [part for part in parts if part.fields]


def document_of(recipient: Recipient, name: str) -> Document:
    if name == "addresses":
        return {f"{each['kind']} {each['key']}": entries.shown(each) for each in recipient.addresses}
    document: Document = getattr(recipient, name)
    return document


def fields_of(part: str, primary: Document, secondary: Document, merged: Document) -> Iterator[ComparedField]:
    for name in {**primary, **secondary}:
        one, other, result = (text_of(part, name, each) for each in (primary, secondary, merged))
        in_both = name in primary and name in secondary
        yield ComparedField(
            name if part != "addresses" else name.partition(" ")[0],
            one,
            other,
            result,
            origin_of(name, primary, secondary, merged),
            in_both and primary[name] != secondary[name],
        )


def origin_of(name: str, primary: Document, secondary: Document, merged: Document) -> str:
    """Returns whose value the result has."""
    result = merged.get(name)
    if name not in merged:
        return "nobody"
    if name in primary and primary[name] == result:
        return "both" if name in secondary and secondary[name] == result else "first"
    return "second" if name in secondary and secondary[name] == result else "united"


def text_of(part: str, name: str, document: Document) -> str | None:
    if name not in document:
        return None
    value: Any = document[name]
    if part == "channel_data":  # it has tokens
        return "set"
    if part == "addresses":
        value = value.get("value")
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
