"""Translates preference sets between Knock's form and the stored one (knock.md §2.0, §3.6).

Both directions name the same things, so what a client stores is what it reads. Knock has no word for single kinds of
push and chat, for `enabled` beside other parts, for what is remembered with a category, nor for an `enabled` or
`conditions` of the whole set: these stay as they are when Knock replaces the rest. So do quiet hours that
are not given: they are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET

from addressee.dialects.knock.shapes.preferences import PreferenceSet
from addressee.directory.documents import below, check_id
from addressee.directory.edits.preference_sets import QUIET_HOURS, SECTIONS
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import GROUP_OF, GROUPS, group_setting, merged_kinds
from addressee.directory.recipient import Document
from addressee.preferences.quiet_hours import quiet_hours
from addressee.preferences.sets import (
    DEFAULT,
    MAX_ENTRIES,
    REMEMBERED,
    STRATEGY,
    TRACKING,
    channel_id,
    check_conditions,
    check_set_id,
    check_setting,
    check_strategy,
    entries,
    is_set_id,
)

# Knock's channel types, and the kinds or groups that they are.
KIND_OF: Mapping[str, str] = {
    "email": "email",
    "in_app_feed": "in_app",
    "sms": "sms",
    "push": "push",
    "chat": "chat",
    "http": "webhook",
}

# The parts of a set by their names in Knock's form, with their names in the stored one.
CHANNEL_TYPES = "channel_types"
NAMES: Mapping[str, str] = {
    "categories": "categories",
    "workflows": "workflows",
    CHANNEL_TYPES: "kinds",
    "channels": "channels",
    "commercial_subscribed": "commercial",
    QUIET_HOURS: QUIET_HOURS,
}

# The parts of a set that Knock's clients do not know: they stay when the rest is replaced.
UNSAID = ("enabled", "conditions", QUIET_HOURS, TRACKING, REMEMBERED)

# Keys that clients send back as they read them, and the one that says how to store a set.
PERSISTENCE_STRATEGY = "__persistence_strategy__"
NEVER_STORED = frozenset({"id", "__typename", "__cursor", PERSISTENCE_STRATEGY, "_persistence_strategy"})


def tenant_of(set_id: str) -> str | None:
    """Returns the tenant that a set is for; None: the default set is for none."""
    return None if set_id == DEFAULT else set_id


def named_sets(given: Any) -> list[str]:
    """Returns the ids of inline preference sets. Keys that cannot be ids are refused by `stored_sets`."""
    if not isinstance(given, dict) or len(given) > MAX_ENTRIES:
        return []
    return [set_id for set_id in given if is_set_id(set_id)]


def stored_sets(given: Any, field: str = "preferences") -> Document:
    """Returns inline preference sets as they are stored, by their ids; none for null. Raises RefusedError."""
    if given is None:
        return {}
    return {
        check_set_id(set_id, below(field, set_id)): stored_set(preferences, below(field, set_id))
        for set_id, preferences in entries(given, field)
    }


def stored_set(given: Any, field: str = "") -> Document:
    """Returns a set as it is stored; parts that are null are not set. `field` is the path of the set in the request.

    Raises RefusedError with the path of what is wrong.
    """
    parts = [(name, value) for name, value in entries(given, field) if name not in NEVER_STORED and value is not None]
    return {stored_name(name, field): STORED[name](value, below(field, name)) for name, value in parts}


def stored_name(name: str, field: str) -> str:
    if name not in NAMES:
        raise RefusedError("name", below(field, name), f"A preference set has no {name!r}; it has {', '.join(NAMES)}.")
    return NAMES[name]


def stored_scopes(given: Any, field: str) -> Document:
    return {check_id(key, field): stored_scope(scope, below(field, key)) for key, scope in entries(given, field)}


def stored_scope(given: Any, field: str) -> bool | Document:
    if isinstance(given, bool):
        return given
    if not isinstance(given, dict):
        raise RefusedError("type", field, f"{field} must be true, false or an object.")
    scope: Document = {}
    for name, value in given.items():
        path = below(field, name)
        match name:
            case _ if value is None:
                continue
            case "channel_types":
                scope["kinds"] = stored_kinds(value, path)
            case "channels":
                scope["channels"] = stored_channels(value, path)
            case "conditions":
                check_conditions(value, path)
                scope["conditions"] = value
            case "__strategy__":
                check_strategy(value, path)
                scope[STRATEGY] = value
            case _:
                known = "channel_types, channels, conditions and __strategy__"
                raise RefusedError("name", path, f"{field} has no {name!r}; it has {known}.")
    return scope


def stored_kinds(given: Any, field: str) -> Document:
    kinds: Document = {}
    for name, value in entries(given, field):
        path = below(field, name)
        if name not in KIND_OF:
            raise RefusedError("name", path, f"There is no channel type {name!r}; there are {', '.join(KIND_OF)}.")
        kinds[KIND_OF[name]] = stored_setting(value, path)
    return kinds


def stored_channels(given: Any, field: str) -> Document:
    channels: Document = {}
    for name, value in entries(given, field):
        path = below(field, name)
        id = channel_id(name)
        if id is None:
            raise RefusedError("uuid", path, f"{field} holds ids of channels, which are UUIDs.")
        channels[id] = stored_setting(value, path)
    return channels


def with_strategy(stored: Callable[[Any, str], Document]) -> Callable[[Any, str], Document]:
    """Returns a parser for a map at the top of a set, which may have a `__strategy__` beside its settings."""

    def stored_map(given: Any, field: str) -> Document:
        settings = dict(entries(given, field))
        strategy = {STRATEGY: settings.pop(STRATEGY)} if STRATEGY in settings else {}
        for value in strategy.values():
            check_strategy(value, below(field, STRATEGY))
        return {**stored(settings, field), **strategy}

    return stored_map


def stored_setting(given: Any, field: str) -> Any:
    check_setting(given, field)
    return given


def stored_quiet_hours(given: Any, field: str) -> Any:
    quiet_hours(given, field)
    return given


STORED: Mapping[str, Callable[[Any, str], Any]] = {
    "categories": stored_scopes,
    "workflows": stored_scopes,
    CHANNEL_TYPES: with_strategy(stored_kinds),
    "channels": with_strategy(stored_channels),
    "commercial_subscribed": stored_setting,
    QUIET_HOURS: stored_quiet_hours,
}


def knock_sets(stored: Mapping[str, Document]) -> dict[str, PreferenceSet]:
    """Returns a recipient's own sets by id, in Knock's form."""
    return {set_id: knock_set(set_id, each) for set_id, each in stored.items() if is_own(set_id)}


def is_own(set_id: str) -> bool:
    """Returns whether a set is a recipient's own. What tenants store for their members has keys with a dollar sign."""
    return not set_id.startswith("$")


