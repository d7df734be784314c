"""Parses the recipients and the actor of a trigger: ids, and descriptions of recipients (suprsend.md §2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from addressee.api.call import Call
from addressee.dialects.suprsend.mapping.profile_edits import parse_profile
from addressee.dialects.suprsend.mapping.recipients import parse_description, parse_place
from addressee.dialects.suprsend.wire.channel_names import KIND_OF
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.directory.documents import Id
from addressee.directory.recipient import Place
from addressee.directory.writing.writes import Write
from addressee.messaging.triggers.transients import Transient, profile_from

MAX_RECIPIENTS = 1000

TRANSIENT_KEY = "is_transient"
CHANNELS_KEY = "$channels"

# The kinds of addresses of each channel that a recipient can be limited to; nothing is sent on the last channel.
KINDS = {**{name: frozenset({kind}) for name, kind in KIND_OF.items()}, "messenger": frozenset[str]()}

Kinds: TypeAlias = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class NamedRecipient:
    """A recipient that is stored, or will be by `write`, which holds its description.

    `kinds`, if any, are the only kinds of addresses that the run uses for it.
    """

    place: Place
    kinds: Kinds = None
    write: Write | None = None


@dataclass(frozen=True, slots=True)
class TriggerRecipients:
    """The recipients of one trigger."""

    stored: Sequence[NamedRecipient]
    transients: Sequence[Transient]

    @property
    def places(self) -> list[Place]:
        return [each.place for each in self.stored]

    @property
    def kinds(self) -> dict[Place, frozenset[str]]:
        return {each.place: each.kinds for each in self.stored if each.kinds is not None}

    @property
    def writes(self) -> list[Write]:
        return [each.write for each in self.stored if each.write is not None]


def parse_recipients(call: Call, given: Sequence[Id | dict[str, Any]], field: str) -> TriggerRecipients:
    """Raises SuprSendError or RefusedError."""
    if not 1 <= len(given) <= MAX_RECIPIENTS:
        raise invalid(field, f"{field} must be a list of 1 to {MAX_RECIPIENTS:,}.")
    parsed = [parse_recipient(call, entry, f"{field}[{index}]") for index, entry in enumerate(given)]
    return TriggerRecipients(
        [each for each in parsed if isinstance(each, NamedRecipient)],
        [each for each in parsed if isinstance(each, Transient)],
    )


def parse_recipient(call: Call, given: Id | dict[str, Any], field: str) -> NamedRecipient | Transient:
    """Raises SuprSendError or RefusedError."""
    if not isinstance(given, dict):
        return NamedRecipient(parse_place(call, given, field))
    kinds = parse_kinds(given.get(CHANNELS_KEY), f"{field}.{CHANNELS_KEY}")
    description = {key: value for key, value in given.items() if key not in (TRANSIENT_KEY, CHANNELS_KEY)}
    if given.get(TRANSIENT_KEY) is True:
        description.pop("distinct_id", None)
        return Transient(profile_from(parse_profile(description), call.services.directory.clock.now()), kinds)
    write = parse_description(call, description, field)
    return NamedRecipient(write.place, kinds, write)


def parse_kinds(given: Any, field: str) -> Kinds:
    """Returns the kinds of addresses of the named channels, None when no channel is named. Raises SuprSendError."""
    if given is None or given == []:
        return None
    if not isinstance(given, list) or not all(isinstance(name, str) and name in KINDS for name in given):
        raise invalid(field, f"{field} must be a list of channels: {', '.join(KINDS)}.")
    return frozenset[str]().union(*(KINDS[name] for name in given))
