"""Callbacks of Postmark, which signs nothing: the secret in the URL is what verifies them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
    text_or_none,
)
from addressee.channels.callbacks.reading import json_of, time_of

# Types of bounces: of addresses that do not exist; and those that are no end of a message. Others, like full mailboxes,
# say nothing about the address.
HARD = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated"})
IGNORED = frozenset(
    {"Transient", "AutoResponder", "AddressChange", "Subscribe", "ChallengeVerification", "OpenRelayTest"}
)
COMPLAINTS = frozenset({"SpamNotification", "SpamComplaint"})


class Report(msgspec.Struct, rename="pascal"):
    """The body of a callback: of any type of record, with the fields that are read here."""

    record_type: str
    message_id: str | None = msgspec.field(default=None, name="MessageID")
    metadata: Mapping[str, Any] | None = None
    type: str = ""
    email: str | None = None
    recipient: str | None = None
    description: str = ""
    details: str | None = None
    bounced_at: str | None = None
    delivered_at: str | None = None
    received_at: str | None = None
    changed_at: str | None = None
    original_link: str | None = None
    suppress_sending: bool = False
    suppression_reason: str | None = None


def read(request: CallbackRequest, settings: object, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    return Callback(tuple(events_of(json_of(request.body, Report))))


def events_of(report: Report) -> Iterator[ProviderEvent]:
    match report.record_type:
        case "Delivery":
            yield event(report, EventKind.DELIVERED, report.delivered_at)
        case "Bounce" if report.type not in IGNORED:
            yield event(report, kind_of_bounce(report.type), report.bounced_at)
        case "SpamComplaint":
            yield event(report, EventKind.COMPLAINED, report.bounced_at)
        case "Open":
            yield event(report, EventKind.OPENED, report.received_at)
        case "Click":
            yield event(report, EventKind.CLICKED, report.received_at)
        case "SubscriptionChange" if not report.suppress_sending:
            yield of_address(event(report, EventKind.OPTED_IN, report.changed_at))
        case "SubscriptionChange" if report.suppression_reason == "ManualSuppression":
            yield of_address(event(report, EventKind.OPTED_OUT, report.changed_at))


def kind_of_bounce(type: str) -> EventKind:
    if type in COMPLAINTS:
        return EventKind.COMPLAINED
    if type == "Unsubscribe":
        return EventKind.OPTED_OUT
    return EventKind.BOUNCED if type in HARD else EventKind.UNDELIVERED


def event(report: Report, kind: EventKind, at: str | None) -> ProviderEvent:
    return ProviderEvent(
        kind=kind,
        provider_id=report.message_id,
        send_id=text_or_none((report.metadata or {}).get("id")),
        at=time_of(at),
        reason=reason_of(report.type, report.description, report.details),
        address=report.email or report.recipient,
        url=report.original_link if kind is EventKind.CLICKED else None,
    )


def of_address(event: ProviderEvent) -> ProviderEvent:
    """Returns an event that is about the address: what an operator enters at Postmark names no message."""
    return structs.replace(event, provider_id=None)


POSTMARK_CALLBACKS = Callbacks(read)
