"""A channel whose provider tells what became of its messages: Postmark, on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from addressee.channels.callback import CallbackRequest
from addressee.database.jobs.queue import Wakeup
from addressee.messaging.feedback.callbacks import ProviderCallbacks, callback_path
from addressee.messaging.messages.model import Message
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.office import Office

POSTMARK = """
type: email
provider: postmark
settings:
  from: Example <hello@example.com>
  api_key: server-token
  endpoint: {url}
  addresses: {addresses}
"""
MAIL_ONLY = """
steps:
  - ref: mail
    channel: email
    template: {subject: Hello, text: "Hello {{ recipient.name }}"}
"""


def taken(request: ReceivedRequest) -> Reply:
    """Postmark calls each message by its address, so that tests can name it."""
    return Reply(200, {"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{request.json['To']}"})


@asynccontextmanager
async def postmark(office: Office, addresses: str = "primary") -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = taken
        channel = POSTMARK.format(url=server.url, addresses=addresses)
        await office.push({"channels/email.yaml": channel, "workflows/mail.yaml": MAIL_ONLY})
        yield server


async def sent_to(office: Office, *ids: str) -> None:
    for id in ids:
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger(*ids, workflow="mail")
    await office.work()


async def message_of(office: Office, id: str) -> Message:
    (message,) = await office.messages(id)
    return message


def report(type: str, address: str, **rest: Any) -> dict[str, Any]:
    return {"RecordType": type, "MessageID": f"pm-{address}", "Recipient": address, **rest}


def bounce(address: str, type: str = "HardBounce") -> dict[str, Any]:
    return report("Bounce", address, Type=type, BouncedAt="2026-03-01T12:00:00Z", Details="550 5.1.1 unknown")


def callbacks_of(office: Office) -> ProviderCallbacks:
    return ProviderCallbacks(office.pool, office.sealer, Wakeup(office.pool), office.clock)


async def call(office: Office, *reports: dict[str, Any], key: str = "email") -> None:
    """Has the provider call, once for each report."""
    path = callback_path(office.sealer, office.environment_id, await office.channel_id(key))
    for each in reports:
        request = CallbackRequest("POST", f"https://addressee.example.com{path}", {}, {}, json.dumps(each).encode())
        callbacks = callbacks_of(office)
        channel = await callbacks.find(*path.split("/")[2:])
        assert channel is not None
        await callbacks.accept(channel, request, "request-1")


async def tell(office: Office, *reports: dict[str, Any]) -> None:
    """Has the provider call, and the worker apply what it tells."""
    await call(office, *reports)
    await office.work()
