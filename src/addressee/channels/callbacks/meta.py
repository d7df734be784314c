"""Callbacks of WhatsApp's Cloud API: the status of messages, texts from people, and the check of the URL."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
)
from addressee.channels.callbacks.keywords import international, keyword_events
from addressee.channels.callbacks.reading import check_equal, json_of, required, secret_of, time_of

KINDS = {
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.READ,
    "failed": EventKind.UNDELIVERED,
}

# Error codes: of numbers that cannot be reached by WhatsApp; and of people who have stopped marketing messages.
DEAD_CODES = frozenset({131026})
OPTED_OUT = 131050


class MetaSecrets(Protocol):
    @property
    def app_secret(self) -> str | None: ...

    @property
    def verify_token(self) -> str | None: ...


class Details(msgspec.Struct):
    details: str | None = None


class Problem(msgspec.Struct):
    code: int = 0
    title: str | None = None
    error_data: Details | None = None


class Status(msgspec.Struct):
    id: str
    status: str
    timestamp: str | int | None = None
    recipient_id: str | None = None
    errors: Sequence[Problem] = ()


class Words(msgspec.Struct):
    body: str | None = None


class Button(msgspec.Struct):
    """An answer by a button of a template."""

    text: str | None = None


class Incoming(msgspec.Struct):
    sender: str | None = msgspec.field(default=None, name="from")
    timestamp: str | int | None = None
    text: Words | None = None
    button: Button | None = None

    @property
    def words(self) -> str | None:
        return self.text.body if self.text else self.button.text if self.button else None


class Value(msgspec.Struct):
    statuses: Sequence[Status] = ()
    messages: Sequence[Incoming] = ()


class Change(msgspec.Struct):
    field: str
    value: msgspec.Raw


class Entry(msgspec.Struct):
    changes: Sequence[Change] = ()


class Report(msgspec.Struct):
    entry: Sequence[Entry]


def read(request: CallbackRequest, settings: MetaSecrets, now: datetime) -> Callback:
    if request.method == "GET":
        return subscription(request, secret_of(settings.verify_token, "verify_token"))
    secret = secret_of(settings.app_secret, "app_secret")
    expected = "sha256=" + hmac.new(secret.encode(), request.body, "sha256").hexdigest()
    check_equal(required(request, "x-hub-signature-256"), expected)
    return Callback(tuple(events_of(json_of(request.body, Report))))


def subscription(request: CallbackRequest, token: str) -> Callback:
    """Answers Meta's question whether this URL is ours, which it asks when the URL is entered there."""
    challenge = request.query.get("hub.challenge")
    if request.query.get("hub.mode") != "subscribe" or challenge is None:
        raise CallbackMalformedError
    check_equal(request.query.get("hub.verify_token", ""), token)
    return Callback(answer=challenge)


def events_of(report: Report) -> Iterator[ProviderEvent]:
    for entry in report.entry:
        for change in entry.changes:
            if change.field == "messages":
                value = json_of(bytes(change.value), Value)
                for status in value.statuses:
                    yield from status_events(status)
                for incoming in value.messages:
                    yield from keyword_events(incoming.words, incoming.sender, time_of(incoming.timestamp))


def status_events(status: Status) -> Iterator[ProviderEvent]:
    kind = KINDS.get(status.status)
    if kind is None:
        return
    codes = {error.code for error in status.errors}
    words = [part for error in status.errors[:1] for part in (error.code, error.title)]
    reason = reason_of(*words, *(error.error_data.details for error in status.errors[:1] if error.error_data))
    to = international(status.recipient_id) if status.recipient_id else None
    at = time_of(status.timestamp)
    if kind is EventKind.UNDELIVERED and codes & DEAD_CODES:
        kind = EventKind.BOUNCED
    yield ProviderEvent(kind=kind, provider_id=status.id, at=at, address=to, reason=reason)
    if OPTED_OUT in codes:
        yield ProviderEvent(kind=EventKind.OPTED_OUT, provider_id=status.id, at=at, address=to, reason=reason)


META_CALLBACKS = Callbacks(read)
