"""Suppressed addresses: why nothing is sent to them, and since when. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias, TypeGuard, get_args
from uuid import UUID

import msgspec

from addressee.directory.addresses.forms import form_of
from addressee.directory.documents import check_text
from addressee.directory.recipient import Document
from addressee.messaging.messages.model import Address

SuppressibleKind: TypeAlias = Literal["email", "sms", "whatsapp"]

# The kinds of address that can be suppressed. A device that is gone is disabled at its owner, who alone has it.
KINDS: tuple[SuppressibleKind, ...] = get_args(SuppressibleKind)

MAX_DETAILS_LENGTH = 500


class Reason(StrEnum):
    """Reasons, from the weakest to the strongest: a suppressed address keeps the strongest that was given.

    What is weaker than `manual` is also lifted by its owner or provider, by a START for example; the rest by operators.
    """

    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    MANUAL = "manual"
    COMPLAINED = "complained"

    @property
    def strength(self) -> int:
        return STRENGTHS[self]


STRENGTHS = {reason: strength for strength, reason in enumerate(Reason)}


class Position(NamedTuple):
    """The position of an entry in the list, which is in the order of kinds and keys."""

    kind: SuppressibleKind
    key: str


class Suppression(msgspec.Struct, frozen=True):
    """An entry of the list. `key` is the form that all spellings of the address share (see `suppression_of`).

    `details` are the provider's or the operator's words. `channel_id` and `message_id` name the message that brought
    the address here, None where none did.
    """

    kind: SuppressibleKind
    key: str
    reason: Reason
    created_at: datetime
    details: str | None = None
    channel_id: UUID | None = None
    message_id: str | None = None

    @property
    def position(self) -> Position:
        return Position(self.kind, self.key)

    @property
    def address(self) -> str:
        """The address as it is shown."""
        return f"+{self.key}" if self.kind != "email" and self.key.isdigit() else self.key

    @property
    def shown(self) -> Document:
        """The entry as JSON for operators and exports."""
        document: Document = msgspec.to_builtins(self)
        del document["key"]
        return {"kind": self.kind, "address": self.address, **document}

    @property
    def obstacle(self) -> Document:
        """The reason why a message to this address is not sent, as events and journals have it."""
        return {"reason": "suppressed", "because": str(self.reason), "since": msgspec.to_builtins(self.created_at)}


def suppresses(kind: str, reason: Reason) -> bool:
    """Returns whether an address of a kind is suppressed for a reason that a provider gives.

    Numbers that do not exist are given to others, and people come to WhatsApp later: these are disabled at their owner
    only, until they are added again.
    """
    return kind in KINDS and (kind == "email" or reason is not Reason.BOUNCED)


def suppression_of(
    address: Address,
    reason: Reason,
    now: datetime,
    *,
    details: str | None = None,
    channel_id: UUID | None = None,
    message_id: str | None = None,
) -> Suppression:
    """Returns the entry of an address, in any spelling; `details` are cut."""
    # PostgreSQL does not store NUL.
    words = None if details is None else details[:MAX_DETAILS_LENGTH].replace("\0", "\ufffd")
    return Suppression(*position_of(address), reason, now, words, channel_id, message_id)


def is_suppressible(kind: str) -> TypeGuard[SuppressibleKind]:
    return kind in KINDS


def position_of(address: Address) -> Position:
    """Returns the position of an address of one of KINDS."""
    assert is_suppressible(address.kind)
    return Position(address.kind, form_of(address.kind).key(address.value) or address.value)


def manual_suppression(kind: SuppressibleKind, address: str, details: str | None, now: datetime) -> Suppression:
    """Returns the entry that an operator asks for. Raises RefusedError unless the address has the form of its kind."""
    if details is not None:
        check_text(details, "details")
    checked = Address(kind, form_of(kind).checked(address, "address"))
    return suppression_of(checked, Reason.MANUAL, now, details=details)


def strongest(entries: Iterable[Suppression]) -> list[Suppression]:
    """Returns one entry for each address, the first of those with the strongest reason, in the order of the list."""
    kept: dict[Position, Suppression] = {}
    for entry in entries:
        known = kept.get(entry.position)
        if known is None or known.reason.strength < entry.reason.strength:
            kept[entry.position] = entry
    return [kept[position] for position in sorted(kept)]
