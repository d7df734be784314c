"""Preferences in Notiflows' words, and in those of preference sets (notiflows.md §2, §3.1, §5.5). Pure.

They are a view on a user's default set: types of channels are kinds and groups of kinds, notiflows are its workflows.
Notiflows has no word for categories, single channels and conditions: these stay as they are. A kind under a condition
reads as wanted, and stays under it as long as it is not refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from addressee.dialects.notiflows.mapping.channel_types import KINDS_OF
from addressee.dialects.notiflows.shapes import preferences as shapes
from addressee.dialects.notiflows.wire.errors import invalid
from addressee.dialects.notiflows.wire.fields import require_object
from addressee.directory.documents import below, check_id
from addressee.directory.edits.context import without
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import effective_name
from addressee.directory.recipient import Document
from addressee.messaging.workflows.listing import NamedWorkflow
from addressee.preferences.choices import with_kinds, with_quiet_hours, without_empty, without_kinds
from addressee.preferences.layers import shown
from addressee.preferences.quiet_hours import quiet_hours
from addressee.preferences.sets import DEFAULT, MAX_ENTRIES, valid_or_empty

# Chat is stored as the group, so that it includes kinds of chat that are added later.
WRITTEN_AS: Mapping[str, tuple[str, ...]] = {**KINDS_OF, "chat": ("chat", "webhook")}

# Choices by type of channel; None resets one to the default.
Types = Mapping[str, bool | None]


class Choice(NamedTuple):
    """A choice about a notiflow. `enabled` is None to reset it, UNSET when it is not given."""

    enabled: bool | UnsetType | None
    types: Types


class Patch(NamedTuple):
    """A patch of preferences. `notiflows` are choices by handle in the order given, None to reset everything.

    `quiet_hours` are None to remove the user's own, UNSET when they are not given.
    """

    types: Types
    notiflows: Sequence[tuple[str, Choice | None]]
    quiet_hours: Document | UnsetType | None = UNSET


def rendered(own: Mapping[str, Document], default: Document, workflows: Iterable[NamedWorkflow]) -> shapes.Preferences:
    """Renders the preferences of a user with the sets `own`; `default` is the set of the environment."""
    found = shown(own, DEFAULT, {}, default)
    kinds, scopes = found.get("kinds", {}), found.get("workflows", {})
    names = {each.key: each.name for each in workflows}
    listed = {each.key for each in workflows if each.in_preferences} | scopes.keys()
    return shapes.Preferences(
        channel_types=shapes.ChannelTypes(**{type: is_wanted(kinds, type) is not False for type in KINDS_OF}),
        notiflows={key: notiflow(names.get(key), scopes.get(key, {})) for key in sorted(listed)},
        quiet_hours=found.get(QUIET_HOURS, UNSET),
    )


def notiflow(name: str | None, scope: bool | Mapping[str, Any]) -> shapes.NotiflowPreferences:
    parts: Mapping[str, Any] = {"enabled": scope} if isinstance(scope, bool) else scope
    types = {type: is_wanted(parts.get("kinds", {}), type) for type in KINDS_OF}
    return shapes.NotiflowPreferences(
        name=name,
        enabled=parts.get("enabled", True),
        channel_types={type: wanted for type, wanted in types.items() if wanted is not None},
    )


def is_wanted(kinds: Mapping[str, Any], type: str) -> bool | None:
    """Returns whether kinds let a type through: False when all its kinds are refused, None when none is named."""
    names = [effective_name(kinds, kind) for kind in KINDS_OF[type]]
    settings = [None if name is None else kinds[name] for name in names]
    if all(setting is False for setting in settings):
        return False
    return None if all(setting is None or setting is False for setting in settings) else True


def parse_patch(given: Mapping[str, Any], handles: Mapping[str, str], field: str) -> Patch:
    """Parses a patch; `handles` are by id, which older clients send instead. Raises NotiflowsError or RefusedError."""
    notiflows = [
        (handles.get(key.lower(), key), parse_choice(choice, below(field, f"notiflows.{key}")))
        for key, choice in parse_map(given.get("notiflows"), below(field, "notiflows")).items()
    ]
    for handle, _ in notiflows:
        check_id(handle, below(field, "notiflows"))
    types = parse_types(given.get("channel_types"), below(field, "channel_types"))
    quiet = given.get(QUIET_HOURS, UNSET)
    if quiet is not UNSET and quiet is not None:
        quiet_hours(quiet, below(field, QUIET_HOURS))
    return Patch(types, notiflows, quiet)


def parse_choice(given: Any, field: str) -> Choice | None:
    if given is None:
        return None
    parts = parse_map(given, field)
    enabled = parse_boolean(parts["enabled"], f"{field}.enabled") if "enabled" in parts else UNSET
    return Choice(enabled, parse_types(parts.get("channel_types"), f"{field}.channel_types"))


def parse_types(given: Any, field: str) -> Types:
    types = parse_map(given, field)
    for type in types:
        if type not in KINDS_OF:
            message = f"{field} has no {type!r}; it has {', '.join(KINDS_OF)}."
            raise invalid(f"{field}.{type}", message, "unknown")
    return {type: parse_boolean(wanted, f"{field}.{type}") for type, wanted in types.items()}


def parse_map(given: Any, field: str) -> Mapping[str, Any]:
    """Returns an object, an empty one for null. Raises NotiflowsError."""
    return {} if given is None else require_object(given, field)


def parse_boolean(given: Any, field: str) -> bool | None:
    if given is not None and not isinstance(given, bool):
        raise invalid(field, f"{field} must be true, false or null.", "invalid_type")
    return given


def edit_of(patch: Patch) -> ChangePreferenceSets:
    """The edit that applies a patch to the stored preferences."""
    return ChangePreferenceSets(partial(patched_sets, patch=patch))


def patched_sets(own: Mapping[str, Document], patch: Patch) -> Mapping[str, Document]:
    stored = valid_or_empty(own.get(DEFAULT, {}))
    made = patched(stored, patch)
    return own if made == stored else {**own, DEFAULT: made}


def patched(stored: Document, patch: Patch) -> Document:
    """Applies a patch to a set. Raises RefusedError when the set would have too many notiflows."""
    made = stored if patch.quiet_hours is UNSET else with_quiet_hours(stored, patch.quiet_hours)
    if patch.types:
        made = without_empty({**made, "kinds": with_types(made.get("kinds", {}), patch.types)}, "kinds")
    if patch.notiflows:
        scopes: Document = dict(made.get("workflows", {}))
        for handle, choice in patch.notiflows:
            scope = with_choice(scopes.pop(handle, {}), choice)
            if scope != {}:
                scopes[handle] = scope
        if len(scopes) > MAX_ENTRIES:
            message = f"A user has preferences for at most {MAX_ENTRIES:,} notiflows."
            raise RefusedError("size", "notiflows", message)
        made = without_empty({**made, "workflows": scopes}, "workflows")
    return made


def with_choice(stored: bool | Document, choice: Choice | None) -> bool | Document:
    """Applies a choice to a scope, which becomes an object if it was a boolean. An empty scope is to be removed."""
    scope: Document = {"enabled": stored} if isinstance(stored, bool) else stored
    if choice is None:
        return without(scope, "enabled", "kinds")
    if choice.enabled is UNSET and not choice.types:
        return stored
    if choice.enabled is None:
        scope = without(scope, "enabled")
    elif choice.enabled is not UNSET:
        scope = {**scope, "enabled": choice.enabled}
    return without_empty({**scope, "kinds": with_types(scope.get("kinds", {}), choice.types)}, "kinds")


def with_types(kinds: Mapping[str, Any], types: Types) -> Document:
    made = dict(kinds)
    for type, wanted in types.items():
        if wanted is None:
            made = without_kinds(made, KINDS_OF[type])
        else:
            made = with_kinds(made, dict.fromkeys(WRITTEN_AS[type], wanted))
    return made
