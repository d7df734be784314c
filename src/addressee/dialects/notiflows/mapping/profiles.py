"""Turns a user as clients send one into an edit: in a call of its own, or within a run (notiflows.md §3.1, §3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from addressee.dialects.notiflows.mapping.rendering import ATTRIBUTES
from addressee.dialects.notiflows.wire.errors import Field, field_of, refused
from addressee.directory.documents import Bounds, Merge, below, check_value, same
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.formats import check_format
from addressee.directory.recipient import Place

CUSTOM_FIELDS = "custom_fields"
MAX_DEPTH = 20
MAX_BYTES = 65_536

# Null, or derived, where nothing was given.
ALWAYS_SHOWN = frozenset(ATTRIBUTES.values())

NOTHING: Mapping[str, Any] = {}

# Names of the concept pages (§4.4). Where both are given, the one of the wire counts.
ALIASES = {"phone": "phone_number", CUSTOM_FIELDS: "properties"}


# What else a user has, which is said elsewhere or is not a client's to say: a user that was read is sent back with it.
BESIDE = frozenset({"id", "external_id", "created_at", "updated_at", "channel_settings", "preferences"})
TAKEN = frozenset({*ATTRIBUTES, CUSTOM_FIELDS, *ALIASES.values(), *BESIDE})

# As many as a notice names.
MOST_NAMED = 20


def unknown_keys_of(users: Iterable[tuple[Place, Mapping[str, Any]]]) -> list[tuple[Place, list[str]]]:
    """Returns notices of keys that no user has, by the user given with them; their values are not stored."""
    return [(place, messages) for place, given in users if (messages := unknown_keys(given))]


def unknown_keys(given: Mapping[str, Any]) -> list[str]:
    names = [name for name in given if name not in TAKEN][:MOST_NAMED]
    return [f"{name} is no key of a user, and was not stored; put it into {CUSTOM_FIELDS}." for name in names]


def parse_user(
    given: Mapping[str, Any], path: str = "", *, revives: Revives = Revives.ANYBODY, seen: Mapping[str, Any] = NOTHING
) -> Identify:
    """The edit that a user stands for, without what else hangs on one. `path` is where in the body it stands.

    Raises NotiflowsError, which names every field that is wrong; what is given as it was `seen` is not.
    """
    found = {name: spelled for name in (*ATTRIBUTES, CUSTOM_FIELDS) if (spelled := spelling(name, given)) is not None}
    failures = [
        *wrong({name: found[name] for name in found if not was_seen(given[found[name]], seen, name)}, given, path)
    ]
    if failures:
        raise refused(failures)
    custom_fields = found.pop(CUSTOM_FIELDS, None)
    return Identify(
        attributes={ATTRIBUTES[name]: given[spelled] for name, spelled in found.items()},
        properties={} if custom_fields is None else given[custom_fields],
        merge=Merge.PATCH,
        bounds=bounds(below(path, CUSTOM_FIELDS)),
        revives=revives,
        always_shown=ALWAYS_SHOWN,
    )


def was_seen(value: object, seen: Mapping[str, Any], name: str) -> bool:
    return name in seen and same(value, seen[name])


def spelling(name: str, given: Mapping[str, Any]) -> str | None:
    """How a client spells a name, None when it does not say it."""
    if name in given:
        return name
    alias = ALIASES.get(name)
    return alias if alias in given else None


def wrong(found: Mapping[str, str], given: Mapping[str, Any], path: str) -> Iterator[Field]:
    for name, spelled in found.items():
        field = below(path, spelled)
        try:
            if name == CUSTOM_FIELDS:
                check_custom_fields(given[spelled], field)
            else:
                check_format(ATTRIBUTES[name], given[spelled], field)
        except RefusedError as refusal:
            yield field_of(refusal)


def check_custom_fields(value: object, field: str) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise RefusedError("type", field, f"{field} must be an object, or null to take all away.")
    check_value(value, field)
    bounds(field).check(value)


def bounds(field: str) -> Bounds:
    return Bounds(field, MAX_DEPTH, MAX_BYTES)
