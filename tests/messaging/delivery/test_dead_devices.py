"""Devices and browsers that are gone leave by themselves, and those that were registered after that stay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from addressee.channels.push.expo import EXPO
from addressee.channels.push.subscriptions import subscribed
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.edits.recipients import Edit, SetChannelData
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.status import Status
from tests.channels.cases import apns
from tests.channels.cases.web_push import KEYS, SITE
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.office import Office

BROWSERS = f"""
type: push
provider: web_push
settings:
  public_key: {SITE.public_key}
  private_key: ${{VAPID_KEY}}
  subject: https://example.com
  endpoint: ${{URL}}
"""

KEPT = (
    "steps: [{ref: p, type: channel, channel_key: expo, template: {title: x, text_body: x}, "
    "channel_overrides: {token_deregistration: false}}]"
)

FILES = {
    "workflows/kept.yaml": KEPT,
    "channels/ios.yaml": f"{apns.FILE}  endpoint: ${{URL}}\n",
    "channels/expo.yaml": "type: push\nprovider: expo\nsettings: {endpoint: '${URL}'}",
    "channels/browsers.yaml": BROWSERS,
    **{
        f"workflows/{channel}.yaml": f"steps: [{{ref: p, channel: {channel}, template: {{title: Hello, body: Ada}}}}]"
        for channel in ("ios", "expo", "browsers")
    },
}

TICKET = Reply(200, {"data": {"status": "ok", "id": "t-1"}})
UNREGISTERED = Reply(200, {"data": {"status": "error", "message": "", "details": {"error": "DeviceNotRegistered"}}})


@pytest.fixture
async def vendor(office: Office) -> AsyncIterator[ProviderServer]:
    async with provider_server() as vendor:
        environment = {**apns.ENVIRONMENT, "URL": vendor.url, "VAPID_KEY": SITE.private_key}
        await office.push(FILES, environment)
        yield vendor


async def edit(office: Office, *edits: Edit) -> None:
    await office.directory.write(Write(office.user("ada"), edits))


async def notify(office: Office, workflow: str) -> Status | None:
    """Returns the status of the new message, None if there is none."""
    before = {message.id for message in await office.messages("ada")}
    await office.trigger("ada", workflow=workflow)
    await office.work()
    return next((each.status for each in await office.messages("ada") if each.id not in before), None)


async def addresses(office: Office) -> list[tuple[str, str, str]]:
    found = await office.directory.reader.read(office.user("ada"))
    assert found is not None
    return [(each["kind"], each["key"], each["status"]) for each in found.addresses]


def paths(requests: Sequence[ReceivedRequest]) -> list[str]:
    return [request.path.rpartition("/")[-1] for request in requests]


async def tokens(office: Office, *tokens: str) -> SetChannelData:
    channel_id = str(await office.channel_id("expo"))
    given = {"tokens": [f"ExponentPushToken[{token}]" for token in tokens]}
    return SetChannelData(channel_id, EXPO.data.checked(given, "data"))


async def test_a_token_that_apple_has_lost_leaves_alone(office: Office, vendor: ProviderServer) -> None:
    await edit(office, AddAddress("ios_push", "a1"), AddAddress("ios_push", "b2"))
    lost = int((office.clock.now() + timedelta(seconds=1)).timestamp() * 1000)
    gone = Reply(410, {"reason": "Unregistered", "timestamp": lost})
    vendor.answer = lambda request: gone if request.path.endswith("a1") else Reply()
    office.clock.move(timedelta(minutes=1))
    assert await notify(office, "ios") is Status.SENT
    assert await addresses(office) == [("ios_push", "apns:a1", "disabled"), ("ios_push", "apns:b2", "active")]


@pytest.mark.parametrize("first", [True, False])
async def test_one_that_was_registered_after_apple_lost_it_stays(
    office: Office, vendor: ProviderServer, first: bool
) -> None:
    if not first:
        await edit(office, AddAddress("ios_push", "a1"))
    gone = Reply(410, {"reason": "Unregistered", "timestamp": int(office.clock.now().timestamp() * 1000) + 1000})
    office.clock.move(timedelta(minutes=1))
    await edit(office, AddAddress("ios_push", "a1"))
    vendor.answer = lambda request: gone
    assert await notify(office, "ios") is Status.BOUNCED
    assert await addresses(office) == [("ios_push", "apns:a1", "active")]


async def test_one_that_is_gone_stays_if_its_step_says_so(office: Office, vendor: ProviderServer) -> None:
    await edit(office, await tokens(office, "a"))
    vendor.answer = lambda request: UNREGISTERED
    assert await notify(office, "kept") is Status.BOUNCED
    assert await addresses(office) == []
    assert await notify(office, "expo") is Status.BOUNCED
    assert await addresses(office) == [("push", "expo:ExponentPushToken[a]", "disabled")]


async def test_one_that_was_refused_is_used_again_once_it_is_registered(office: Office, vendor: ProviderServer) -> None:
    await edit(office, AddAddress("ios_push", "a1"))
    vendor.answer = lambda request: Reply(410, {"reason": "Unregistered"})
    office.clock.move(timedelta(minutes=1))
    assert await notify(office, "ios") is Status.BOUNCED
    assert await addresses(office) == [("ios_push", "apns:a1", "disabled")]
    office.clock.move(timedelta(minutes=1))
    await edit(office, AddAddress("ios_push", "a1"))
    assert await addresses(office) == [("ios_push", "apns:a1", "active")]


async def test_a_browser_that_has_unsubscribed_leaves_wherever_it_is_stored(
    office: Office, vendor: ProviderServer
) -> None:
    data = subscribed({}, "laptop", {"endpoint": "https://push.example.com/laptop", **KEYS}, "1", "t")
    data = subscribed(data, "phone", {"endpoint": "https://push.example.com/phone", **KEYS}, "2", "t")
    await edit(
        office,
        SetChannelData(str(await office.channel_id("browsers")), data),
        AddAddress("web_push", {"endpoint": "https://push.example.com/laptop", "keys": KEYS}),
    )
    vendor.answer = lambda request: Reply(410) if request.path == "/laptop" else Reply(201)
    office.clock.move(timedelta(seconds=1))
    assert await notify(office, "browsers") is Status.SENT
    assert sorted(paths(vendor.received)) == ["laptop", "phone"]
    assert await addresses(office) == [("web_push", "https://push.example.com/laptop", "disabled")]
    vendor.received.clear()
    assert await notify(office, "browsers") is Status.SENT
    assert paths(vendor.received) == ["phone"]


async def test_a_token_in_channel_data_leaves_until_it_is_registered_anew(
    office: Office, vendor: ProviderServer
) -> None:
    def told() -> list[str]:
        return sorted(request.json["to"] for request in vendor.received)

    await edit(office, await tokens(office, "a", "b"))
    vendor.answer = lambda request: UNREGISTERED if "[a]" in request.json["to"] else TICKET
    office.clock.move(timedelta(seconds=1))
    assert await notify(office, "expo") is Status.SENT
    assert await addresses(office) == [("push", "expo:ExponentPushToken[a]", "disabled")]
    await edit(office, await tokens(office, "a", "b", "c"))
    vendor.received.clear()
    assert await notify(office, "expo") is Status.SENT
    assert told() == ["ExponentPushToken[b]", "ExponentPushToken[c]"]
    await edit(office, await tokens(office, "b"), await tokens(office, "a", "b"))
    assert await addresses(office) == []
    vendor.received.clear()
    await notify(office, "expo")
    assert told() == ["ExponentPushToken[a]", "ExponentPushToken[b]"]
