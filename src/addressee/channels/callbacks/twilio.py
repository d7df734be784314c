"""Callbacks of Twilio: the status of a message (SMS or WhatsApp), and texts that people send to a number."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRefusedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
)
from addressee.channels.callbacks.failures import status_events
from addressee.channels.callbacks.keywords import international, keyword_events
from addressee.channels.callbacks.reading import form_of, required, secret_of
from addressee.channels.twilio import FAILURES

KINDS = {
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.READ,
    "undelivered": EventKind.UNDELIVERED,
    "failed": EventKind.UNDELIVERED,
}

CODE = re.compile(r"[0-9]{1,6}")

OPT_OUT_TYPES = {"STOP": EventKind.OPTED_OUT, "START": EventKind.OPTED_IN}

DEFAULT_PORTS = {"https": ":443", "http": ":80"}


class TwilioSecrets(Protocol):
    @property
    def auth_token(self) -> str | None: ...


def read(request: CallbackRequest, settings: TwilioSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    fields = form_of(request.body)
    verify(request, fields, secret_of(settings.auth_token, "auth_token"))
    return Callback(tuple(events_of(dict(fields))))


def verify(request: CallbackRequest, fields: Sequence[tuple[str, str]], token: str) -> None:
    """Raises CallbackRefusedError unless the URL and the fields are signed. The port may be named in the URL or not."""
    given = required(request, "x-twilio-signature").encode()
    if not any(hmac.compare_digest(given, signature(url, fields, token)) for url in spellings(request.url)):
        raise CallbackRefusedError("the signature is wrong, or the public URL of this service is")


def signature(url: str, fields: Sequence[tuple[str, str]], token: str) -> bytes:
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), signed.encode(), "sha1"))


def spellings(url: str) -> Iterator[str]:
    """Yields a URL as it is, and with the port of its scheme, or without it."""
    yield url
    for scheme, port in DEFAULT_PORTS.items():
        found = re.match(rf"{scheme}://[^/?]+", url)
        if found is not None:
            named = found[0].endswith(port)
            host = found[0].removesuffix(port) if named else found[0] + port
            yield host + url[found.end() :]


def events_of(fields: Mapping[str, str]) -> Iterator[ProviderEvent]:
    status = fields.get("MessageStatus")
    if status is None:
        yield from incoming(fields)
    elif status in KINDS:
        code = fields.get("ErrorCode", "")
        yield from status_events(
            KINDS[status],
            FAILURES.get(int(code)) if CODE.fullmatch(code) else None,
            provider_id=fields.get("MessageSid") or fields.get("SmsSid"),
            address=international(fields["To"]) if fields.get("To") else None,
            reason=reason_of(code, fields.get("ErrorMessage"), fields.get("ChannelStatusMessage")),
        )


def incoming(fields: Mapping[str, str]) -> Iterator[ProviderEvent]:
    """Yields what a text from a person asks for: as Twilio understood it, if the account has it do so."""
    number = fields.get("From")
    understood = fields.get("OptOutType")
    if not number or understood is None:
        yield from keyword_events(fields.get("Body"), number)
    elif understood in OPT_OUT_TYPES:
        yield ProviderEvent(kind=OPT_OUT_TYPES[understood], address=international(number), reason=understood)


TWILIO_CALLBACKS = Callbacks(read)
