"""Webhooks from a trigger to the receiver: to the channel's URL, and to those of recipients."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.recipients import AddAddress, Edit, SetChannelData
from addressee.directory.writing.writes import Write
from addressee.messaging.environment import channels
from addressee.messaging.messages.status import Status
from addressee.messaging.workflows.configuration import ConfigurationError
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.messaging.office import Office

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

OF_CHANNEL = """
type: http
provider: webhook
settings:
  url: {url}/orders/{{{{ data.order }}}}
  allow_private_hosts: true
  headers: {{authorization: "Bearer ${{TOKEN}}"}}
  signing_secret: ${{SECRET}}
"""
OF_RECIPIENTS = "type: http\nprovider: webhook\nsettings:\n  endpoint: {url}\n"
ORDER = """
steps:
  - ref: hook
    channel: hook
    template:
      body: {order: "{{ data.order }}", for: "{{ recipient.name }}"}
"""
PLAIN = "steps:\n  - {ref: hook, channel: hook, template: {}}"


@pytest.fixture
async def receiver() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        yield server


async def push(office: Office, channel: str, workflow: str, **environment: str) -> None:
    await office.push({"channels/hook.yaml": channel, "workflows/order.yaml": workflow}, environment)


async def trigger(office: Office, *ids: str) -> None:
    await office.trigger(*ids, workflow="order", data={"order": "A/7"})
    await office.work()


async def edit(office: Office, id: str, *edits: Edit) -> None:
    await office.directory.write(Write(office.user(id), edits))


async def test_every_recipient_is_told_of_at_the_channels_url_signed_and_at_once_delivered(
    office: Office, receiver: ProviderServer
) -> None:
    await push(office, OF_CHANNEL.format(url=receiver.url), ORDER, TOKEN="t0ken", SECRET=SECRET)
    await office.identify("ada")
    await trigger(office, "ada")
    (request,) = receiver.received
    assert (request.method, request.path) == ("POST", "/orders/A/7")
    assert request.headers["authorization"] == "Bearer t0ken"
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = hmac.digest(base64.b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256)
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    assert request.json == {"order": "A/7", "for": "Ada"}
    assert [message.status for message in await office.messages("ada")] == [Status.DELIVERED]


async def test_without_a_body_the_request_tells_what_happened(office: Office, receiver: ProviderServer) -> None:
    await push(office, OF_CHANNEL.format(url=receiver.url), PLAIN, TOKEN="t", SECRET=SECRET)
    await office.identify("ada", email="ada@example.org")
    await trigger(office, "ada")
    told: dict[str, Any] = receiver.received[0].json
    assert (told["recipient"]["id"], told["recipient"]["email"]) == ("ada", "ada@example.org")
    assert (told["workflow"]["key"], told["data"], told["actor"]) == ("order", {"order": "A/7"}, None)
    assert told["id"] == receiver.received[0].headers["webhook-id"]


async def test_a_receiver_that_is_away_recognises_the_repetition(office: Office, receiver: ProviderServer) -> None:
    await push(office, OF_CHANNEL.format(url=receiver.url), ORDER, TOKEN="t", SECRET=SECRET)
    await office.identify("ada")
    receiver.answer = lambda request: Reply(503)
    await trigger(office, "ada")
    receiver.answer = lambda request: Reply(204)
    await office.work_after(timedelta(seconds=15))
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [message.status for message in await office.messages("ada")] == [Status.DELIVERED]


async def test_a_recipients_own_urls_are_called_once_each_and_one_that_is_gone_no_more(
    office: Office, receiver: ProviderServer
) -> None:
    await push(office, OF_RECIPIENTS.format(url=receiver.url), ORDER)
    await office.identify("ada")
    channel = (await channels.by_key(office.pool, office.environment_id))["hook"]
    await edit(
        office,
        "ada",
        AddAddress("webhook", {"url": "https://one.example/in"}),
        SetChannelData(str(channel.id), {"urls": ["https://one.example/in", "https://two.example/gone"]}),
    )
    receiver.answer = lambda request: Reply(410 if request.path == "/gone" else 200)
    await trigger(office, "ada")
    assert sorted(request.path for request in receiver.received) == ["/gone", "/in"]
    await trigger(office, "ada")
    assert sorted(request.path for request in receiver.received) == ["/gone", "/in", "/in"]


async def test_private_hosts_of_recipients_are_not_called(office: Office, receiver: ProviderServer) -> None:
    await push(office, "type: http\nprovider: webhook", ORDER)
    await office.identify("ada")
    await edit(office, "ada", AddAddress("webhook", {"url": f"{receiver.url}/in"}))
    await trigger(office, "ada")
    assert receiver.received == []
    (message,) = await office.messages("ada")
    assert message.status is Status.UNDELIVERED
    assert "allow_private_hosts" in (await office.events(message))[-1][1]["failure_details"]


async def test_who_has_no_url_is_skipped(office: Office, receiver: ProviderServer) -> None:
    await push(office, OF_RECIPIENTS.format(url=receiver.url), ORDER)
    await office.identify("ada")
    explained = await office.messaging.runs.explain(office.user("ada"), "order")
    assert [step.obstacle for step in explained.steps] == [{"reason": "no_webhook"}]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("signature: standard", "the signature standard needs a secret"),
        ("signing_secret: short", "each secret must be"),
        ("headers: {host: x}", "set by the sender itself"),
        ('url: "https://x.example/{{ data"', "this is not Liquid"),
    ],
)
async def test_a_channel_with_a_mistake(office: Office, settings: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        await push(office, f"type: http\nprovider: webhook\nsettings:\n  {settings}\n", PLAIN)
    assert problem in str(error.value.problems[0])
