"""The route of providers, on the real service: from a callback to the message of which it tells."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.feedback.callbacks import callback_path
from tests.channels.callbacks.test_twilio import signature, status
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.conftest import Environment
from tests.messaging.feedback.told import MAIL_ONLY, POSTMARK, bounce, report, taken
from tests.messaging.office import Office
from tests.support.clock import MovedClock
from tests.support.raw_http import Connection
from tests.support.waiting import until

ADA = "ada@example.org"
TWILIO = """
type: sms
provider: twilio
settings: {{account_sid: AC1, auth_token: "12345", from: "+15005550006", endpoint: "{url}"}}
"""
WHATSAPP = """
type: whatsapp
provider: meta
settings: {phone_number_id: "1", access_token: token, app_secret: app-secret, verify_token: our-token}
"""
SMS_ONLY = """
steps:
  - ref: sms
    channel: sms
    template: {body: "Hello {{ recipient.name }}"}
"""


@pytest.fixture
async def provider() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        yield server


@pytest.fixture
async def office(
    pool: Pool, environment: Environment, installation: Installation, provider: ProviderServer, tmp_path: Path
) -> Office:
    """An office whose worker is the real one, with channels of Postmark, Twilio and Meta."""
    office = Office(pool, environment.id, tmp_path, MovedClock(), Sealer(installation.master_key()))
    await office.push(
        {
            "channels/email.yaml": POSTMARK.format(url=provider.url, addresses="primary"),
            "channels/sms.yaml": TWILIO.format(url=provider.url),
            "channels/whatsapp.yaml": WHATSAPP,
            "workflows/mail.yaml": MAIL_ONLY,
            "workflows/sms.yaml": SMS_ONLY,
        }
    )
    return office


async def path_of(office: Office, key: str) -> str:
    return callback_path(office.sealer, office.environment_id, await office.channel_id(key))


async def has_status(office: Office, status: str) -> None:
    async def holds() -> bool:
        return [message.status for message in await office.messages("ada")] == [status]

    await until(holds)


def post(api: str, path: str, body: bytes | dict[str, Any], **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    dashed = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(api + path, content=content, headers=dashed, timeout=30)


async def test_an_email_is_delivered_once_postmark_says_so(
    api: str, worker: None, office: Office, provider: ProviderServer
) -> None:
    provider.answer = taken
    await office.identify("ada", email=ADA)
    await office.trigger("ada", workflow="mail")
    await has_status(office, "sent")
    answer = post(api, await path_of(office, "email"), report("Delivery", ADA))
    assert (answer.status_code, answer.content) == (200, b"")
    await has_status(office, "delivered")


async def test_an_sms_is_undelivered_once_twilio_says_so(
    api: str, worker: None, office: Office, provider: ProviderServer
) -> None:
    """Twilio signs the URL that it calls."""
    provider.answer = lambda request: Reply(201, {"sid": "SM1", "status": "queued"})
    await office.identify("ada", phone_number="+4915112345678")
    await office.trigger("ada", workflow="sms")
    await has_status(office, "sent")
    path = await path_of(office, "sms")
    fields = status("undelivered", ErrorCode="30003")
    signed = signature(api + path, fields)
    wrong = post(api, path, urlencode(fields).encode(), x_twilio_signature=signature(api, fields))
    assert (wrong.status_code, wrong.json()["status"]) == (401, 401)
    assert post(api, path, urlencode(fields).encode(), x_twilio_signature=signed).status_code == 200
    await has_status(office, "undelivered")


async def test_meta_asks_whether_the_url_is_right(api: str, office: Office) -> None:
    path = await path_of(office, "whatsapp")
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "our-token"}
    answer = httpx.get(api + path, params=query)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert httpx.get(api + path, params={**query, "hub.verify_token": "another"}).status_code == 401


async def test_a_wrong_path_says_nothing_of_what_is_wrong(api: str, office: Office) -> None:
    path = await path_of(office, "email")
    other = await path_of(office, "sms")
    channel, secret = path.split("/")[2:]
    paths = [
        f"/providers/{channel}/x",
        f"/providers/{uuid4()}/{secret}",
        f"/providers/no-uuid/{secret}",
        f"/providers/{channel}/{other.rpartition('/')[2]}",
        f"/providers/{channel}/%FF",
    ]
    answers = {(answer.status_code, answer.content) for answer in (post(api, each, bounce(ADA)) for each in paths)}
    ((status_code, body),) = answers
    assert (status_code, json.loads(body)["status"]) == (404, 404)
    assert httpx.get(api + path + "x").status_code == 404


async def test_other_bodies_are_refused_with_a_reason(api: str, office: Office, line: Connection) -> None:
    path = await path_of(office, "email")
    malformed = post(api, path, b"{")
    assert (malformed.status_code, malformed.json()) == (
        400,
        {"status": 400, "message": "The body is not the JSON that the provider sends."},
    )
    assert httpx.get(api + path).status_code == 400
    assert line.ask("POST", path, body=b"", announced=1_000_001).status == 413
    assert httpx.put(api + path).status_code == 405
    assert line.ask("POST", f"{path}?a=%FF", body=b"{}").status == 400


async def test_callbacks_are_counted_and_their_secret_is_not_shown(api: str, office: Office) -> None:
    path = await path_of(office, "email")
    post(api, path, report("Open", "stranger@example.org"))
    post(api, path, b"{")
    shown = httpx.get(f"{api}/metrics").text
    assert 'addressee_provider_callbacks_total{provider="postmark",verdict="taken"}' in shown
    assert 'addressee_provider_callbacks_total{provider="postmark",verdict="malformed"}' in shown
    assert 'operation="providers.callback",status="200"' in shown
    assert path.rpartition("/")[2] not in shown
