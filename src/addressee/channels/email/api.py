"""Sends e-mail through a provider's HTTP API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from addressee.channels.email.headers import SURROGATE, one_line
from addressee.channels.email.mailbox import AddressError
from addressee.channels.email.message import Email
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, SenderContext, Sent
from addressee.channels.texts import cut, texts_in
from addressee.directory.documents import merged_deep

MEGABYTE = 1_000_000

# The longest subject: mail programs show less of it, and some providers refuse longer ones (RFC 5322, section 2.1.1).
MAX_SUBJECT = 998


def api_sender(
    context: SenderContext,
    max_bytes: int,
    to_request: Callable[[Email], ProviderRequest],
    judge: Callable[[ProviderAnswer], Sent | Failed],
) -> RequestSender[Email]:
    """Returns a sender of e-mails, each by one request, as each has a recipient of its own.

    `to_request` returns the request for an e-mail, or raises AddressError; `judge` returns what its answer means. An
    e-mail whose request has more than `max_bytes` is refused before the provider does it.
    """

    def request(email: Email) -> ProviderRequest:
        try:
            made = to_request(cleaned(email))
        except AddressError as error:
            raise UnsendableError(str(error), error.failure) from None
        if len(made.content) > max_bytes:
            limit = max_bytes // MEGABYTE
            raise UnsendableError(f"{made.service} takes e-mails of up to {limit} MB; this one is larger")
        return made

    return RequestSender(context.client, request, judge)


def cleaned(email: Email) -> Email:
    """Returns the e-mail with a subject of one line, cut if it is too long, and without what cannot be encoded."""
    text, html = (part and SURROGATE.sub("\ufffd", part) for part in (email.text, email.html))
    return replace(email, subject=cut(one_line(email.subject), MAX_SUBJECT), text=text, html=html)


def contents(email: Email) -> tuple[str, ...]:
    """Returns the texts that only the recipient may read."""
    names = (attachment.name for attachment in email.attachments)
    said = (email.subject, email.html, email.text, email.unsubscribe_url)
    return (*filter(None, said), *texts_in(email.overrides), *names)


def json_of(fields: Mapping[str, Any], overrides: Mapping[str, Any]) -> bytes:
    """Returns the JSON of a request's fields with the overrides laid over them. A field of null is left out."""
    return msgspec.json.encode(given(merged_deep(dict(fields), overrides)))
