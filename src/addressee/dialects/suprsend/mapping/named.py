"""Recipients as triggers name them: by id, or described in them (suprsend.md §2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from addressee.api.call import Call
from addressee.dialects.suprsend.mapping.operators import parse_profile
from addressee.dialects.suprsend.mapping.recipients import read_recipient
from addressee.dialects.suprsend.wire.channel_names import KIND_OF
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.directory.documents import Id
from addressee.directory.recipient import Place
from addressee.directory.writing.writes import Write
from addressee.messaging.triggers.transients import Transient, described

MAX_RECIPIENTS = 1000

TRANSIENT_KEY = "is_transient"
CHANNELS_KEY = "$channels"

# What a trigger may be limited to; nothing is sent on the last one.
KINDS = {**{name: frozenset({kind}) for name, kind in KIND_OF.items()}, "messenger": frozenset[str]()}

Kinds: TypeAlias = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Named:
    """A recipient that is stored. `kinds` are the only ones for it, `described` is what the trigger says of it."""

    place: Place
    kinds: Kinds = None
    described: Write | None = None


@dataclass(frozen=True, slots=True)
class AllNamed:
    """The recipients of one trigger."""

    stored: Sequence[Named]
    transients: Sequence[Transient]

    @property
    def places(self) -> list[Place]:
        return [each.place for each in self.stored]

    @property
    def kinds(self) -> dict[Place, frozenset[str]]:
        return {each.place: each.kinds for each in self.stored if each.kinds is not None}

    @property
    def described(self) -> list[Write]:
        return [each.described for each in self.stored if each.described is not None]


def read_all(call: Call, given: Sequence[Id | dict[str, Any]], field: str) -> AllNamed:
    """Raises SuprSendError or RefusedError."""
    if not 1 <= len(given) <= MAX_RECIPIENTS:
        raise invalid(field, f"{field} must be a list of 1 to {MAX_RECIPIENTS:,}.")
    read = [read_one(call, entry, f"{field}[{index}]") for index, entry in enumerate(given)]
    return AllNamed(
        [each for each in read if isinstance(each, Named)], [each for each in read if isinstance(each, Transient)]
    )


def read_one(call: Call, given: Id | dict[str, Any], field: str) -> Named | Transient:
    """Raises SuprSendError or RefusedError."""
    if not isinstance(given, dict):
        place, _ = read_recipient(call, given, field)
        return Named(place)
    kinds = only_kinds(given.get(CHANNELS_KEY), f"{field}.{CHANNELS_KEY}")
    said = {key: value for key, value in given.items() if key not in (TRANSIENT_KEY, CHANNELS_KEY)}
    if given.get(TRANSIENT_KEY) is True:
        said.pop("distinct_id", None)
        return Transient(described(parse_profile(said), call.services.directory.clock.now()), kinds)
    place, edit = read_recipient(call, said, field)
    return Named(place, kinds, Write(place, (edit,), call.origin, path=field))


def only_kinds(given: Any, field: str) -> Kinds:
    """The kinds of addresses that channels stand for; none are named: any. Raises SuprSendError."""
    if given is None or given == []:
        return None
    if not isinstance(given, list) or not all(isinstance(name, str) and name in KINDS for name in given):
        raise invalid(field, f"{field} must be a list of channels: {', '.join(KINDS)}.")
    return frozenset[str]().union(*(KINDS[name] for name in given))
