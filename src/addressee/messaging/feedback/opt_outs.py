"""Applies what the owners of addresses want, as providers tell it: no more messages, or messages again.

It changes the suppression list. What somebody has texted from a number also changes the preferences of the recipients
whom the channel has written to at that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.database.pool import Connection, Pool
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.kinds import effective_name
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.sends import StoredSend
from addressee.messaging.feedback.recipients_written_to import recipients_written_to
from addressee.messaging.feedback.reports import ReportedSend, is_of_copy
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.enabling import enable_addresses
from addressee.messaging.suppressions.model import KINDS, Reason, suppresses, suppression_of
from addressee.messaging.suppressions.suppressions import add_suppressions, find_suppressed, lift_suppressions
from addressee.preferences.choices import with_restrictions
from addressee.preferences.sets import DEFAULT, valid_or_empty

REASONS = {
    EventKind.BOUNCED: Reason.BOUNCED,
    EventKind.COMPLAINED: Reason.COMPLAINED,
    EventKind.OPTED_OUT: Reason.OPTED_OUT,
}

# What can be told of an address by itself.
OPTING = frozenset({EventKind.OPTED_OUT, EventKind.OPTED_IN})

# The suppressions that an owner lifts by wanting messages again. Others are an operator's to lift.
LIFTED = (Reason.BOUNCED, Reason.OPTED_OUT)


class AddressEvent(NamedTuple):
    """An event that is told of an address; `message_id` is the message with which it began, if one is known."""

    address: Address
    event: ProviderEvent
    message_id: str | None = None


def address_events_of_sends(reports: Iterable[ReportedSend]) -> list[AddressEvent]:
    return [
        AddressEvent(report.send.address, event, report.send.message_id)
        for report in reports
        if report.send.address.value
        for event in report.events
    ]


def address_events_of_copies(
    sends: Mapping[str, Sequence[StoredSend]], events: Iterable[ProviderEvent]
) -> list[AddressEvent]:
    """Returns what is told of the addresses that got copies of e-mails."""
    return [
        AddressEvent(Address(send.address.kind, event.address), event)
        for event in events
        for send in sends.get(event.provider_id or "", ())
        if event.address is not None and is_of_copy(event, send)
    ]


def address_events_alone(kind: str | None, events: Iterable[ProviderEvent]) -> list[AddressEvent]:
    """Returns what is told of addresses by themselves, like texts from numbers; `kind` is that of the channel's."""
    if kind not in KINDS:
        return []
    return [
        AddressEvent(Address(kind, event.address), event)
        for event in events
        if event.provider_id is None and event.address is not None and event.kind in OPTING
    ]


async def apply_address_events(
    connection: Connection, environment_id: int, channel_id: UUID, told: Sequence[AddressEvent], now: datetime
) -> None:
    """Lifts suppressions and suppresses addresses in the caller's transaction, as is told in this order."""
    opted_in = {
        each.address: number
        for number, each in enumerate(told)
        if each.event.kind is EventKind.OPTED_IN and each.address.kind in KINDS
    }
    if opted_in:
        await lift_suppressions(connection, environment_id, opted_in, LIFTED)
    refused = [
        suppression_of(
            each.address, reason, now, details=each.event.reason, channel_id=channel_id, message_id=each.message_id
        )
        for number, each in enumerate(told)
        if (reason := REASONS.get(each.event.kind)) is not None
        and suppresses(each.address.kind, reason)
        and (number > opted_in.get(each.address, -1) or reason not in LIFTED)
    ]
    await add_suppressions(connection, environment_id, refused)


async def enable_again(
    pool: Pool, reader: Reader, writer: Writer, environment_id: int, told: Iterable[AddressEvent]
) -> None:
    """Enables addresses that were disabled when they bounced, and whose owners want messages again.

    To be called before `apply_address_events`, which takes away what says at whom they were disabled.
    """
    wanted = [each.address for each in told if each.event.kind is EventKind.OPTED_IN]
    if wanted:
        found = await find_suppressed(pool, environment_id, wanted)
        bounced = [entry for entry in found.values() if entry.reason is Reason.BOUNCED]
        await enable_addresses(pool, reader, writer, environment_id, bounced)


async def change_preferences(
    pool: Pool, reader: Reader, writer: Writer, environment_id: int, channel_id: UUID, texts: Iterable[AddressEvent]
) -> None:
    """Changes the preferences of those to whom numbers belong from which such was texted."""
    for address, event, _ in texts:
        change = partial(changed_sets, kind=address.kind, wanted=event.kind is EventKind.OPTED_IN)
        edit = ChangePreferenceSets(change)
        owners = await recipients_written_to(pool, reader, environment_id, channel_id, address)
        await writer.write_all([Write(owner.place, (edit,)) for owner in owners])


def changed_sets(sets: Mapping[str, Document], kind: str, wanted: bool) -> Mapping[str, Document]:
    """Returns preference sets with the default one changed, if it changes."""
    stored = sets.get(DEFAULT, {})
    changed = changed_set(stored, kind, wanted)
    return sets if changed is stored else {**sets, DEFAULT: changed}


def changed_set(stored: Document, kind: str, wanted: bool) -> Document:
    """Returns a set that refuses a kind, or that refuses it no more; one that does not is left as it is."""
    valid = valid_or_empty(stored)
    kinds = valid.get("kinds", {})
    name = effective_name(kinds, kind)
    if wanted and (name is None or kinds[name] is not False):
        return stored
    return with_restrictions(valid, {kind: not wanted})
