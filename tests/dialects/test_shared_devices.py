"""A device belongs to one person in an environment, whichever dialect writes it (docs/decisions/0013)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.conftest import Environment
from tests.dialects.conftest import Clients

PUSHED = Path(__file__).parent / "pushed_devices"

TOKEN = "one-phone"
ENDPOINT = "https://push.example.com/one-browser"
KEYS = {"p256dh": "p", "auth": "a"}

Channels = Mapping[str, UUID]
Write = Callable[[Clients, Channels, str], httpx.Response]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """The folder, read once: no test changes what it holds."""
    return read_configuration(PUSHED, apns.ENVIRONMENT)


@pytest.fixture
async def pushed(
    pool: Pool, installation: Installation, environment: Environment, configuration: Configuration
) -> Channels:
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {channel.key: channel.id for channel in await channels.all_channels(pool, environment.id)}


def knock_tokens(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    path = f"/v1/users/{id}/channel_data/{pushed['phones']}"
    return clients.knock.put(path, json={"data": {"tokens": [TOKEN]}})


def knock_devices(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    path = f"/v1/users/{id}/channel_data/{pushed['phones']}"
    return clients.knock.put(path, json={"data": {"devices": [{"token": TOKEN, "locale": "en-GB"}]}})


def knock_inline(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    return clients.knock.put(f"/v1/users/{id}", json={"channel_data": {str(pushed["phones"]): {"tokens": [TOKEN]}}})


def notiflows_settings(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    clients.notiflows.put(f"/admin/v1/users/{id}", json={}).raise_for_status()
    path = f"/admin/v1/users/{id}/channel-settings/{pushed['phones']}"
    return clients.notiflows.put(path, json={"settings": {"device_tokens": [TOKEN]}})


def notiflows_inline(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    settings = [{"channel_id": str(pushed["phones"]), "settings": {"device_tokens": [TOKEN]}}]
    return clients.notiflows.put(f"/admin/v1/users/{id}", json={"channel_settings": settings})


def suprsend_ios(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    return clients.suprsend.post(f"/v1/user/{id}/", json={"$iospush": TOKEN})


def suprsend_android(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    return clients.suprsend.post("/event/", json={"distinct_id": id, "$append": {"$androidpush": TOKEN}})


def knock_browser(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    now = "2026-01-02T03:04:05.000Z"
    names = {"id": "s", "identifier": "i", "created_at": now, "updated_at": now}
    data = {"subscriptions": [{**names, "endpoint": ENDPOINT, **KEYS}]}
    return clients.knock.put(f"/v1/users/{id}/channel_data/{pushed['browsers']}", json={"data": data})


def notiflows_browser(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    clients.notiflows.put(f"/admin/v1/users/{id}", json={}).raise_for_status()
    path = f"/user/v1/channels/{pushed['browsers']}/subscriptions"
    return clients.acting(id).post(path, json={"identifier": id, "settings": {"endpoint": ENDPOINT, **KEYS}})


def suprsend_browser(clients: Clients, pushed: Channels, id: str) -> httpx.Response:
    value = {"endpoint": ENDPOINT, "expirationTime": "", "keys": KEYS}
    return clients.suprsend.post(f"/v1/user/{id}/", json={"$webpush": value})


PHONES = (
    knock_tokens,
    knock_devices,
    knock_inline,
    notiflows_settings,
    notiflows_inline,
    suprsend_ios,
    suprsend_android,
)
BROWSERS = (knock_browser, notiflows_browser, suprsend_browser)
PAIRS = [*product(PHONES, PHONES), *product(BROWSERS, BROWSERS)]


def held(clients: Clients, id: str) -> list[str]:
    """Every device that the directory has of somebody, addresses and data of channels together."""
    stored = clients.knock.get(f"/directory/v1/users/{id}/export").json()["recipient"]
    found = [address["value"] for address in stored["addresses"]]
    for entry in stored["channel_data"].values():
        found += [each["token"] for each in entry["data"].get("devices", [])]
        found += [each["endpoint"] for each in entry["data"].get("subscriptions", [])]
    return [value["endpoint"] if isinstance(value, dict) else value for value in found]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda write: write.__name__)
def test_it_leaves_who_had_it(everybody: Clients, pushed: Channels, first: Write, second: Write) -> None:
    """Before the second one is answered, and from wherever it stood."""
    device = TOKEN if first in PHONES else ENDPOINT
    first(everybody, pushed, "ada").raise_for_status()
    assert held(everybody, "ada") == [device]
    second(everybody, pushed, "bob").raise_for_status()
    assert (held(everybody, "ada"), held(everybody, "bob")) == ([], [device])
    first(everybody, pushed, "ada").raise_for_status()
    assert (held(everybody, "ada"), held(everybody, "bob")) == ([device], [])


def test_in_both_words_it_is_one_device_of_one_person(everybody: Clients, pushed: Channels) -> None:
    """A person who gives up one of the two keeps the other, and loses both when somebody else gets it."""
    knock_tokens(everybody, pushed, "ada").raise_for_status()
    suprsend_ios(everybody, pushed, "ada").raise_for_status()
    assert held(everybody, "ada") == [TOKEN, TOKEN]
    everybody.suprsend.patch("/v1/user/ada/", json={"operations": [{"$unset": ["$iospush"]}]}).raise_for_status()
    suprsend_ios(everybody, pushed, "ada").raise_for_status()
    notiflows_settings(everybody, pushed, "bob").raise_for_status()
    assert (held(everybody, "ada"), held(everybody, "bob")) == ([], [TOKEN])


def test_others_of_their_devices_stay(everybody: Clients, pushed: Channels) -> None:
    data = {"devices": [{"token": "tablet"}, {"token": TOKEN}, {"token": "watch"}], "note": "kept"}
    path = f"/v1/users/ada/channel_data/{pushed['phones']}"
    everybody.knock.put(path, json={"data": data}).raise_for_status()
    suprsend_android(everybody, pushed, "bob").raise_for_status()
    left = everybody.knock.get(path).json()["data"]
    assert (left["tokens"], left["note"]) == (["tablet", "watch"], "kept")


@pytest.mark.parametrize("write", [knock_tokens, notiflows_settings, suprsend_ios], ids=lambda write: write.__name__)
def test_it_goes_with_who_is_merged(everybody: Clients, pushed: Channels, write: Write) -> None:
    everybody.knock.put("/v1/users/ada", json={}).raise_for_status()
    write(everybody, pushed, "guest").raise_for_status()
    everybody.knock.post("/v1/users/ada/merge", json={"from_user_id": "guest"}).raise_for_status()
    assert held(everybody, "ada") == [TOKEN]
    knock_tokens(everybody, pushed, "bob").raise_for_status()
    assert (held(everybody, "ada"), held(everybody, "bob")) == ([], [TOKEN])


def test_who_is_deleted_has_it_no_more(everybody: Clients, pushed: Channels) -> None:
    knock_tokens(everybody, pushed, "ada").raise_for_status()
    everybody.knock.delete("/v1/users/ada").raise_for_status()
    knock_tokens(everybody, pushed, "bob").raise_for_status()
    assert held(everybody, "bob") == [TOKEN]


def test_objects_have_devices_too(everybody: Clients, pushed: Channels) -> None:
    knock_tokens(everybody, pushed, "ada").raise_for_status()
    path = f"/v1/objects/kiosks/1/channel_data/{pushed['phones']}"
    everybody.knock.put(path, json={"data": {"tokens": [TOKEN]}}).raise_for_status()
    assert held(everybody, "ada") == []


def test_what_is_no_device_may_repeat(everybody: Clients, pushed: Channels) -> None:
    """Tokens of Slack are a workspace's, not a person's."""
    slack: dict[str, Any] = {"$slack": {"user_id": "U06AAAAAAAA", "access_token": "xoxb-shared"}}
    for id in ("ada", "bob"):
        everybody.suprsend.post(f"/v1/user/{id}/", json=slack).raise_for_status()
    for id in ("ada", "bob"):
        [address] = everybody.suprsend.get(f"/v1/user/{id}/").json()["$slack"]
        assert address["value"]["user_id"] == "U06AAAAAAAA"
