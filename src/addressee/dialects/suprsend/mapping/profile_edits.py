"""Parses profiles, and the operations that change them, into edits of the directory (suprsend.md §3, §4).

A key that is wrong is passed over with a warning, and the others apply; a body without the shape of operations is
refused as a whole. Nothing here reads what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from addressee.dialects.suprsend.wire.channel_names import KIND_OF
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.directory.documents import escaped
from addressee.directory.edits import contact_properties
from addressee.directory.edits.addresses import AddAddress, RemoveAddress, RemoveAddresses
from addressee.directory.edits.context import Revives, Warning
from addressee.directory.edits.properties import is_personal
from addressee.directory.edits.recipients import Add, Append, Each, Edit, Identify, Item, Remove, Set, SetOnce, Unset
from addressee.directory.locales import is_iso_locale, with_hyphens
from addressee.directory.recipient import Document

# The server makes it, and no client changes it.
INBOX = "$inbox"

# The keys of the channels that clients add to, and their kinds of addresses.
CHANNELS: Mapping[str, str] = {f"${name}": kind for name, kind in KIND_OF.items() if f"${name}" != INBOX}
PUSH = frozenset({"android_push", "ios_push", "web_push"})

# Reserved keys that stand for attributes of the directory.
RESERVED: Mapping[str, str] = {"$locale": "locale", "$timezone": "timezone", "$preferred_language": "language"}
DISPLAY_NAME = "$name"

# Keys that say more about the push addresses of the same operation.
PROVIDER = ("$id_provider", "$pushvendor")
DETAILS: Mapping[str, str] = {"$bundle_id": "bundle_id", "$device_id": "device_id"}
ADDRESS_DETAILS = frozenset({*PROVIDER, *DETAILS})

# Every profile that this API has answered with has these keys; one that a client makes up lacks some.
RENDERED = frozenset({"properties", "created_at", "updated_at"})

# Each key is applied to the whole profile, so more of them in one request would delay everybody else.
MAX_PARTS = 2000


class PassedOverError(Exception):
    """A key that is not applied; the message says why."""


Parser: TypeAlias = Callable[[str, Any, Document], Edit]


class Part(NamedTuple):
    """A key of a profile or an operation, which `parser` makes an edit of; `siblings` are all keys there."""

    key: str
    parser: Parser
    value: Any
    siblings: Document


def parse_operations(operations: Any, field: str = "operations") -> Each:
    """Returns one edit that applies operations in their order, and creates a recipient that does not exist.

    `field` is where the request has them. Raises SuprSendError for what is no list of operations.
    """
    if not isinstance(operations, list):
        raise invalid(field, f"{field} must be a list.")
    return edit_of(part for operation in operations for part in parts_of(check_operation(operation, field)))


def parse_profile(profile: Document, revives: Revives = Revives.ANYBODY) -> Each:
    """Returns one edit that adds a profile's channels (each a value, or a list of them) and sets its properties.

    Raises SuprSendError for a profile with too many keys.
    """
    return edit_of(parts_of_profile(profile), revives)


def writable_profile(body: Document) -> Document:
    """Returns the profile that a body describes, also when the body is an earlier answer of this API.

    An answer has its properties under a key of their own, and addresses with a status; those that are not active are
    left out, so that they stay as they are.
    """
    properties = body.get("properties")
    if not isinstance(properties, dict) or not body.keys() >= RENDERED:
        return body
    shown = {key: [each for each in values_of(body.get(key)) if is_active(each)] for key in CHANNELS}
    return {**properties, **{key: [address_input(each) for each in values] for key, values in shown.items() if values}}


def values_of(shown: object) -> list[Document]:
    return [each for each in shown if isinstance(each, dict)] if isinstance(shown, list) else []


def is_active(shown: Document) -> bool:
    return bool(shown.get("status", "active") == "active")


def address_input(shown: Document) -> Any:
    """Returns an address in the form in which clients write it; a push address names its provider."""
    value, provider = shown.get("value"), shown.get("id_provider")
    if provider is None or isinstance(value, dict):
        return value
    return {"token": value, "provider": provider, **{name: shown[name] for name in DETAILS.values() if name in shown}}


def edit_of(parts: Iterable[Part], revives: Revives = Revives.ANYBODY) -> Each:
    """Returns one edit made of all parts. Raises SuprSendError for more than MAX_PARTS."""
    items = [Item("", Identify(revives=revives))]
    warnings = []
    for count, part in enumerate(parts, 1):
        if count > MAX_PARTS:
            raise invalid("", f"One request changes at most {MAX_PARTS:,} keys of a profile; send several.")
        try:
            edit = part.parser(part.key, part.value, part.siblings)
            items.append(Item(label(part.key), edit, field_of(part.key)))
        except PassedOverError as why:
            warnings.append(Warning(label(part.key), str(why)))
    return Each(tuple(items), tuple(warnings))


def field_of(key: str) -> str:
    """Returns the directory's name of the field that a key names."""
    if key in CHANNELS:
        return f"addresses.{CHANNELS[key]}"
    return RESERVED.get(key) or f"properties.{escaped(key)}"


def label(key: str) -> str:
    """Returns how a warning about a key begins."""
    return f"[{key}] "


