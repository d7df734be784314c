"""Web push, from a browser that registers to what its service worker tells of a notification.

No push service is asked: the page is given a subscription, and DevTools hand the worker what the service was sent.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import http_ece
import httpx
import pytest
from playwright.async_api import Page, Worker

from addressee.channels.push.vapid import decoded
from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.browser.site import Site
from tests.browser.suprsend.conftest import Address
from tests.browser.suprsend.inbox import Inbox
from tests.channels.cases.web_push import AUTH, BROWSER, KEYS, SITE
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.conftest import Environment
from tests.messaging.delivery.test_dead_devices import BROWSERS
from tests.messaging.office import write_files
from tests.support.waiting import until

FILES = {
    "channels/browsers.yaml": BROWSERS,
    "channels/in-app.yaml": "type: in_app_feed",
    "workflows/notify.yaml": "steps: [{ref: push, channel: browsers, template: {title: Hello, body: Ada}}]",
}

ENDPOINT = "https://push.example.com/laptop"

# What a browser with a push service does, with a subscription that is given.
SUBSCRIBING = """subscription => {
  let own = null;
  PushManager.prototype.getSubscription = async () => own;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    window.subscribedWith = [...applicationServerKey];
    return (own = { ...subscription, toJSON: () => subscription });
  };
}"""

# Notifications are clicked and closed by people only.
DO = """async ([type, action]) => {
  self.clients.openWindow = async url => { self.opened = url; };
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent(type, { notification, action }));
  return self.opened;
}"""


@pytest.fixture
async def push_service() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = lambda request: Reply(201)
        yield server


@pytest.fixture
async def pushed(
    pool: Pool,
    installation: Installation,
    environment: Environment,
    worker: None,
    push_service: ProviderServer,
    tmp_path: Path,
) -> None:
    folder = write_files(tmp_path / "pushed", FILES)
    configuration = read_configuration(folder, {"URL": push_service.url, "VAPID_KEY": SITE.private_key})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))


@pytest.fixture
async def inbox(page: Page, site: Site, api: str, public_key: str, address: Address) -> Inbox:
    """The page of a browser that may show notifications."""
    await page.context.grant_permissions(["notifications"], origin=site.origin)
    subscription = {"endpoint": ENDPOINT, "expirationTime": None, "keys": KEYS}
    await page.add_init_script(f"({SUBSCRIBING})({json.dumps(subscription)})")
    worker = f"serviceworker.js?{urlencode({'apiKey': public_key, 'host': api})}"
    await page.goto(address(vapidKey=SITE.public_key, worker=worker))
    return Inbox(page)


async def deliver(page: Page, origin: str, payload: str) -> Worker:
    """Hands a push message to the service worker of the site, and returns the worker."""
    devtools = await page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    await devtools.send("ServiceWorker.enable")

    async def is_registered() -> bool:
        return bool(registrations)

    await until(is_registered)
    message = {"origin": origin, "registrationId": registrations[0]["registrationId"], "data": payload}
    await devtools.send("ServiceWorker.deliverPushMessage", message)
    [worker] = page.context.service_workers
    return worker


async def test_a_browser_registers_once_and_is_removed(inbox: Inbox, rest: httpx.Client) -> None:
    for _ in range(2):
        assert (await inbox.client("webpush.registerPush()"))["status"] == "success"
    assert await inbox.page.evaluate("window.subscribedWith") == list(decoded(SITE.public_key))
    [browser] = rest.get("/v1/user/ada/").json()["$webpush"]
    assert (browser["value"]["endpoint"], browser["id_provider"], browser["status"]) == (ENDPOINT, "vapid", "active")
    assert (await inbox.client("webpush.removePushSubscription()"))["status"] == "success"
    assert "$webpush" not in rest.get("/v1/user/ada/").json()


@pytest.mark.parametrize(
    ("type", "told"),
    [("notificationclick", {"seen_at", "clicked_at"}), ("notificationclose", {"seen_at", "dismissed_at"})],
)
async def test_its_worker_tells_of_what_became_of_a_notification(
    inbox: Inbox,
    site: Site,
    rest: httpx.Client,
    push_service: ProviderServer,
    type: str,
    told: set[str],
) -> None:
    await inbox.client("webpush.registerPush()")
    rest.post("/trigger/", json={"workflow": "notify", "recipients": ["ada"]}).raise_for_status()

    def happened() -> set[str]:
        """The times that the message has, of those that a browser tells of."""
        [message] = rest.get("/v1/message/").json()["results"]
        return {name for name in ("delivered_at", "seen_at", "clicked_at", "dismissed_at") if message[name]}

    async def is_sent() -> bool:
        return bool(push_service.received)

    async def has_arrived() -> bool:
        return happened() == {"delivered_at"}

    async def is_told() -> bool:
        return happened() == {"delivered_at", *told}

    await until(is_sent)
    [sent] = push_service.received
    payload = http_ece.decrypt(sent.body, private_key=BROWSER, auth_secret=AUTH).decode()
    worker = await deliver(inbox.page, site.origin, payload)
    await until(has_arrived)
    await worker.evaluate(DO, [type, ""])
    await until(is_told)
