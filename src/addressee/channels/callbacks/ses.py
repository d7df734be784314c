"""Callbacks of Amazon SES, which tells events through SNS: as notifications of an identity, or published as events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

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
from addressee.channels.callbacks import sns
from addressee.channels.callbacks.reading import json_of, time_of

# What SES did not send, as its own list of suppressions has the address since a complaint.
SUPPRESSED = "OnAccountSuppressionList"


class Recipient(msgspec.Struct, rename="camel"):
    email_address: str
    diagnostic_code: str | None = None


class Mail(msgspec.Struct, rename="camel"):
    message_id: str
    destination: Sequence[str] = ()
    tags: Mapping[str, Any] = {}

    @property
    def send_id(self) -> str | None:
        """The tag `id`, of which SES makes a list. Only events that are published have tags."""
        values = self.tags.get("id")
        return text_or_none(values[0]) if isinstance(values, list) and values else None


class Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str = ""
    bounce_sub_type: str | None = None
    bounced_recipients: Sequence[Recipient] = ()
    timestamp: str | None = None


class Complaint(msgspec.Struct, rename="camel"):
    complained_recipients: Sequence[Recipient] = ()
    complaint_sub_type: str | None = None
    complaint_feedback_type: str | None = None
    timestamp: str | None = None


class Detail(msgspec.Struct, rename="camel"):
    timestamp: str | None = None
    link: str | None = None
    reason: str | None = None
    error_message: str | None = None


class Report(msgspec.Struct, rename="camel"):
    mail: Mail
    notification_type: str | None = None
    event_type: str | None = None
    bounce: Bounce = msgspec.field(default_factory=Bounce)
    complaint: Complaint = msgspec.field(default_factory=Complaint)
    delivery: Detail = msgspec.field(default_factory=Detail)
    open: Detail = msgspec.field(default_factory=Detail)
    click: Detail = msgspec.field(default_factory=Detail)
    reject: Detail = msgspec.field(default_factory=Detail)
    failure: Detail = msgspec.field(default_factory=Detail)


def read(request: CallbackRequest, settings: object, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    message = sns.verified(request, now)
    if message.type != sns.NOTIFICATION:
        return Callback(confirm=sns.subscribe_url(message), once=message.message_id)
    if not message.message.startswith("{"):  # what SES publishes when a topic is set up
        return Callback(once=message.message_id)
    return Callback(tuple(events_of(json_of(message.message, Report))), once=message.message_id)


def events_of(report: Report) -> Iterator[ProviderEvent]:
    match report.event_type or report.notification_type:
        case "Send":
            yield event(report, EventKind.SENT)
        case "Delivery":
            yield event(report, EventKind.DELIVERED, report.delivery)
        case "Open":
            yield event(report, EventKind.OPENED, report.open)
        case "Click":
            yield event(report, EventKind.CLICKED, report.click)
        case "Reject":
            yield event(report, EventKind.UNDELIVERED, report.reject)
        case "Rendering Failure":
            yield event(report, EventKind.UNDELIVERED, report.failure)
        case "Bounce":
            yield from bounces(report)
        case "Complaint":
            yield from complaints(report)


def event(report: Report, kind: EventKind, detail: Detail | None = None) -> ProviderEvent:
    detail = detail or Detail()
    return ProviderEvent(
        kind=kind,
        provider_id=report.mail.message_id,
        send_id=report.mail.send_id,
        at=time_of(detail.timestamp),
        reason=reason_of(detail.reason, detail.error_message),
        address=next(iter(report.mail.destination), None),
        url=detail.link,
    )


def bounces(report: Report) -> Iterator[ProviderEvent]:
    bounce = report.bounce
    kind = EventKind.BOUNCED if bounce.bounce_type == "Permanent" else EventKind.UNDELIVERED
    for recipient in bounce.bounced_recipients:
        yield ProviderEvent(
            kind=kind,
            provider_id=report.mail.message_id,
            send_id=report.mail.send_id,
            at=time_of(bounce.timestamp),
            reason=reason_of(bounce.bounce_type, bounce.bounce_sub_type, recipient.diagnostic_code),
            address=recipient.email_address,
        )


def complaints(report: Report) -> Iterator[ProviderEvent]:
    complaint = report.complaint
    kinds = [EventKind.COMPLAINED]
    if complaint.complaint_sub_type == SUPPRESSED:
        kinds.append(EventKind.UNDELIVERED)
    for recipient in complaint.complained_recipients:
        for kind in kinds:
            yield ProviderEvent(
                kind=kind,
                provider_id=report.mail.message_id,
                send_id=report.mail.send_id,
                at=time_of(complaint.timestamp),
                reason=reason_of(complaint.complaint_feedback_type, complaint.complaint_sub_type),
                address=recipient.email_address,
            )


SES_CALLBACKS = Callbacks(read, sns.certificate_url)
