"""Slack's members who are found by the e-mail addresses of users without a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from addressee.directory.edits.recipients import SetChannelData
from addressee.messaging.messages.status import Status
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.delivery.test_chat import SLACK, data, edit, notify
from tests.messaging.office import Office

BY_EMAIL = """
steps:
  - ref: hello
    type: channel
    channel_key: chat
    template: {markdown_body: Hello}
    channel_overrides: {email_based_user_id_resolution: true}
"""


def answer(request: ReceivedRequest) -> Reply:
    if "lookupByEmail" in request.path:
        return Reply(200, {"ok": True, "user": {"id": "U-ada"}})
    return Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})


@pytest.fixture
async def vendor(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = answer
        await office.push({"channels/chat.yaml": SLACK.format(url=server.url), "workflows/hello.yaml": BY_EMAIL})
        yield server


def posted(vendor: ProviderServer) -> list[tuple[str, str]]:
    """Of each message: where to, and with which token."""
    return [
        (request.json["channel"], request.headers["authorization"][7:])
        for request in vendor.received
        if "postMessage" in request.path
    ]


async def test_a_user_without_a_connection_is_found(office: Office, vendor: ProviderServer) -> None:
    await office.identify("ada", email="by-email@example.org")
    assert (await notify(office)).status is Status.SENT
    assert posted(vendor) == [("U-ada", "xoxb-of-the-channel")]


async def test_the_token_of_the_users_own_data_is_used(office: Office, vendor: ProviderServer) -> None:
    await office.identify("ada", email="by-token@example.org")
    token: SetChannelData = await data(office, connections=[{"access_token": "xoxb-own"}])
    await edit(office, office.user("ada"), token)
    assert (await notify(office)).status is Status.SENT
    assert posted(vendor) == [("U-ada", "xoxb-own")]


async def test_a_connection_goes_first(office: Office, vendor: ProviderServer) -> None:
    await office.identify("ada", email="connected@example.org")
    await edit(office, office.user("ada"), await data(office, connections=[{"user_id": "U1"}]))
    assert (await notify(office)).status is Status.SENT
    assert posted(vendor) == [("U1", "xoxb-of-the-channel")]


async def test_a_user_without_an_email_address_is_not_looked_for(office: Office, vendor: ProviderServer) -> None:
    await office.identify("ada", name="Ada")
    await office.trigger("ada", workflow="hello")
    await office.work()
    assert (await office.messages("ada"), vendor.received) == ([], [])


async def test_a_throttle_counts_messages_to_users_who_are_found(office: Office, vendor: ProviderServer) -> None:
    await office.push({"workflows/hello.yaml": f"{BY_EMAIL}    throttle: {{throttle_limit: 1, throttle_window: 1d}}\n"})
    await office.identify("ada", email="by-email@example.org")
    for _ in range(2):
        await office.trigger("ada", workflow="hello")
        await office.work()
    assert posted(vendor) == [("U-ada", "xoxb-of-the-channel")]
