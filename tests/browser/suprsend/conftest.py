"""SuprSend's components in pages, and its SDK for what happens on the server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.async_api import BrowserContext, Page

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.browser.site import Site
from tests.browser.suprsend.inbox import Inbox
from tests.conftest import Environment
from tests.dialects.suprsend.conftest import PUSHED, api_key, native, rest
from tests.support.waiting import eventually

__all__ = ["api_key", "native", "rest"]

Address = Callable[..., str]
Open = Callable[..., Awaitable[Inbox]]
Tell = Callable[..., None]

STORES = [
    {"storeId": "all", "label": "All"},
    {"storeId": "unread", "label": "Unread", "query": {"read": False}},
    {"storeId": "archived", "label": "Archived", "query": {"archived": True}},
]


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@pytest.fixture
async def pushed(
    pool: Pool, installation: Installation, environment: Environment, worker: None, tmp_path: Path
) -> None:
    """The channels, workflows and categories of the dialect's tests, without the workflow that greets new users."""
    folder = shutil.copytree(PUSHED, tmp_path / "pushed", ignore=shutil.ignore_patterns("event-identify.yaml"))
    configuration = read_configuration(folder, {})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))


@pytest.fixture
def address(site: Site, api: str, public_key: str, pushed: None) -> Address:
    """Returns the address of the page with Ada's inbox; settings beside the usual ones may be given."""

    def at(**settings: str) -> str:
        usual = {"host": api, "apiKey": public_key, "user": "ada", "stores": json.dumps(STORES)}
        return site.page("suprsend", **usual | settings)

    return at


@pytest.fixture
def open_inbox(page: Page, address: Address) -> Open:
    """Opens Ada's inbox in a tab of its own, in the test's browser context unless another is given.

    Returns once the tab listens.
    """

    async def open_tab(context: BrowserContext | None = None, **settings: str) -> Inbox:
        tab = await (context or page.context).new_page()
        await tab.goto(address(**settings))
        await tab.wait_for_function("window.client?.feeds.feedInstances[0]?.socket.connected")
        return Inbox(tab)

    return open_tab


@pytest.fixture
def tell(rest: httpx.Client, native: httpx.Client, pushed: None) -> Tell:
    """Tells Ada that she left items, one after the other, and returns when all of it stands in her inbox."""
    rest.post("/v1/user/ada/", json={"name": "Ada"}).raise_for_status()
    told = 0

    def wait_for_messages(count: int) -> None:
        eventually(lambda: len(native.get("/v1/users/ada/messages").json()["items"]) == count)

    def tell(*items: str, **event: str) -> None:
        nonlocal told
        for item in items:
            body = {"distinct_id": "ada", "event": "Basket left", "properties": {"item": item}, **event}
            rest.post("/v2/event/", json=body).raise_for_status()
            told += 1
            wait_for_messages(told)

    return tell
