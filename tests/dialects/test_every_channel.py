"""One person on every channel of the guide to SuprSend's SDK (seed 002): one trigger, and each vendor gets its message.

Vendors' clouds are on loopback; each request is read, and its credentials are checked, as the vendor does.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from knockapi import DefaultHttpxClient, Knock

from addressee.cli.demo import everywhere
from addressee.cli.demo.everywhere import (
    ANDROID_TOKEN,
    EMAIL,
    IOS_TOKEN,
    PERSON,
    PHONE,
    SLACK_TOKEN,
    WORKFLOW,
    Accounts,
    Arrival,
    add_person,
    arrivals,
    expected,
    new_accounts,
    write_files,
)
from addressee.cli.demo.vendors import VendorRequest, Vendors, vendors
from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import user_token
from tests.support.signing import use_shared_key
from tests.support.waiting import until

ENDPOINT = "https://push.example.com/send/1"


@pytest.fixture
def clouds() -> Iterator[Vendors]:
    with vendors() as found:
        yield found


@pytest.fixture
async def accounts() -> Accounts:
    return await asyncio.to_thread(new_accounts)


@pytest.fixture
async def ids(
    clouds: Vendors,
    accounts: Accounts,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    worker: None,
    tmp_path: Path,
) -> dict[str, str]:
    """The channels' ids by key."""
    write_files(tmp_path, clouds)
    configuration = read_configuration(tmp_path, accounts.environment(clouds))
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {key: str(channel.id) for key, channel in (await channels.by_key(pool, environment.id)).items()}


@pytest.fixture
async def knock(api: str, keys: Keys, environment: Environment) -> Knock:
    key = (await keys.create(environment.name, "secret")).key
    return Knock(api_key=key, base_url=api, max_retries=0, http_client=DefaultHttpxClient(verify=False))


@pytest.fixture
async def user_key(pool: Pool, environment: Environment) -> str:
    """What the person's own client of the User API shows."""
    return user_token(await use_shared_key(pool, environment.name), PERSON)


@pytest.fixture
async def ada(
    api: str, keys: Keys, environment: Environment, accounts: Accounts, ids: dict[str, str], user_key: str
) -> str:
    """The person, with every address of the guide."""
    workspace = await keys.create(environment.name, "workspace")
    assert workspace.secret is not None
    subscription = accounts.browser.subscription(ENDPOINT)
    await asyncio.to_thread(add_person, api, workspace.key, workspace.secret, subscription)
    return PERSON


async def reached(knock: Knock, clouds: Vendors, accounts: Accounts, number: int) -> list[Arrival]:
    """Triggers the workflow, and returns what vendors got once each of its messages has been sent."""
    knock.workflows.trigger(WORKFLOW, recipients=[PERSON])

    async def is_sent() -> bool:
        statuses = [message.status for message in knock.users.list_messages(PERSON)]
        return len(statuses) == len(everywhere.CHANNELS) and set(statuses) <= {"sent", "delivered"}

    await until(is_sent, 30)
    return arrivals(clouds.received, accounts.browser)


async def test_one_trigger_reaches_every_address_of_a_person_once(
    ada: str, knock: Knock, clouds: Vendors, accounts: Accounts
) -> None:
    assert await reached(knock, clouds, accounts, 10) == expected()
    by_vendor = {request.vendor: request for request in clouds.received}
    assert basic(by_vendor["twilio"]) == ("AC0123456789abcdef0123456789abcdef", "s3cret")
    assert by_vendor["meta"].headers["authorization"] == "Bearer EAAdemo"
    assert by_vendor["postmark"].headers["x-postmark-server-token"] == "s3rver"
    assert by_vendor["fcm"].headers["authorization"] == "Bearer ya29.demo"
    assert jwt.decode(bearer(by_vendor["apns"]), accounts.apns.public_key(), ["ES256"])["iss"] == "DEF123GHIJ"
    vapid = by_vendor["push-service"].headers["authorization"].partition("t=")[2].partition(",")[0]
    claims = jwt.decode(vapid, accounts.vapid.public_key(), ["ES256"], audience="https://push.example.com")
    assert claims["sub"] == "mailto:ops@example.com"
    called = [request for request in clouds.received if request.vendor == "slack" and "/services/" not in request.path]
    assert {bearer(request) for request in called} == {SLACK_TOKEN}


async def test_addresses_that_clients_of_all_three_vendors_wrote_are_written_to_once(
    ada: str,
    user_key: str,
    api: str,
    knock: Knock,
    clouds: Vendors,
    accounts: Accounts,
    ids: dict[str, str],
    keys: Keys,
    environment: Environment,
) -> None:
    knock.users.update(PERSON, email=EMAIL, phone_number=PHONE)
    knock.users.set_channel_data(PERSON, ids["android"], data={"tokens": [ANDROID_TOKEN]})
    connections: list[Any] = [
        {"user_id": "U06ADA", "access_token": SLACK_TOKEN},
        {"incoming_webhook": {"url": "https://hooks.slack.com/services/T1/B1/ada"}},
    ]
    knock.users.set_channel_data(PERSON, ids["slack"], data={"connections": connections})
    key = (await keys.create(environment.name, "secret")).key
    public = (await keys.create(environment.name, "public")).key
    headers = {"x-notiflows-api-key": public, "x-notiflows-secret-key": key}
    async with httpx.AsyncClient(base_url=api, headers=headers, verify=False) as notiflows:
        answer = await notiflows.put(
            f"/admin/v1/users/{PERSON}/channel-settings/{ids['ios']}",
            json={"settings": {"device_tokens": [IOS_TOKEN]}},
        )
        assert answer.status_code == 200, answer.text
        browser = {"endpoint": ENDPOINT, **accounts.browser.subscription(ENDPOINT)["keys"]}
        answer = await notiflows.post(
            f"/user/v1/channels/{ids['browser']}/subscriptions",
            headers={"x-notiflows-user-key": user_key},
            json={"identifier": ENDPOINT, "settings": browser},
        )
        assert answer.status_code == 201, answer.text
    assert await reached(knock, clouds, accounts, 10) == expected()


def basic(request: VendorRequest) -> tuple[str, ...]:
    scheme, _, credentials = request.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    return tuple(base64.b64decode(credentials).decode().split(":"))


def bearer(request: VendorRequest) -> str:
    scheme, _, token = request.headers["authorization"].partition(" ")
    assert scheme.lower() == "bearer"
    return token
