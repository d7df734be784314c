"""The operations of an edit, as edits of the directory (suprsend.md §3, §4).

What a client wrote wrongly is passed over with a warning, and everything else applies; what is no operation at all is
refused as a whole. Nothing here looks at what is stored.
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

# Made by the server, and kept whatever a client says.
INBOX = "$inbox"

# The keys of the channels that a client adds to, and the kinds of addresses there.
CHANNELS: Mapping[str, str] = {f"${name}": kind for name, kind in KIND_OF.items() if f"${name}" != INBOX}
PUSH = frozenset({"android_push", "ios_push", "web_push"})

# Reserved names that are attributes.
RESERVED: Mapping[str, str] = {"$locale": "locale", "$timezone": "timezone", "$preferred_language": "language"}
DISPLAY_NAME = "$name"

# What says more about the push addresses of the same operation.
PROVIDER = ("$id_provider", "$pushvendor")
DETAILS: Mapping[str, str] = {"$bundle_id": "bundle_id", "$device_id": "device_id"}
BESIDE = frozenset({*PROVIDER, *DETAILS})

# What every profile has that was read, and none that is written.
READ = frozenset({"properties", "created_at", "updated_at"})

# More would hold up everybody else: each is applied to all that the profile holds.
MAX_PARTS = 2000


class PassedOverError(Exception):
    """A key of an operation that is not applied, and why."""


Parser: TypeAlias = Callable[[str, Any, Document], Edit]


class Part(NamedTuple):
    """A key of an operation: what makes an edit of it, its value, and what stands beside it."""

    key: str
    parser: Parser
    value: Any
    beside: Document


def parse_operations(operations: Any, field: str = "operations") -> Each:
    """Operations in their order, as one edit, which creates who is missing. Raises SuprSendError for what is none.

    `field` is where the request has them.
    """
    if not isinstance(operations, list):
        raise invalid(field, f"{field} must be a list.")
    return gathered(part for operation in operations for part in parts_of(checked_operation(operation, field)))


def parse_profile(profile: Document, revives: Revives = Revives.ANYBODY) -> Each:
    """A profile as it is described in full: channels (a value, or a list of values) are added, properties are set.

    Raises SuprSendError for one that says too much.
    """
    return gathered(parts_of_profile(profile), revives)


def as_written(body: Document) -> Document:
    """The profile that a body describes: one that was read has its properties apart, and channels with their status.

    Addresses that are not active are left as they are.
    """
    properties = body.get("properties")
    if not isinstance(properties, dict) or not body.keys() >= READ:
        return body
    shown = {key: [each for each in values_of(body.get(key)) if is_active(each)] for key in CHANNELS}
    return {**properties, **{key: [given_again(each) for each in values] for key, values in shown.items() if values}}


def values_of(shown: object) -> list[Document]:
    return [each for each in shown if isinstance(each, dict)] if isinstance(shown, list) else []


def is_active(shown: Document) -> bool:
    return bool(shown.get("status", "active") == "active")


def given_again(shown: Document) -> Any:
    """An address as a client gives one; that of a push names its provider."""
    value, provider = shown.get("value"), shown.get("id_provider")
    if provider is None or isinstance(value, dict):
        return value
    return {"token": value, "provider": provider, **{name: shown[name] for name in DETAILS.values() if name in shown}}


def gathered(parts: Iterable[Part], revives: Revives = Revives.ANYBODY) -> Each:
    """Raises SuprSendError for too many."""
    items = [Item("", Identify(revives=revives))]
    warnings = []
    for count, part in enumerate(parts, 1):
        if count > MAX_PARTS:
            raise invalid("", f"One request changes at most {MAX_PARTS:,} keys of a profile; send several.")
        try:
            edit = part.parser(part.key, part.value, part.beside)
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


def checked_operation(operation: Any, field: str) -> Document:
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
    """Each key of an operation; operators take their turns as SDKs write them."""
    seen: set[str] = set()
    for operator, parser in OPERATORS.items():
        given = operation.get(operator, {})
        values = given if isinstance(given, dict) else dict.fromkeys(given)
        for name, value in values.items():
            key = name.strip()
            if operator in CHANNEL_OPERATORS and key in BESIDE:
                continue
            if key in seen:
                yield Part(key, named_twice, None, {})
            seen.add(key)
            yield Part(key, parser, value, values)


def parts_of_profile(profile: Document) -> Iterator[Part]:
    for name, value in profile.items():
        key = name.strip()
        if key in CHANNELS:
            yield from (Part(key, appended, each, profile) for each in (value if isinstance(value, list) else [value]))
        elif key not in BESIDE:
            yield Part(key, put, value, profile)


def named_twice(key: str, value: Any, beside: Document) -> Edit:
    raise PassedOverError("is named twice in one operation; both apply, in the order of their operators")


def put(key: str, value: Any, beside: Document) -> Edit:
    if key in RESERVED:
        return Identify(attributes={RESERVED[key]: checked_reserved(key, value)})
    name = property_name(key)
    return Set({name: value}, contact_properties.NAMES if name in contact_properties.NAMES else frozenset())


def put_once(key: str, value: Any, beside: Document) -> Edit:
    if key in RESERVED:
        return SetOnce({}, attributes={RESERVED[key]: checked_reserved(key, value)})
    return SetOnce({property_name(key): value})


def added(key: str, value: Any, beside: Document) -> Edit:
    return Add({property_name(key): value})


def appended(key: str, value: Any, beside: Document) -> Edit:
    if key in CHANNELS:
        address, provider, details = push_parts(CHANNELS[key], value, beside)
        return AddAddress(CHANNELS[key], address, provider, details)
    return Append({property_name(key): value})


def removed(key: str, value: Any, beside: Document) -> Edit:
    if key in CHANNELS:
        address, provider, _ = push_parts(CHANNELS[key], value, beside)
        return RemoveAddress(CHANNELS[key], address, provider)
    return Remove({property_name(key): value})


def taken_away(key: str, value: Any, beside: Document) -> Edit:
    if key in CHANNELS:
        return RemoveAddresses(CHANNELS[key])
    if key in RESERVED:
        return Unset((), attributes=(RESERVED[key],))
    return Unset((property_name(key),))


def push_parts(kind: str, value: Any, beside: Document) -> tuple[Any, Any, Document]:
    """A push address, its provider and what else is said of it, beside it or inside of it."""
    if kind not in PUSH:
        return value, None, {}
    provider = next((beside[name] for name in PROVIDER if beside.get(name) is not None), None)
    details = {name: beside[key] for key, name in DETAILS.items() if beside.get(key) is not None}
    if isinstance(value, dict) and "token" in value:
        provider = value.get("provider") or provider
        details |= {name: value[name] for name in DETAILS.values() if value.get(name) is not None}
        value = value["token"]
    return value, provider, details


def is_property(name: str, value: object) -> bool:
    """Whether this is a property that a client can write under this very name."""
    if is_personal(name, value) or name != name.strip():
        return False
    try:
        return property_name(name) == name
    except PassedOverError:
        return False


def property_name(key: str) -> str:
    """The name of a property. Raises PassedOverError for one that is reserved."""
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


def checked_reserved(key: str, value: Any) -> str:
    """The value as it is stored. Time zones and languages are checked where all of them are."""
    if not isinstance(value, str):
        raise PassedOverError("must be a text")
    text = value.strip()
    if key == "$locale" and not is_iso_locale(with_hyphens(text)):
        raise PassedOverError("must be a locale, like en or en-GB")
    return text.lower() if key == "$preferred_language" else text


# In the order in which SDKs write them.
OPERATORS: Mapping[str, Parser] = {
    "$set": put,
    "$set_once": put_once,
    "$add": added,
    "$increment": added,
    "$append": appended,
    "$remove": removed,
    "$unset": taken_away,
}
CHANNEL_OPERATORS = frozenset({"$append", "$remove"})
