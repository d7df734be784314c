"""Chat messages from a trigger to the provider: whose token is used, and each address once, however it was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Delete, Edit, Identify, SetChannelData
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.content.chat import ChatContent
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from tests.channels.cases import telegram
from tests.channels.cases.slack import error
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.office import Office

SLACK = """
type: chat
provider: slack
settings:
  bot_token: xoxb-of-the-channel
  endpoint: {url}
"""
TELEGRAM = "type: chat\nprovider: telegram\nsettings: {{bot_token: '1:a', endpoint: '{url}'}}\n"
HELLO = """
steps:
  - ref: hello
    channel: chat
    template:
      text: Hello {{ recipient.name }}
"""
HOOK = "https://hooks.slack.com/services/T01/B01/abcdefgh1234"


@pytest.fixture
async def vendor(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = lambda request: Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})
        await office.push({"channels/chat.yaml": SLACK.format(url=server.url), "workflows/hello.yaml": HELLO})
        yield server


async def edit(office: Office, place: Place, *edits: Edit) -> Recipient:
    written = await office.directory.write(Write(place, (Identify({"name": "Ada"}), *edits)))
    assert written.recipient is not None
    return written.recipient


async def data(office: Office, **data: Any) -> SetChannelData:
    return SetChannelData(str(await office.channel_id("chat")), {"connections": [], **data})


async def notify(office: Office, **rest: Any) -> Message:
    await office.trigger("ada", workflow="hello", **rest)
    await office.work()
    message, *_ = await office.messages("ada")
    return message


def posted(vendor: ProviderServer) -> list[tuple[str, str]]:
    """Of each message: where to, and with which token; then forgets them."""
    calls = [(request.json["channel"], request.headers["authorization"][7:]) for request in vendor.received]
    vendor.received.clear()
    return sorted(calls)


async def test_an_address_that_two_clients_wrote_is_sent_to_once(office: Office, vendor: ProviderServer) -> None:
    written = await data(office, connections=[{"channel_id": "C1", "access_token": "xoxb-knock"}, {"user_id": "U1"}])
    suprsend = AddAddress("slack", {"channel_id": "C1", "access_token": "xoxb-suprsend"})
    await edit(office, office.user("ada"), suprsend, written)
    message = await notify(office)
    assert message.status is Status.SENT
    assert posted(vendor) == [("C1", "xoxb-suprsend"), ("U1", "xoxb-of-the-channel")]


async def test_the_token_of_the_runs_tenant_is_used_as_it_is_at_the_time(
    office: Office, vendor: ProviderServer
) -> None:
    acme = Place(office.environment_id, TENANTS, "acme")
    await edit(office, acme, await data(office, token={"access_token": "xoxb-acme"}))
    await edit(office, office.user("ada"), await data(office, connections=[{"channel_id": "C1"}]))
    await notify(office)
    assert posted(vendor) == [("C1", "xoxb-of-the-channel")]
    vendor.answer = lambda request: error("token_revoked")
    message = await notify(office, tenant="acme")
    assert (message.status, posted(vendor)) == (Status.DELIVERY_ATTEMPTED, [("C1", "xoxb-acme")])
    await edit(office, acme, await data(office, token={"access_token": "xoxb-renewed"}))
    vendor.answer = lambda request: Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})
    await office.work_after(timedelta(seconds=13))
    assert posted(vendor) == [("C1", "xoxb-renewed")]
    message, *_ = await office.messages("ada")
    assert message.status is Status.SENT


async def test_connections_of_the_runs_tenant_come_before_those_of_none(office: Office, vendor: ProviderServer) -> None:
    await edit(office, Place(office.environment_id, TENANTS, "acme"))
    connections = [{"channel_id": "C1"}, {"channel_id": "C2", "knock_tenant_id": "acme"}]
    await edit(office, office.user("ada"), await data(office, connections=connections))
    await notify(office)
    await notify(office, tenant="acme")
    assert [channel for channel, _ in posted(vendor)] == ["C1", "C2"]
    await office.directory.write(Write(Place(office.environment_id, TENANTS, "acme"), (Delete(),)))
    await notify(office, tenant="acme")
    assert [channel for channel, _ in posted(vendor)] == ["C2"]  # the run is still one of that tenant


async def test_a_connection_whose_token_is_dead_is_not_used_until_it_is_made_anew(
    office: Office, vendor: ProviderServer
) -> None:
    def answer(request: ReceivedRequest) -> Reply:
        is_dead = request.headers["authorization"] == "Bearer xoxb-dead"
        return error("account_inactive") if is_dead else Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})

    vendor.answer = answer
    dead, other = {"channel_id": "C1", "access_token": "xoxb-dead"}, {"channel_id": "C2", "access_token": "xoxb-2"}
    await edit(office, office.user("ada"), await data(office, connections=[dead, other]))
    assert (await notify(office)).status is Status.SENT
    assert posted(vendor) == [("C1", "xoxb-dead"), ("C2", "xoxb-2")]
    await notify(office)
    assert posted(vendor) == [("C2", "xoxb-2")]
    renewed = {**dead, "access_token": "xoxb-renewed"}
    await edit(office, office.user("ada"), await data(office, connections=[renewed, other]))
    await notify(office)
    assert posted(vendor) == [("C1", "xoxb-renewed"), ("C2", "xoxb-2")]


async def test_the_url_of_a_webhook_is_told_nowhere(office: Office, vendor: ProviderServer) -> None:
    vendor.answer = lambda request: Reply(404, f"no_service at {HOOK}")
    await edit(office, office.user("ada"), AddAddress("slack", {"incoming_webhook": {"url": HOOK}}))
    explained = await office.messaging.runs.explain(office.user("ada"), "hello")
    assert [address.shown for address in explained.steps[0].addresses] == ["url:********1234"]
    message = await notify(office)
    assert message.status is Status.BOUNCED
    (contents,) = await office.messaging.messages.contents(office.environment_id, [message.id])
    assert contents.content == ChatContent(addresses=("url:********1234",), text="Hello Ada")
    told = [contents, message, await office.events(message), await office.journal("ada")]
    logs = await office.pool.fetch(
        "SELECT request::text, response::text FROM addressee.delivery_logs WHERE environment_id = $1",
        office.environment_id,
    )
    assert len(logs) == 1
    assert "abcdefgh1234" not in repr([*told, *map(tuple, logs)])
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert [address["status"] for address in recipient.addresses] == ["disabled"]


async def test_chats_of_telegram_are_written_as_channel_data_or_as_addresses(
    office: Office, vendor: ProviderServer
) -> None:
    await office.push({"channels/chat.yaml": TELEGRAM.format(url=vendor.url), "workflows/hello.yaml": HELLO})
    vendor.answer = lambda request: Reply(200, {"ok": True, "result": {"message_id": 1}})
    written = await data(office, connections=[{"chat_id": 1}, {"chat_id": 2}])
    await edit(office, office.user("ada"), AddAddress("chat", {"chat_id": "1"}), written)
    await notify(office)
    assert sorted(request.json["chat_id"] for request in vendor.received) == ["1", "2"]
    vendor.received.clear()
    vendor.answer = lambda request: telegram.error(403, "Forbidden: bot was blocked by the user")
    assert (await notify(office)).status is Status.BOUNCED
    recipient = await office.directory.read(office.user("ada"))
    assert recipient is not None
    assert [(address["key"], address["status"]) for address in recipient.addresses] == [
        ("chat_id:1", "disabled"),
        ("chat_id:2", "disabled"),
    ]
    await notify(office)
    assert len(vendor.received) == 2
