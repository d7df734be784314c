"""What browsers tell of notifications, from the service worker's word to the message."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import http_ece
import pytest

from addressee.channels.callback import EventKind
from addressee.directory.edits.addresses import AddAddress
from addressee.directory.writing.writes import Write
from addressee.messaging.feedback.provider_events import PAUSES
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from tests.channels.cases.web_push import AUTH, BROWSER, KEYS, SITE
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, provider_server
from tests.messaging.delivery.test_dead_devices import BROWSERS
from tests.messaging.office import Office

WORKFLOW = "steps: [{ref: push, channel: browsers, template: {title: Hello, body: Ada}}]"
UNKNOWN = "2" * 27


@pytest.fixture
async def push_service(office: Office) -> AsyncIterator[ProviderServer]:
    """Push services answer 201, and give notifications no names."""
    async with provider_server() as server:
        server.answer = lambda request: Reply(201)
        environment = {"URL": server.url, "VAPID_KEY": SITE.private_key}
        await office.push({"channels/browsers.yaml": BROWSERS, "workflows/push.yaml": WORKFLOW}, environment)
        await subscribe(office, "laptop")
        yield server


async def subscribe(office: Office, browser: str) -> None:
    subscription = {"endpoint": f"https://push.example.com/{browser}", "keys": KEYS}
    await office.directory.write(Write(office.user("ada"), (AddAddress("web_push", subscription),)))


def notification_id(request: ReceivedRequest) -> str:
    """Returns the id that the service worker of the site is told."""
    told = json.loads(http_ece.decrypt(request.body, private_key=BROWSER, auth_secret=AUTH))
    id: str = told["data"]["notification_id"]
    return id


async def notified(office: Office, push_service: ProviderServer) -> list[str]:
    """Sends ada a notification, and returns the ids that her browsers have for it."""
    await office.trigger("ada", workflow="push")
    await office.work()
    return [notification_id(request) for request in push_service.received]


async def tell(office: Office, kind: EventKind, id: str) -> None:
    await office.messaging.browser_receipts.accept(office.environment_id, kind, id)
    await office.work()


async def message(office: Office) -> Message:
    (message,) = await office.messages("ada")
    return message


async def test_a_notification_that_arrived_is_delivered(office: Office, push_service: ProviderServer) -> None:
    [id] = await notified(office, push_service)
    assert (await message(office)).status is Status.SENT
    await tell(office, EventKind.DELIVERED, id)
    arrived = await message(office)
    assert (arrived.status, arrived.seen_at) == (Status.DELIVERED, None)
    await tell(office, EventKind.DELIVERED, id)
    assert [name for name, _ in await office.events(arrived)] == ["created", "queued", "sent", "delivered"]


@pytest.mark.parametrize(("kind", "mark"), [(EventKind.CLICKED, "link_clicked"), (EventKind.DISMISSED, "dismissed")])
async def test_who_clicks_or_dismisses_a_notification_has_seen_it(
    office: Office, push_service: ProviderServer, kind: EventKind, mark: str
) -> None:
    [id] = await notified(office, push_service)
    await tell(office, kind, id)
    seen = await message(office)
    assert seen.status is Status.DELIVERED
    assert [name for name, _ in await office.events(seen)] == ["created", "queued", "sent", "delivered", "seen", mark]


async def test_each_browser_tells_of_its_own_notification(office: Office, push_service: ProviderServer) -> None:
    await subscribe(office, "phone")
    ids = await notified(office, push_service)
    assert len(set(ids)) == 2
    await tell(office, EventKind.DELIVERED, ids[1])
    assert (await message(office)).status is Status.DELIVERED
    statuses = await office.pool.fetch("SELECT id, status FROM addressee.sends WHERE id = ANY($1)", ids)
    assert {row["id"]: row["status"] for row in statuses} == {ids[0]: "sent", ids[1]: "delivered"}


async def test_a_browser_may_be_quicker_than_the_record_of_what_was_sent(
    office: Office, push_service: ProviderServer
) -> None:
    """What names an unknown notification is looked at again, for ten minutes."""
    [id] = await notified(office, push_service)
    await office.pool.execute("UPDATE addressee.sends SET provider_id = NULL WHERE id = $1", id)
    await tell(office, EventKind.DELIVERED, id)
    assert (await message(office)).status is Status.SENT
    await office.pool.execute("UPDATE addressee.sends SET provider_id = id WHERE id = $1", id)
    await office.work_after(PAUSES[0])
    assert (await message(office)).status is Status.DELIVERED


async def test_what_names_no_notification_is_forgotten(office: Office, push_service: ProviderServer) -> None:
    for id in ("", "a", "x" * 10_000, "\0" * 27, f"{UNKNOWN}\n"):
        await office.messaging.browser_receipts.accept(office.environment_id, EventKind.CLICKED, id)
    assert await office.jobs() == []
    await tell(office, EventKind.CLICKED, UNKNOWN)
    for pause in PAUSES:
        await office.work_after(pause + timedelta(seconds=1))
    assert await office.jobs() == []


async def test_without_a_channel_for_browsers_nothing_is_queued(office: Office) -> None:
    await office.messaging.browser_receipts.accept(office.environment_id, EventKind.CLICKED, UNKNOWN)
    assert await office.jobs() == []
