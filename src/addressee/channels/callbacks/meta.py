"""Callbacks of WhatsApp's Cloud API: the status of messages, texts from people, and the check of the URL."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

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
from addressee.channels.callbacks.failures import status_events
from addressee.channels.callbacks.keywords import international, keyword_events
from addressee.channels.callbacks.reading import check_equal, json_of, required, secret_of, time_of
from addressee.channels.sender import Failure

KINDS = {
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.READ,
    "failed": EventKind.UNDELIVERED,
}


class MetaSecrets(Protocol):
    @property
    def app_secret(self) -> str | None: ...

    @property
    def verify_token(self) -> str | None: ...


class Problem(msgspec.Struct):
    code: int = 0
    title: str | None = None
    error_data: Any = None

    @property
    def words(self) -> str:
        details = self.error_data.get("details") if isinstance(self.error_data, dict) else None
        return reason_of(self.code, self.title, details)


class Status(msgspec.Struct):
    id: str
    status: str
    timestamp: str | int | None = None
    recipient_id: str | None = None
    biz_opaque_callback_data: Any = None
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


def meta_callbacks(failures: Mapping[int, Failure]) -> Callbacks:
    """Returns the callbacks. `failures` is what Meta's error codes mean."""
    return Callbacks(partial(read, failures))


def read(failures: Mapping[int, Failure], request: CallbackRequest, settings: MetaSecrets, now: datetime) -> Callback:
    if request.method == "GET":
        return subscription(request, secret_of(settings.verify_token, "verify_token"))
    secret = secret_of(settings.app_secret, "app_secret")
    expected = "sha256=" + hmac.new(secret.encode(), request.body, "sha256").hexdigest()
    check_equal(required(request, "x-hub-signature-256"), expected)
    return Callback(tuple(events_of(json_of(request.body, Report), failures)))


def subscription(request: CallbackRequest, token: str) -> Callback:
    """Answers Meta's question whether this URL is ours, which it asks when the URL is entered there."""
    challenge = request.query.get("hub.challenge")
    if request.query.get("hub.mode") != "subscribe" or challenge is None:
        raise CallbackMalformedError
    check_equal(request.query.get("hub.verify_token", ""), token)
    return Callback(answer=challenge)


def events_of(report: Report, failures: Mapping[int, Failure]) -> Iterator[ProviderEvent]:
    for entry in report.entry:
        for change in entry.changes:
            if change.field == "messages":
                value = json_of(bytes(change.value), Value)
                for status in value.statuses:
                    yield from events_of_status(status, failures)
                for incoming in value.messages:
                    yield from keyword_events(incoming.words, incoming.sender, time_of(incoming.timestamp))


def events_of_status(status: Status, failures: Mapping[int, Failure]) -> Iterator[ProviderEvent]:
    if status.status in KINDS:
        failure = next((failures[error.code] for error in status.errors if error.code in failures), None)
        yield from status_events(
            KINDS[status.status],
            failure,
            provider_id=status.id,
            send_id=text_or_none(status.biz_opaque_callback_data),
            at=time_of(status.timestamp),
            address=international(status.recipient_id) if status.recipient_id else None,
            reason=reason_of(*(error.words for error in status.errors)),
        )