def knock_set(set_id: str, stored: Mapping[str, Any]) -> PreferenceSet:
    """Returns a stored set in Knock's form; parts that are not set are null."""
    kinds = stored.get("kinds")
    return PreferenceSet(
        id=set_id,
        categories=knock_scopes(stored.get("categories")),
        workflows=knock_scopes(stored.get("workflows")),
        channel_types=None if kinds is None else channel_types(kinds),
        channels=stored.get("channels"),
        commercial_subscribed=stored.get("commercial"),
        quiet_hours=stored.get(QUIET_HOURS, UNSET),
    )


def knock_scopes(scopes: Mapping[str, Any] | None) -> Document | None:
    return None if scopes is None else {key: knock_scope(scope) for key, scope in scopes.items()}


def knock_scope(scope: bool | Mapping[str, Any]) -> bool | Document:
    """Returns a scope in Knock's form: one that is not enabled is false, whatever else it says."""
    if isinstance(scope, bool):
        return scope
    if scope.get("enabled") is False or scope.keys() == {"enabled"}:
        return bool(scope["enabled"])
    rendered: Document = {name: value for name, value in scope.items() if name not in ("enabled", "kinds")}
    if "kinds" in scope:
        rendered[CHANNEL_TYPES] = channel_types(scope["kinds"])
    return rendered


def channel_types(kinds: Mapping[str, Any]) -> Document:
    """Returns a map of kinds by channel type. A type that is a group shows what its kinds amount to."""
    rendered: Document = {STRATEGY: kinds[STRATEGY]} if STRATEGY in kinds else {}
    for name, kind in KIND_OF.items():
        setting = group_setting(kinds, kind) if kind in GROUPS else kinds.get(kind)
        if setting is not None:
            rendered[name] = setting
    return rendered


def replaced(stored: Document, given: Document) -> Document:
    """Returns the set `given`, with those parts of the stored one that Knock's form cannot express."""
    unsaid: Document = {name: stored[name] for name in UNSAID if name in stored}
    made: Document = {**unsaid, **given, **replaced_kinds(stored, given)}
    for section in SECTIONS:
        if section in given:
            made[section] = replaced_scopes(stored.get(section, {}), given[section])
    return made


def replaced_scopes(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    return {key: replaced_scope(stored.get(key), scope) for key, scope in given.items()}


def replaced_scope(stored: Any, given: bool | Document) -> bool | Document:
    if not isinstance(stored, dict) or not isinstance(given, dict):
        return given
    return {**given, **replaced_kinds(stored, given)}


def replaced_kinds(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    """Returns the part `kinds` of a scope, with stored members of groups that were not shown; `{}` if none."""
    below = stored.get("kinds", {})
    unseen = {kind: below[kind] for kind in below if kind in GROUP_OF and group_setting(below, GROUP_OF[kind]) is None}
    kinds = merged_kinds(unseen, given.get("kinds", {}))
    return {"kinds": kinds} if kinds or "kinds" in given else {}


def with_section(stored: Document, section: str, given: Document) -> Document:
    """Returns a set with one section replaced (§2.6)."""
    made = replaced({section: stored[section]} if section in stored else {}, {section: given})
    return {**stored, **made}


def with_entry(stored: Document, section: str, key: str, given: bool | Document) -> Document:
    """Returns a set with one entry of a section replaced."""
    scopes = stored.get(section, {})
    return {**stored, section: {**scopes, key: replaced_scope(scopes.get(key), given)}}


def with_channel_type(stored: Document, channel_type: str, subscribed: bool) -> Document:
    """Returns a set with one channel type replaced."""
    return {**stored, "kinds": merged_kinds(stored.get("kinds", {}), {KIND_OF[channel_type]: subscribed})}
