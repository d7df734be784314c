"""The request of an event to an endpoint: signed, to a public host, and judged by its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from addressee.channels.requests import signatures
from addressee.channels.requests.exchange import ProviderRequest, exchange, pause_in
from addressee.channels.sender import Failed
from addressee.channels.texts import texts_in
from addressee.database.sealing import Sealer
from addressee.messaging.webhooks.delivering.events import Event, EventForm, Forms
from addressee.messaging.webhooks.delivering.pacing import Result
from addressee.messaging.webhooks.endpoints.secrets import in_force, open_secrets
from addressee.messaging.webhooks.model import DeliveryAttempt, Form

if TYPE_CHECKING:
    import asyncpg
    import httpx2

SECONDS = 15.0

# The beginning of an answer that is kept.
KEPT_LENGTH = 1_000

REDIRECTED = "redirects are not followed: give the URL to which this one leads"


@dataclass(frozen=True, slots=True)
class OpenEndpoint:
    """An endpoint as one delivers to it. `secrets` are those in force, the newest first."""

    id: UUID
    environment_uid: UUID
    url: str
    signature: Form
    form: EventForm
    secrets: Sequence[str]


def opened(row: asyncpg.Record, id: UUID, forms: Forms, sealer: Sealer, now: datetime) -> OpenEndpoint:
    """Returns an endpoint from its row. Raises WrongMasterKeyError."""
    form = Form(row["form"])
    secrets = [each.value for each in in_force(open_secrets(sealer, id, row["sealed_secrets"]), now)]
    return OpenEndpoint(id, row["environment_uid"], row["url"], form, forms[form], secrets)


async def tell(
    client: httpx2.AsyncClient, endpoint: OpenEndpoint, id: str, event: Event, body: bytes, now: datetime
) -> tuple[Result, int]:
    """Tells an endpoint of an event once. Returns what came of it, and the milliseconds that it took."""
    request = request_of(endpoint, id, event, body, now)
    began = monotonic()
    answer = await exchange(client, request, SECONDS)
    took = round((monotonic() - began) * 1000)
    if isinstance(answer, Failed):
        return Result(None, kept(answer.reason)), took
    words = REDIRECTED if answer.status in range(300, 400) else request.call(answer.status, answer.text).response
    return Result(answer.status, kept(words), pause_in(answer.headers.get("retry-after"))), took


def request_of(endpoint: OpenEndpoint, id: str, event: Event, body: bytes, now: datetime) -> ProviderRequest:
    return ProviderRequest(
        service="webhook",
        url=endpoint.url,
        headers={
            "content-type": "application/json",
            **endpoint.form.headers(event, endpoint.environment_uid),
            **signed(endpoint, id, body, now),
        },
        content=body,
        envelope={"id": id},
        hidden=(*endpoint.secrets, body.decode(), *texts_in(msgspec.json.decode(body).get("data"))),
        repeatable=True,
    )


def signed(endpoint: OpenEndpoint, id: str, body: bytes, now: datetime) -> Mapping[str, str]:
    """Returns the headers that sign a body. Knock's hold one signature, which is by the newest secret."""
    if endpoint.signature is Form.KNOCK:
        return signatures.knock(endpoint.secrets[0], now, body)
    return signatures.standard(" ".join(endpoint.secrets), id, now, body)


def kept(words: str) -> str:
    """Returns the beginning of an answer without NUL, which PostgreSQL refuses."""
    return words[:KEPT_LENGTH].replace("\0", "\ufffd")


def attempt_of(number: int, at: datetime, result: Result, milliseconds: int) -> DeliveryAttempt:
    return DeliveryAttempt(number, at, milliseconds, result.status, result.answer)
