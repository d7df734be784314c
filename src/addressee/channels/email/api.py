"""Sends e-mail through a provider's HTTP API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from addressee.channels.email.headers import SURROGATE, one_line
from addressee.channels.email.mailbox import AddressError
from addressee.channels.email.message import Email
from addressee.channels.http_exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.texts import cut, texts_in
from addressee.directory.documents import merged_deep

if TYPE_CHECKING:
    import httpx2

MEGABYTE = 1_000_000

# The longest subject: mail programs show less of it, and some providers refuse longer ones (RFC 5322, section 2.1.1).
MAX_SUBJECT = 998


class ApiSender:
    """Sends e-mails one by one, as each has a recipient of its own.

    `to_request` returns the request for an e-mail, or raises AddressError; `judge` returns what its answer means. An
    e-mail whose request has more than `max_bytes` is refused here, before the provider does it.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        max_bytes: int,
        to_request: Callable[[Email], ProviderRequest],
        judge: Callable[[ProviderAnswer], Sent | Failed],
    ) -> None:
        self._client = client
        self._max_bytes = max_bytes
        self._to_request = to_request
        self._judge = judge

    async def send(self, email: Email, /) -> Sent | Failed:
        try:
            request = self._to_request(cleaned(email))
        except AddressError as error:
            return Failed(error.failure, str(error))
        if len(request.content) > self._max_bytes:
            limit = f"{self._max_bytes // MEGABYTE} MB"
            return Failed(Failure.PERMANENT, f"{request.service} takes e-mails of up to {limit}; this one is larger")
        answer = await exchange(self._client, request)
        return answer if isinstance(answer, Failed) else self._judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""


def cleaned(email: Email) -> Email:
    """Returns the e-mail with a subject of one line, cut if it is too long, and without what cannot be encoded."""
    text, html = (part and SURROGATE.sub("\ufffd", part) for part in (email.text, email.html))
    return replace(email, subject=cut(one_line(email.subject), MAX_SUBJECT), text=text, html=html)


def contents(email: Email) -> tuple[str, ...]:
    """Returns the texts that only the recipient may read."""
    return (*filter(None, (email.subject, email.html, email.text)), *texts_in(email.overrides))


def json_of(fields: Mapping[str, Any], overrides: Mapping[str, Any]) -> bytes:
    """Returns the JSON of a request's fields with the overrides laid over them. A field of null is left out."""
    merged = merged_deep(dict(fields), overrides)
    return msgspec.json.encode({name: value for name, value in merged.items() if value is not None})
