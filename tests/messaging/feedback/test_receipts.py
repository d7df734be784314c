"""Expo tells what became of notifications only when it is asked for its receipts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.recipients import SetChannelData
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.status import Status
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.feedback.told import message_of
from tests.messaging.office import Office

EXPO = """
type: push
provider: expo
settings: {{access_token: expo-token, endpoint: "{url}"}}
"""
PUSH_ONLY = """
steps:
  - ref: push
    channel: push
    template: {title: Hello, body: "Hello {{ recipient.name }}"}
"""
ADA, BOB = "ExponentPushToken[ada]", "ExponentPushToken[bob]"
OK = {"status": "ok"}
GONE = {"status": "error", "message": "not registered", "details": {"error": "DeviceNotRegistered"}}


def taken(request: ReceivedRequest) -> Reply:
    """Tickets are called as their tokens are, so that tests can name them."""
    return Reply(200, {"data": {"status": "ok", "id": f"ticket of {request.json['to']}"}})


@pytest.fixture
async def expo(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = taken
        await office.push({"channels/push.yaml": EXPO.format(url=server.url), "workflows/push.yaml": PUSH_ONLY})
        yield server


def answers(expo: ProviderServer, *receipts: dict[str, Any] | None) -> list[list[str]]:
    """Has Expo answer with these receipts in turn, by tokens; None is no answer. Returns the ids it is asked for."""
    asked: list[list[str]] = []
    left = [*receipts]

    def answer(request: ReceivedRequest) -> Reply:
        asked.append(sorted(request.json["ids"]))
        found = left.pop(0)
        if found is None:
            return Reply(503)
        return Reply(200, {"data": {f"ticket of {token}": receipt for token, receipt in found.items()}})

    expo.prelude = {"/--/api/v2/push/getReceipts": answer}
    return asked


async def register(office: Office, id: str, *tokens: str) -> None:
    devices = {"devices": [{"token": token, "locale": None, "timezone": None} for token in tokens]}
    edit = SetChannelData(str(await office.channel_id("push")), devices)
    await office.directory.write(Write(office.user(id), (edit,)))


async def sent_to(office: Office, **tokens: str) -> None:
    for id, token in tokens.items():
        await office.identify(id)
        await register(office, id, token)
    await office.trigger(*tokens, workflow="push")
    await office.work()


async def disabled(office: Office, id: str) -> list[str]:
    """The tokens of somebody that are not sent to any more."""
    recipient = await office.directory.read(office.user(id))
    assert recipient is not None
    return [address["value"] for address in recipient.addresses if address["status"] == "disabled"]


async def test_a_token_that_is_gone_leaves_after_fifteen_minutes(office: Office, expo: ProviderServer) -> None:
    """A page of notifications is asked for at once. What Google or Apple took stays `sent`."""
    asked = answers(expo, {ADA: GONE, BOB: OK})
    await sent_to(office, ada=ADA, bob=BOB)
    assert asked == []
    await office.work_after(timedelta(minutes=15))
    assert asked == [[f"ticket of {ADA}", f"ticket of {BOB}"]]
    message = await message_of(office, "ada")
    assert message.status is Status.BOUNCED
    assert (await office.events(message))[-1] == (
        "bounced",
        {"failure_reason": "fatal_error", "failure_details": "expo: DeviceNotRegistered", "token": ADA},
    )
    assert (await message_of(office, "bob")).status is Status.SENT
    assert (await disabled(office, "ada"), await disabled(office, "bob")) == ([ADA], [])
    assert await office.jobs() == []


async def test_a_token_that_was_registered_since_it_was_sent_to_stays(office: Office, expo: ProviderServer) -> None:
    answers(expo, {ADA: GONE})
    await sent_to(office, ada=ADA)
    office.clock.move(timedelta(minutes=5))
    await register(office, "ada")
    await register(office, "ada", ADA)
    await office.work_after(timedelta(minutes=10))
    assert (await message_of(office, "ada")).status is Status.BOUNCED
    assert await disabled(office, "ada") == []


async def test_a_token_stays_if_its_step_says_so(office: Office, expo: ProviderServer) -> None:
    kept = "steps: [{ref: push, channel: push, template: {title: x, body: x, token_deregistration: false}}]"
    await office.push({"workflows/push.yaml": kept})
    answers(expo, {ADA: GONE})
    await sent_to(office, ada=ADA)
    await office.work_after(timedelta(minutes=15))
    assert (await message_of(office, "ada")).status is Status.BOUNCED
    assert await disabled(office, "ada") == []


async def test_what_is_not_there_yet_is_asked_for_again(office: Office, expo: ProviderServer) -> None:
    too_big = {"status": "error", "message": "too big", "details": {"error": "MessageTooBig"}}
    asked = answers(expo, {ADA: OK}, {BOB: too_big})
    await sent_to(office, ada=ADA, bob=BOB)
    await office.work_after(timedelta(minutes=15))
    await office.work_after(timedelta(minutes=30))
    assert asked[1:] == [[f"ticket of {BOB}"]]
    assert (await message_of(office, "bob")).status is Status.UNDELIVERED
    assert await disabled(office, "bob") == []
    assert await office.jobs() == []


async def test_expo_is_asked_for_less_than_a_day(office: Office, expo: ProviderServer) -> None:
    asked = answers(expo, *[None] * 9)
    await sent_to(office, ada=ADA)
    while await office.jobs():
        await office.work_after(timedelta(hours=8))
    assert asked == [[f"ticket of {ADA}"]] * 6
    assert (await message_of(office, "ada")).status is Status.SENT


async def test_a_channel_that_is_gone_is_not_asked_for(office: Office, expo: ProviderServer) -> None:
    asked = answers(expo)
    await sent_to(office, ada=ADA)
    await office.pool.execute("DELETE FROM addressee.channels WHERE environment_id = $1", office.environment_id)
    await office.work_after(timedelta(minutes=15))
    assert asked == []
    assert await office.jobs() == []
