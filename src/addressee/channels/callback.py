"""Callbacks: requests in which providers tell what became of messages, and what those say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

MAX_REASON_LENGTH = 500


class EventKind(StrEnum):
    """A kind of event: something that happened to a message, or to the address that it went to.

    UNDELIVERED says nothing about the address; BOUNCED says that it does not exist, or takes no messages for good.
    COMPLAINED, its owner has called the message spam. OPTED_OUT, its owner wants no more messages; OPTED_IN, wants them
    again. Both also come as texts from a number, which name no message.
    """

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    OPENED = "opened"
    READ = "read"
    CLICKED = "clicked"
    DISMISSED = "dismissed"


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a provider tells.

    It is about the message that the provider calls `provider_id`, or, without one, about an `address`. `send_id` is our
    own name for the message, which some providers repeat. `at` is when it happened, None if the provider does not say.
    `reason` are the provider's words. `url` is the link that was clicked.
    """

    kind: EventKind
    provider_id: str | None = None
    send_id: str | None = None
    at: datetime | None = None
    reason: str = ""
    address: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A request as a provider made it.

    `url` is the one that it called, with the query: the public one. `headers` have lower-case names. `certificate` is
    what was fetched from the `certificate_url` of its provider's callbacks.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """The content of a verified request.

    `once` is a text that the provider sends once only: another request with it is a repetition, or forged. `answer` is
    the body of the response. `confirm` is a URL to be called, with which the provider's subscription begins.
    """

    events: Sequence[ProviderEvent] = ()
    once: str | None = None
    answer: str = ""
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The callbacks of a provider.

    `read` verifies a request, by the settings of the channel and the time that it is, and returns what it says. It is
    pure. It raises CallbackRefusedError and CallbackMalformedError.

    `certificate_url` returns where the certificate is that verifies a request, None if it needs none; it raises the
    same errors.
    """

    read: Callable[[CallbackRequest, Any, datetime], Callback]
    certificate_url: Callable[[CallbackRequest], str | None] = lambda request: None


class CallbackRefusedError(Exception):
    """A request that is not the provider's, or too old. The message says why, without what was sent."""


class CallbackMalformedError(Exception):
    """A request that has not the form of the provider's."""

    def __init__(self, message: str = "This is not what the provider sends.") -> None:
        super().__init__(message)


def text_or_none(value: object) -> str | None:
    """Returns a value that a provider repeats, if it is a text as we have given it."""
    return value if isinstance(value, str) and value else None


def reason_of(*words: object) -> str:
    """Returns a provider's words as one line: those that are there, of a length that can be kept."""
    text = " ".join(str(word) for word in words if word is not None)
    return " ".join(text.replace("\0", " ").split())[:MAX_REASON_LENGTH]