def check_operation(operation: Any, field: str) -> Document:
    if not isinstance(operation, dict):
        raise invalid(field, 'An operation must be an object, like {"$set": {…}}.')
    for operator, given in operation.items():
        if operator not in OPERATORS:
            raise invalid(field, f"There is no operator {operator[:40]!r}; there are {', '.join(OPERATORS)}.")
        if operator == "$unset":
            if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
                raise invalid(field, "$unset must be a list of keys.")
        elif not isinstance(given, dict):
            raise invalid(field, f"{operator} must be an object.")
    return operation


def parts_of(operation: Document) -> Iterator[Part]:
    """Yields the keys of an operation, operator by operator in the order of OPERATORS."""
    seen: set[str] = set()
    for operator, parser in OPERATORS.items():
        given = operation.get(operator, {})
        values = given if isinstance(given, dict) else dict.fromkeys(given)
        for name, value in values.items():
            key = name.strip()
            if operator in CHANNEL_OPERATORS and key in ADDRESS_DETAILS:
                continue
            if key in seen:
                yield Part(key, refuse_repetition, None, {})
            seen.add(key)
            yield Part(key, parser, value, values)


def parts_of_profile(profile: Document) -> Iterator[Part]:
    for name, value in profile.items():
        key = name.strip()
        if key in CHANNELS:
            values = value if isinstance(value, list) else [value]
            yield from (Part(key, append_edit, each, profile) for each in values)
        elif key not in ADDRESS_DETAILS:
            yield Part(key, set_edit, value, profile)


def refuse_repetition(key: str, value: Any, siblings: Document) -> Edit:
    raise PassedOverError("is named twice in one operation; both apply, in the order of their operators")


def set_edit(key: str, value: Any, siblings: Document) -> Edit:
    if key in RESERVED:
        return Identify(attributes={RESERVED[key]: parse_reserved(key, value)})
    name = property_name(key)
    return Set({name: value}, contact_properties.NAMES if name in contact_properties.NAMES else frozenset())


def set_once_edit(key: str, value: Any, siblings: Document) -> Edit:
    if key in RESERVED:
        return SetOnce({}, attributes={RESERVED[key]: parse_reserved(key, value)})
    return SetOnce({property_name(key): value})


def add_edit(key: str, value: Any, siblings: Document) -> Edit:
    return Add({property_name(key): value})


def append_edit(key: str, value: Any, siblings: Document) -> Edit:
    if key in CHANNELS:
        address, provider, details = push_parts(CHANNELS[key], value, siblings)
        return AddAddress(CHANNELS[key], address, provider, details)
    return Append({property_name(key): value})


def remove_edit(key: str, value: Any, siblings: Document) -> Edit:
    if key in CHANNELS:
        address, provider, _ = push_parts(CHANNELS[key], value, siblings)
        return RemoveAddress(CHANNELS[key], address, provider)
    return Remove({property_name(key): value})


def unset_edit(key: str, value: Any, siblings: Document) -> Edit:
    if key in CHANNELS:
        return RemoveAddresses(CHANNELS[key])
    if key in RESERVED:
        return Unset((), attributes=(RESERVED[key],))
    return Unset((property_name(key),))


def push_parts(kind: str, value: Any, siblings: Document) -> tuple[Any, Any, Document]:
    """Returns a push address, its provider and its details, which stand beside it or within its value."""
    if kind not in PUSH:
        return value, None, {}
    provider = next((siblings[name] for name in PROVIDER if siblings.get(name) is not None), None)
    details = {name: siblings[key] for key, name in DETAILS.items() if siblings.get(key) is not None}
    if isinstance(value, dict) and "token" in value:
        provider = value.get("provider") or provider
        details |= {name: value[name] for name in DETAILS.values() if value.get(name) is not None}
        value = value["token"]
    return value, provider, details


def is_property(name: str, value: object) -> bool:
    """Returns whether a client can write such a property under this very name."""
    if is_personal(name, value) or name != name.strip():
        return False
    try:
        return property_name(name) == name
    except PassedOverError:
        return False


def property_name(key: str) -> str:
    """Returns the name of the property that a key stands for. Raises PassedOverError for a reserved key."""
    if key == DISPLAY_NAME:
        return "name"
    if not key:
        raise PassedOverError("a property needs a name")
    if key == INBOX:
        raise PassedOverError("the inbox is made by the server, and stays")
    if key in CHANNELS:
        raise PassedOverError("is a channel; add to it with $append, take from it with $remove or $unset")
    if key.startswith("$") or key.lower().startswith("ss_"):
        raise PassedOverError("names that start with $ or ss_ are reserved")
    return key


def parse_reserved(key: str, value: Any) -> str:
    """Returns the value of a reserved key as it is stored. The directory checks time zones and languages itself.

    Raises PassedOverError.
    """
    if not isinstance(value, str):
        raise PassedOverError("must be a text")
    text = value.strip()
    if key == "$locale" and not is_iso_locale(with_hyphens(text)):
        raise PassedOverError("must be a locale, like en or en-GB")
    return text.lower() if key == "$preferred_language" else text


# In the order in which they are applied, which is the order in which SDKs write them.
OPERATORS: Mapping[str, Parser] = {
    "$set": set_edit,
    "$set_once": set_once_edit,
    "$add": add_edit,
    "$increment": add_edit,
    "$append": append_edit,
    "$remove": remove_edit,
    "$unset": unset_edit,
}
CHANNEL_OPERATORS = frozenset({"$append", "$remove"})
