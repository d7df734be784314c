"""What Apple's push service is asked beyond what the tests of all senders see: its tokens, limits and settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from addressee.channels.push.apns import ApnsSender, ApnsSettings, apns_problems
from addressee.channels.push.notification import Push
from addressee.channels.push.provider_token import ProviderTokens
from addressee.channels.sender import Failed, Failure, Sent
from tests.channels.cases.apns import PUSH, claims_of, pem, refusal, settings
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.channels.test_http_senders import sender_context
from tests.support.clock import MovedClock

PLAIN = Push(id="m", token=PUSH.token, title="Hi", body="Ada")
EXPIRED = refusal(403, "ExpiredProviderToken")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def apns() -> AsyncIterator[ProviderServer]:
    async with provider_server(http2=True) as server:
        yield server


@pytest.fixture
async def sender(apns: ProviderServer, clock: MovedClock, tmp_path: Path) -> AsyncIterator[ApnsSender]:
    async with sender_context(tmp_path, apns.trust) as context:
        opened = msgspec.convert(settings(apns), ApnsSettings)
        yield ApnsSender(opened, replace(context, clock=clock), ProviderTokens())


def answers(apns: ProviderServer, *replies: Reply) -> None:
    """Has the server give these answers, and then take what it gets."""
    left: Iterator[Reply] = iter(replies)
    apns.answer = lambda request: next(left, Reply())


def signed_at(apns: ProviderServer) -> list[datetime]:
    return [datetime.fromtimestamp(claims_of(request)["iat"], UTC) for request in apns.received]


async def test_one_token_serves_for_50_minutes(apns: ProviderServer, sender: ApnsSender, clock: MovedClock) -> None:
    start = clock.now()
    for minutes in (0, 49, 1, 49):
        clock.move(timedelta(minutes=minutes))
        assert await sender.send(PLAIN) == Sent()
    later = start + timedelta(minutes=50)
    assert signed_at(apns) == [start, start, later, later]
    assert len({request.headers["authorization"] for request in apns.received}) == 2


async def test_a_token_of_the_future_is_signed_anew(
    apns: ProviderServer, sender: ApnsSender, clock: MovedClock
) -> None:
    start = clock.now()
    await sender.send(PLAIN)
    clock.move(timedelta(minutes=-1))
    await sender.send(PLAIN)
    assert signed_at(apns) == [start, start - timedelta(minutes=1)]


async def test_a_token_that_expired_is_signed_anew_and_the_notification_sent(
    apns: ProviderServer, sender: ApnsSender, clock: MovedClock
) -> None:
    start = clock.now()
    await sender.send(PLAIN)
    clock.move(timedelta(minutes=20))
    answers(apns, EXPIRED)
    assert await sender.send(PLAIN) == Sent()
    later = start + timedelta(minutes=20)
    assert signed_at(apns) == [start, start, later]
    assert apns.received[1].body == apns.received[2].body


async def test_it_is_tried_once_more_at_most(apns: ProviderServer, sender: ApnsSender, clock: MovedClock) -> None:
    await sender.send(PLAIN)
    clock.move(timedelta(minutes=20))
    answers(apns, EXPIRED, EXPIRED)
    assert await sender.send(PLAIN) == Failed(Failure.CREDENTIALS, "apns 403 ExpiredProviderToken")
    assert len(apns.received) == 3


async def test_no_token_is_signed_within_20_minutes_of_another(
    apns: ProviderServer, sender: ApnsSender, clock: MovedClock
) -> None:
    await sender.send(PLAIN)
    clock.move(timedelta(minutes=19))
    answers(apns, EXPIRED)
    assert await sender.send(PLAIN) == Failed(Failure.CREDENTIALS, "apns 403 ExpiredProviderToken")
    assert len(apns.received) == 2


async def test_a_dead_token_is_dead_since_apple_says_so(apns: ProviderServer, sender: ApnsSender) -> None:
    answers(apns, refusal(410, "Unregistered", timestamp=1763000000500))
    since = datetime(2025, 11, 13, 2, 13, 20, 500_000, UTC)
    assert await sender.send(PLAIN) == Failed(Failure.BOUNCED, "apns 410 Unregistered", dead_since=since)


@pytest.mark.parametrize("timestamp", [10**30, -(10**18)])
async def test_a_time_that_cannot_be_is_none(apns: ProviderServer, sender: ApnsSender, timestamp: int) -> None:
    answers(apns, refusal(410, "Unregistered", timestamp=timestamp))
    assert await sender.send(PLAIN) == Failed(Failure.BOUNCED, "apns 410 Unregistered")


@pytest.mark.parametrize("token", ["", ".", "..", "a/b", "a?b", "a b", "ä", "a\n", "a" * 201, "https://x.example"])
async def test_what_is_no_token_is_not_asked_for(apns: ProviderServer, sender: ApnsSender, token: str) -> None:
    result = await sender.send(replace(PLAIN, token=token))
    assert result == Failed(Failure.BOUNCED, "this is not the token of an Apple device")
    assert apns.received == []


async def test_a_notification_that_says_no_more_than_it_has_to(apns: ProviderServer, sender: ApnsSender) -> None:
    await sender.send(replace(PLAIN, badge=0))
    (request,) = apns.received
    assert request.json == {"aps": {"alert": {"title": "Hi", "body": "Ada"}, "badge": 0}}
    assert "apns-expiration" not in request.headers


@pytest.mark.parametrize(("seconds", "expiration"), [(0, "0"), (60, "1748779260")])
async def test_how_long_a_notification_is_kept(
    apns: ProviderServer, sender: ApnsSender, seconds: int, expiration: str
) -> None:
    await sender.send(replace(PLAIN, time_to_live=seconds))
    assert apns.received[0].headers["apns-expiration"] == expiration


async def test_a_notification_without_a_text_wakes_the_app(apns: ProviderServer, sender: ApnsSender) -> None:
    silent = replace(PLAIN, title="", body="", data={"order": "17"}, overrides={"aps": {"content-available": 1}})
    await sender.send(silent)
    await sender.send(replace(silent, badge=1))
    quiet, shown = apns.received
    assert quiet.json == {"aps": {"content-available": 1}, "order": "17"}
    kinds = [(each.headers["apns-push-type"], each.headers["apns-priority"]) for each in (quiet, shown)]
    assert kinds == [("background", "5"), ("alert", "10")]


async def test_a_body_that_is_too_long_is_cut(apns: ProviderServer, sender: ApnsSender) -> None:
    assert await sender.send(replace(PLAIN, body="🦊" * 2_000)) == Sent()
    (request,) = apns.received
    assert 4_092 < len(request.body) <= 4_096
    body = request.json["aps"]["alert"]["body"]
    assert set(body[:-1]) == {"🦊"}
    assert body[-1] == "…"


async def test_what_is_too_large_without_its_body_is_not_sent(apns: ProviderServer, sender: ApnsSender) -> None:
    reason = "APNs takes notifications of up to 4,096 bytes; this one is larger"
    assert await sender.send(replace(PLAIN, data={"x": "y" * 4_096})) == Failed(Failure.PERMANENT, reason)
    assert apns.received == []


async def test_the_delivery_log_names_neither_token_nor_text(apns: ProviderServer, sender: ApnsSender) -> None:
    result = await sender.send(PUSH)
    assert isinstance(result, Sent)
    assert result.call is not None
    assert result.call.path == "/3/device/********e8f0"
    assert result.call.request == {"id": PUSH.id, "to": "********e8f0", "apns_id": result.provider_id}


def given(**changes: Any) -> dict[str, Any]:
    return {**settings(ProviderServer("https://proxy.example")), **changes}


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, "https://api.push.apple.com"),
        ({"production": False}, "https://api.sandbox.push.apple.com"),
        ({"production": False, "endpoint": "https://proxy.example/apns/"}, "https://proxy.example/apns"),
    ],
)
def test_where_it_is_sent(changes: dict[str, Any], url: str) -> None:
    assert msgspec.convert(given(**{"endpoint": None, **changes}), ApnsSettings).base_url == url


def other_keys() -> Iterator[str]:
    yield "s3cret"
    yield pem(ec.generate_private_key(ec.SECP384R1()))
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    yield rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_a_key_of_another_form_is_a_mistake() -> None:
    assert list(apns_problems(given())) == []
    said = [("key", "this must be the text of a .p8 file: a private key on the curve P-256, in PEM")]
    assert [list(apns_problems(given(key=key))) for key in other_keys()] == [said] * 3


@pytest.mark.parametrize("topic", ["", "com example", "com.example\r\nx: y", "ä"])
def test_a_topic_is_the_id_of_an_app(topic: str) -> None:
    assert [name for name, _ in apns_problems(given(topic=topic))] == ["topic"]
