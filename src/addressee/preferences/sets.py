"""The form of a preference set, as every dialect stores it in `Recipient.preferences[key]`. Pure.

    set        {enabled?, kinds?, channels?, conditions?,
                categories?: {key: scope}, workflows?: {key: scope}, commercial?: setting, quiet_hours?,
                tracking?, remembered?: {category's key: object}}
    scope      true | false | {enabled?, kinds?, channels?, conditions?, __strategy__?}
    enabled, tracking    true | false
    kinds      {kind or group: setting, __strategy__?}       the names of `directory.kinds`
    channels   {channel's UUID: setting, __strategy__?}      __strategy__ in these two maps at the top of a set only
    quiet_hours   see `quiet_hours`
    setting    true | false | {conditions: [condition]}
    condition  {variable: text, operator: text, argument?: anything but an object}
    __strategy__  "replace" | "merge"

A set's own `enabled`, `kinds`, `channels` and `conditions` are a scope too, which applies to everything. A missing
setting counts as true. Merging replaces a boolean scope as a whole, and an object by its parts, `enabled` among them.
`commercial` is whether commercial workflows may reach the recipient at all, `tracking` whether it may be told whether
and how messages are read. `remembered` is data of a dialect for a
category, without effect here.

The set's id is `default` or a tenant's id (see `set_keys`). A tenant's set under MEMBERS is the default for messages on
its behalf; its other keys with a dollar sign are not sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from addressee.conditions.validation import check_condition
from addressee.directory.documents import below, check_id, check_text
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import GROUPS, KINDS
from addressee.directory.recipient import Document
from addressee.preferences.quiet_hours import quiet_hours

DEFAULT = "default"
MEMBERS = "$members"

REMEMBERED = "remembered"
TRACKING = "tracking"

STRATEGY = "__strategy__"
STRATEGIES = ("replace", "merge")

NAMES = (*KINDS, *GROUPS)

MAX_ENTRIES = 1000
MAX_CONDITIONS = 100


def check_set_id(set_id: object, field: str = "id") -> str:
    """Returns the id. Raises RefusedError for an invalid id, or one that starts with a dollar sign."""
    checked = check_id(set_id, field)
    if checked.startswith("$"):
        raise RefusedError("set", field, f"{field} must be {DEFAULT} or the id of a tenant, without a dollar sign.")
    return checked


def is_set_id(set_id: object) -> bool:
    try:
        check_set_id(set_id)
    except RefusedError:
        return False
    return True


def check_set(document: Mapping[str, Any], field: str = "") -> None:
    """Raises RefusedError unless `document` is a set. `field` is its path in the request."""
    for name, value in document.items():
        path = below(field, name)
        if name in ("categories", "workflows"):
            for key, scope in entries(value, path):
                check_id(key, path)
                check_scope(scope, below(path, key))
        elif name == "commercial":
            check_setting(value, path)
        elif name == QUIET_HOURS:
            quiet_hours(value, path)
        elif name == TRACKING:
            check_enabled(value, path)
        elif name == REMEMBERED:
            for key, remembered in entries(value, path):
                checked_map(remembered, below(path, check_id(key, path)))
        elif name in PARTS:
            PARTS[name](value, path)
        else:
            raise RefusedError("name", path, f"A preference set has no {name!r}; it has {', '.join(SET_NAMES)}.")


def valid_or_empty(document: Any) -> Document:
    """Returns a stored set; an empty one if it is malformed, as edits accept any document and runs must not fail."""
    try:
        check_set(checked_map(document, ""))
    except RefusedError:
        return {}
    found: Document = document
    return found


def check_scope(scope: Any, field: str) -> None:
    if isinstance(scope, bool):
        return
    if not isinstance(scope, dict):
        raise RefusedError("type", field, f"{field} must be true, false or an object.")
    for name, value in scope.items():
        path = below(field, name)
        if name == STRATEGY:
            check_strategy(value, path)
        elif name in PARTS:
            PARTS[name](value, path)
            if isinstance(value, dict) and STRATEGY in value:
                raise RefusedError("name", path, f"{path} has no {STRATEGY} of its own; {field} may have one.")
        else:
            raise RefusedError("name", path, f"{field} has no {name!r}; it has {', '.join(PARTS)} and {STRATEGY}.")


def check_enabled(value: Any, field: str) -> None:
    if not isinstance(value, bool):
        raise RefusedError("type", field, f"{field} must be true or false.")


def check_kinds(value: Any, field: str) -> None:
    for name, setting in entries(value, field):
        if name == STRATEGY:
            check_strategy(setting, below(field, name))
        elif name in NAMES:
            check_setting(setting, below(field, name))
        else:
            raise RefusedError("name", below(field, name), f"{field} has no {name!r}; it has {', '.join(NAMES)}.")


def check_channels(value: Any, field: str) -> None:
    for name, setting in entries(value, field):
        if name == STRATEGY:
            check_strategy(setting, below(field, name))
        elif channel_id(name) != name:
            raise RefusedError("uuid", below(field, name), f"{field} holds ids of channels, which are UUIDs.")
        else:
            check_setting(setting, below(field, name))


def check_setting(value: Any, field: str) -> None:
    if isinstance(value, bool):
        return
    if not isinstance(value, dict) or value.keys() != {"conditions"}:
        raise RefusedError("type", field, f"{field} must be true, false or an object with nothing but conditions.")
    check_conditions(value["conditions"], below(field, "conditions"))


def check_conditions(value: Any, field: str) -> None:
    if not isinstance(value, list):
        raise RefusedError("type", field, f"{field} must be a list of conditions.")
    if len(value) > MAX_CONDITIONS:
        raise RefusedError("size", field, f"{field} must be at most {MAX_CONDITIONS} conditions.")
    for index, condition in enumerate(value):
        check_condition(condition, f"{field}[{index}]")


def check_strategy(value: Any, field: str) -> None:
    if value not in STRATEGIES:
        raise RefusedError("strategy", field, f"{field} must be {' or '.join(STRATEGIES)}.")


def checked_map(value: Any, field: str) -> Document:
    if not isinstance(value, dict):
        raise RefusedError("type", field, f"{field} must be an object.")
    return value


def entries(value: Any, field: str) -> list[tuple[str, Any]]:
    """Returns the entries of a map. Raises RefusedError unless it is one, of up to 1,000 storable names."""
    checked_map(value, field)
    if len(value) > MAX_ENTRIES:
        raise RefusedError("size", field, f"{field} must have at most {MAX_ENTRIES:,} entries.")
    for name in value:
        check_text(name, field)
    return list(value.items())


def channel_id(name: str) -> str | None:
    """Returns a channel's UUID in canonical form; None for any other text."""
    try:
        return str(UUID(name))
    except ValueError:
        return None


PARTS: Mapping[str, Callable[[Any, str], None]] = {
    "enabled": check_enabled,
    "kinds": check_kinds,
    "channels": check_channels,
    "conditions": check_conditions,
}

SET_NAMES = (*PARTS, "categories", "workflows", "commercial", QUIET_HOURS, TRACKING, REMEMBERED)
