"""Choices on a preference screen, stored in a recipient's preference set. Pure.

A screen shows, for each category, whether it is wanted and on which of some kinds. Settings that it does not show
(channels, conditions, other kinds) are kept. All functions are idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.kinds import GROUPS, effective_name, merged_kinds
from addressee.directory.recipient import Document
from addressee.preferences.sets import REMEMBERED, TRACKING


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice for a category.

    `wanted` None keeps the stored choice. `kinds` says which of the screen's kinds are wanted, if the category is.
    `remembered` is data that a dialect stores with it; None removes an entry.
    """

    wanted: bool | None
    kinds: Mapping[str, bool] = field(default_factory=dict)
    remembered: Mapping[str, Any] = field(default_factory=dict)


def with_choice(stored: Document, key: str, choice: Choice) -> Document:
    made = stored
    if choice.wanted is not None:
        made = with_chosen_scope(made, "categories", key, choice.wanted, choice.kinds)
    if choice.remembered:
        made = with_remembered(made, key, choice.remembered)
    return made


def with_chosen_scope(stored: Document, section: str, key: str, wanted: bool, kinds: Mapping[str, bool]) -> Document:
    """Returns a set with the choice for one category or workflow."""
    scopes = stored.get(section, {})
    return {**stored, section: {**scopes, key: chosen_scope(scopes.get(key), wanted, kinds)}}


def chosen_scope(stored: Any, wanted: bool, kinds: Mapping[str, bool]) -> bool | Document:
    """Returns the scope of a category or workflow, a boolean where that suffices.

    Otherwise it has a setting for each kind of the screen, so that later changes of defaults do not affect the choice.
    """
    scope: Document = stored if isinstance(stored, dict) else {}
    if not wanted:
        return {**scope, "enabled": False} if scope else False
    laid = with_kinds(scope.get("kinds", {}), kinds)
    if scope.keys() <= {"enabled", "kinds"} and all(setting is True for setting in laid.values()):
        return True
    return {**scope, "enabled": True, "kinds": laid}


def with_kinds(stored: Mapping[str, Any], wanted: Mapping[str, bool]) -> Document:
    """Returns a map of kinds with a setting for each of these kinds or groups.

    A stored condition of a kind that is wanted is kept.
    """
    made = dict(stored)
    for name, is_wanted in wanted.items():
        key = effective_name(made, name)
        if not is_wanted:
            made = merged_kinds(made, {name: False})
        elif key is None or isinstance(made[key], bool):
            conditions = {kind: made[kind] for kind in GROUPS.get(name, ()) if isinstance(made.get(kind), dict)}
            made = {**merged_kinds(made, {name: True}), **conditions}
    return made


def without_kinds(stored: Mapping[str, Any], kinds: Iterable[str]) -> Document:
    """Returns a map of kinds without these. Other kinds keep the setting of their group."""
    dropped = frozenset(kinds)
    made = dict(stored)
    for group, members in GROUPS.items():
        if group in made and not dropped.isdisjoint(members):
            setting = made.pop(group)
            made |= {kind: setting for kind in members if kind not in made}
    return {name: setting for name, setting in made.items() if name not in dropped}


def with_remembered(stored: Document, key: str, remembered: Mapping[str, Any]) -> Document:
    before = stored.get(REMEMBERED, {})
    entry = {name: value for name, value in {**before.get(key, {}), **remembered}.items() if value is not None}
    others = {other: value for other, value in before.items() if other != key}
    return without_empty({**stored, REMEMBERED: {**others, key: entry} if entry else others}, REMEMBERED)


def with_restrictions(stored: Document, restricted: Mapping[str, bool]) -> Document:
    """Returns a set that refuses or accepts these kinds for all categories."""
    wanted = {kind: not is_restricted for kind, is_restricted in restricted.items()}
    return {**stored, "kinds": with_kinds(stored.get("kinds", {}), wanted)}


def with_quiet_hours(stored: Document, given: Document | None) -> Document:
    """Returns a set with these quiet hours; None removes its own."""
    if given is not None:
        return {**stored, QUIET_HOURS: given}
    return {name: part for name, part in stored.items() if name != QUIET_HOURS}


def with_tracking(stored: Document, given: bool | None) -> Document:
    """Returns a set that agrees to tracking or refuses it; None removes what it says."""
    if given is not None:
        return {**stored, TRACKING: given}
    return {name: part for name, part in stored.items() if name != TRACKING}


def without_choices(stored: Document, keys: Iterable[str]) -> Document:
    """Returns a set without choices for some categories."""
    dropped = frozenset(keys)
    made = stored
    for part in ("categories", REMEMBERED):
        if part in made:
            made = without_empty({**made, part: {k: v for k, v in made[part].items() if k not in dropped}}, part)
    return made


def without_restrictions(stored: Document, kinds: Iterable[str]) -> Document:
    """Returns a set without settings of these kinds for all categories."""
    if "kinds" not in stored:
        return stored
    return without_empty({**stored, "kinds": without_kinds(stored["kinds"], kinds)}, "kinds")


def without_empty(document: Document, part: str) -> Document:
    """Returns a document without the given part if that is empty."""
    return document if document[part] else {name: value for name, value in document.items() if name != part}
