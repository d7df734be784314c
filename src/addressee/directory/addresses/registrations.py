"""Registrations of addresses in channel data: when one was written there, and which are registered anew. Pure.

The form of channel data is not known here. An address is in them if they have all the texts that identify it: a token,
the endpoint of a browser, the id of a Slack channel, a tenant and a conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from addressee.directory.addresses.device_tokens import token_of
from addressee.directory.addresses.entries import ACTIVE, ATTRIBUTES, DISABLED
from addressee.directory.addresses.forms import form_of
from addressee.directory.recipient import Document

# Kinds whose addresses are in no channel data; their texts there name something else, like a member of Slack.
IN_NO_DATA = ATTRIBUTES.keys()


def written_at(channel_data: Document, kind: str, value: Any) -> list[str]:
    """Returns when an address was added to each entry of channel data that contains it.

    A device has a time of its own, any other address has that of the last change to the entry.
    """
    if kind in IN_NO_DATA:
        return []
    named = texts_of(kind, value)
    holding = (entry for entry in channel_data.values() if named <= frozenset(texts_in(entry["data"])))
    return [entry.get("added_at", {}).get(token_of(value), entry["updated_at"]) for entry in holding]


def registered_anew(addresses: list[Document], before: Document, after: Document) -> list[Document]:
    """Returns addresses after a change of channel data, in which none that the change registers anew is disabled.

    A device or connection is registered anew if the data did not have it, or have it with something changed. One that
    was disabled without being stored is dropped, as it is in the channel data; another one is active again.
    """
    disabled = [each for each in addresses if each["status"] == DISABLED and each["kind"] not in IN_NO_DATA]
    if before is after or not disabled:
        return addresses
    known = list(parts_in(before))
    new = frozenset(text for part in parts_in(after) if part not in known for text in texts_in(part))
    all = frozenset(text for part in parts_in(after) for text in texts_in(part))
    anew = [each for each in disabled if (named := texts_of(each["kind"], each["value"])) <= all and named & new]
    made = []
    for address in addresses:
        if address not in anew:
            made.append(address)
        elif "added_at" in address:
            made.append({**address, "status": ACTIVE})
    return made


def parts_in(channel_data: Document) -> Iterator[Any]:
    """Yields what channel data list: devices, tokens, subscriptions, connections. Other fields count as one part."""
    for entry in channel_data.values():
        data = entry["data"]
        fields = data if isinstance(data, dict) else {"": data}
        yield {name: value for name, value in fields.items() if not isinstance(value, list)}
        for value in fields.values():
            yield from value if isinstance(value, list) else ()


def texts_of(kind: str, value: Any) -> Set[str]:
    """Returns the texts that identify an address, in small letters."""
    if isinstance(value, str):
        return frozenset({value.casefold()})
    form = form_of(kind)
    key = form.key(value)
    return frozenset() if key is None else frozenset(texts_in(form.identified(key)))


def texts_in(value: Any) -> Iterator[str]:
    """Yields the texts in a value of JSON, at any depth, in small letters."""
    if isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)
