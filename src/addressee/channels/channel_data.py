"""Channel data: how to reach a recipient on one channel, in its provider's form (knock.md §3.8). Pure.

Fields that a form does not know are kept as given: clients may be newer than this code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from addressee.channels.destination import Destination
from addressee.directory import attributes
from addressee.directory.errors import RefusedError
from addressee.directory.phones import e164
from addressee.directory.recipient import Document

MAX_ENTRIES = 1000
MAX_TEXT_LENGTH = 4096


def as_stored(data: Document) -> Document:
    return data


@dataclass(frozen=True, slots=True)
class TenantData:
    """The tenant of a run, and its data for a channel. Without one, the id is None and the data are empty."""

    id: str | None = None
    data: Document = field(default_factory=dict)


NO_TENANT = TenantData()


def no_destinations(data: Document, tenant: TenantData) -> list[Destination]:
    return []


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a provider's channel data.

    `checked` takes a client's data and their path (for errors), and returns the data to store or raises RefusedError.
    `complete` returns the answer for stored data. `destinations` returns where they say that messages go, given the
    run's tenant with its data for the same channel. `of_email` returns where they go to somebody with an e-mail address
    who has no other address there; None for a provider that finds nobody so.
    """

    checked: Callable[[Document, str], Document]
    complete: Callable[[Document], Document] = as_stored
    destinations: Callable[[Document, TenantData], list[Destination]] = no_destinations
    of_email: Callable[[str, Document, TenantData], Destination | None] | None = None


# For providers that need no data. What a client stores all the same is kept, as it expects to read it again.
ANYTHING = Form(lambda data, path: data)


def devices(key: str, keys: str) -> Form:
    """Returns the form of devices: objects in the list `devices`, values of `key` alone in the list `keys`, or both.

    They are stored as objects and answered both ways. Of a device that is given twice, the first is kept.
    """

    def checked(data: Document, path: str) -> Document:
        need_one_of(data, (keys, "devices"), path)
        in_full = [checked_device(device, at) for device, at in entries(data, "devices", path)]
        by_key = [{key: checked_text(text, at)} for text, at in entries(data, keys, path)]
        first: dict[str, Document] = {}
        for device in (*in_full, *by_key):
            first.setdefault(device[key], {"locale": None, "timezone": None, **device})
        others = {name: value for name, value in data.items() if name != keys}
        return {**others, "devices": list(first.values())}

    def checked_device(given: Any, path: str) -> Document:
        device = checked_object(given, path)
        checked_text(device.get(key), f"{path}.{key}")
        for name in ("locale", "timezone"):
            check_attribute(name, device.get(name), path)
        return device

    def complete(data: Document) -> Document:
        return {**data, keys: [destination.value for destination in destinations(data, NO_TENANT)]}

    def destinations(data: Document, tenant: TenantData) -> list[Destination]:
        # Data may have been stored in the form of a provider that the channel had before.
        return [Destination.of(device[key]) for device in data.get("devices", ()) if key in device]

    return Form(checked, complete, destinations)


def players() -> Form:
    """Returns the form of the provider's own ids of devices; there may be none."""

    def checked(data: Document, path: str) -> Document:
        ids = [checked_text(id, at) for id, at in entries(data, "player_ids", path)]
        return {**data, "player_ids": list(dict.fromkeys(ids))}

    def destinations(data: Document, tenant: TenantData) -> list[Destination]:
        return [Destination.of(id) for id in data.get("player_ids", ())]

    return Form(checked, destinations=destinations)


def phone_numbers() -> Form:
    """Returns the form of numbers: `phone_numbers`, stored as they are dialled. They need not be given."""

    def checked(data: Document, path: str) -> Document:
        numbers = [checked_number(number, at) for number, at in entries(data, "phone_numbers", path)]
        return {**data, "phone_numbers": list(dict.fromkeys(numbers))} if "phone_numbers" in data else data

    def destinations(data: Document, tenant: TenantData) -> list[Destination]:
        return [Destination.of(number) for number in data.get("phone_numbers", ())]

    return Form(checked, destinations=destinations)


def need_one_of(data: Document, names: Iterable[str], path: str) -> None:
    if all(data.get(name) is None for name in names):
        raise RefusedError("missing", path, f"{path} needs {' or '.join(map(repr, names))}.")


def entries(data: Document, name: str, path: str) -> list[tuple[Any, str]]:
    """Returns the entries of a list with the path of each; none when there is no list."""
    given = data.get(name)
    if given is None:
        return []
    if not isinstance(given, list):
        raise RefusedError("type", f"{path}.{name}", f"{path}.{name} must be a list.")
    if len(given) > MAX_ENTRIES:
        raise RefusedError("length", f"{path}.{name}", f"{path}.{name} must have at most {MAX_ENTRIES:,} entries.")
    return [(entry, f"{path}.{name}[{index}]") for index, entry in enumerate(given)]


def checked_object(value: Any, path: str) -> Document:
    if not isinstance(value, dict):
        raise RefusedError("type", path, f"{path} must be an object.")
    return value


def checked_text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT_LENGTH:
        raise RefusedError("text", path, f"{path} must be a text of 1 to {MAX_TEXT_LENGTH:,} characters.")
    return value


def checked_number(value: Any, path: str) -> str:
    number = e164(checked_text(value, path))
    if number is None:
        raise RefusedError("phone_number", path, f"{path} must be a phone number, like +491701234567.")
    return number


def check_texts(fields: Mapping[str, Any], names: Iterable[str], path: str) -> None:
    """Checks those of the named fields that are given and not null."""
    for name in names:
        if fields.get(name) is not None:
            checked_text(fields[name], f"{path}.{name}")


def check_attribute(name: str, value: Any, path: str) -> None:
    """Checks a device's locale or time zone like a recipient's."""
    try:
        attributes.checked({name: value})
    except RefusedError as refusal:
        raise RefusedError(refusal.reason, f"{path}.{name}", f"{path}.{refusal.message}") from None
