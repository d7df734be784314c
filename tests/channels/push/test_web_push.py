"""Web push: which browsers can be sent to, where that goes, and what a channel's keys must be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import http_ece
import httpx2
import jwt
import msgspec
import pytest

from addressee.channels.push.vapid import decoded, new_keys, public_text, read_private_key
from addressee.channels.push.web_push import (
    DEFAULT_TIME_TO_LIVE,
    MAX_BYTES,
    WebPushSender,
    WebPushSettings,
    encrypted,
    to_request,
    web_push_problems,
)
from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.requests.sender import UnsendableError
from addressee.channels.requests.urls import HIDDEN_PATH
from addressee.channels.sender import Failed, Failure, SenderContext
from addressee.directory.clock import Clock
from tests.channels.cases.web_push import AUTH, BROWSER, KEYS, PUSH, SITE

SETTINGS = WebPushSettings(public_key=SITE.public_key, private_key=SITE.private_key, subject="https://example.com")


def test_a_notification_goes_to_the_browsers_own_url() -> None:
    request = to_request(SETTINGS, Clock(), replace(PUSH, time_to_live=None))
    assert request.url == PUSH.token
    assert request.headers["ttl"] == str(DEFAULT_TIME_TO_LIVE)
    assert request.path == HIDDEN_PATH


def test_the_same_notification_has_the_same_topic() -> None:
    topics = [to_request(SETTINGS, Clock(), replace(PUSH, id=id)).headers["topic"] for id in ("a", "a", "b")]
    assert topics[0] == topics[1] != topics[2]


def test_a_long_body_is_cut_to_what_all_push_services_take() -> None:
    request = to_request(SETTINGS, Clock(), replace(PUSH, body="🦊" * 4000))
    told = msgspec.json.decode(http_ece.decrypt(request.content, private_key=BROWSER, auth_secret=AUTH))
    assert told["body"].endswith("🦊…")
    assert MAX_BYTES - 8 < len(msgspec.json.encode(told)) <= MAX_BYTES
    with pytest.raises(UnsendableError, match="3,000 bytes"):
        to_request(SETTINGS, Clock(), replace(PUSH, title="x" * 3000))


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "__end_point__",
        "http://push.example.com/1",
        "https://",
        "https://a@b.example/1",
        "https://[",
        "https://a.example/\n",
    ],
)
def test_an_endpoint_that_is_no_url_of_a_push_service_is_dead(endpoint: str) -> None:
    with pytest.raises(UnsendableError) as refused:
        to_request(SETTINGS, Clock(), replace(PUSH, token=endpoint))
    assert refused.value.failure is Failure.BOUNCED


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {**KEYS, "p256dh": "p"},
        {**KEYS, "p256dh": KEYS["auth"]},
        {**KEYS, "p256dh": KEYS["p256dh"][:-4] + "AAAA"},
        {**KEYS, "auth": "YQ"},
        {**KEYS, "auth": "ä"},
        {**KEYS, "auth": None},
    ],
)
def test_so_is_a_browser_whose_keys_are_none(keys: Mapping[str, Any]) -> None:
    with pytest.raises(UnsendableError) as refused:
        encrypted(b"{}", keys)
    assert refused.value.failure is Failure.BOUNCED


def test_keys_may_be_padded_and_in_plain_base64() -> None:
    plain = {name: text.replace("-", "+").replace("_", "/") + "=" for name, text in KEYS.items()}
    plain["auth"] += "="
    assert http_ece.decrypt(encrypted(b"{}", plain), private_key=BROWSER, auth_secret=AUTH) == b"{}"


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1:9/1", "https://localhost:9/1"])
async def test_browsers_lead_nobody_into_the_network_of_the_workers(endpoint: str, tmp_path: Path) -> None:
    async with open_client() as client, open_public_client() as public_client:
        context = SenderContext(tmp_path, client, Clock(), public_client)
        refused = await WebPushSender(SETTINGS, context).send(replace(PUSH, token=endpoint))
        assert isinstance(refused, Failed)
        assert (refused.failure, "is not a public host" in refused.reason) == (Failure.PERMANENT, True)
        allowed = msgspec.structs.replace(SETTINGS, allow_private_hosts=True)
        unreachable = await WebPushSender(allowed, context).send(replace(PUSH, token=endpoint))
        assert isinstance(unreachable, Failed)
        assert unreachable.failure is Failure.TEMPORARY


def answer(status: int, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    async def nothing() -> AsyncIterator[bytes]:
        yield b""

    return httpx2.Response(status, headers=headers, content=nothing())


@pytest.mark.parametrize(
    ("endpoint", "failures"),
    [
        ("https://fcm.googleapis.com/fcm/send/f", (Failure.CREDENTIALS, Failure.RATE_LIMITED, Failure.UNAVAILABLE)),
        ("https://web.push.apple.com/QCZ", (Failure.CREDENTIALS, Failure.RATE_LIMITED, Failure.UNAVAILABLE)),
        ("https://push.example.com/1", (Failure.TEMPORARY, Failure.TEMPORARY, Failure.TEMPORARY)),
    ],
)
async def test_only_known_push_services_speak_for_the_channel(
    endpoint: str, failures: tuple[Failure, ...], tmp_path: Path
) -> None:
    answers = iter([answer(403), answer(429, {"retry-after": "7"}), answer(503)])
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: next(answers))) as client:
        sender = WebPushSender(SETTINGS, SenderContext(tmp_path, client, Clock(), client))
        results = [await sender.send(replace(PUSH, token=endpoint)) for _ in failures]
    assert tuple(result.failure for result in results if isinstance(result, Failed)) == failures
    assert [result.retry_after for result in results if isinstance(result, Failed)] == [
        None,
        timedelta(seconds=7),
        None,
    ]


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://push.example.com/1", "https://push.example.com"),
        ("HTTPS://Push.Example.com:443/1", "https://push.example.com"),
        ("https://push.example.com:8443/1?a=b", "https://push.example.com:8443"),
    ],
)
def test_a_token_is_for_the_origin_of_the_push_service(endpoint: str, origin: str) -> None:
    request = to_request(SETTINGS, Clock(), replace(PUSH, token=endpoint))
    token = request.headers["authorization"].removeprefix("vapid t=").partition(",")[0]
    claims = jwt.decode(token, read_private_key(SITE.private_key).public_key(), ["ES256"], audience=origin)
    assert (request.url, claims["aud"]) == (endpoint, origin)


def test_a_public_key_with_padding_is_told_without() -> None:
    padded = msgspec.structs.replace(SETTINGS, public_key=f"{SITE.public_key}=")
    assert list(web_push_problems(msgspec.structs.asdict(padded))) == []
    assert to_request(padded, Clock(), PUSH).headers["authorization"].endswith(f", k={SITE.public_key}")


def test_new_keys_are_a_pair() -> None:
    keys = new_keys()
    assert keys != new_keys()
    assert public_text(read_private_key(keys.private_key)) == keys.public_key
    assert (len(decoded(keys.public_key)), len(decoded(keys.private_key))) == (65, 32)
    assert keys.private_key not in repr(keys)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, []),
        ({"subject": "mailto:ada@example.com"}, []),
        ({"private_key": "s3cret"}, ["private_key"]),
        ({"private_key": SITE.public_key}, ["private_key"]),
        ({"private_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, ["private_key"]),
        ({"public_key": new_keys().public_key}, ["public_key"]),
        ({"subject": "ada@example.com"}, ["subject"]),
        ({"subject": "http://example.com"}, ["subject"]),
        ({"subject": "https://example.com/contact"}, []),
        ({"subject": "mailto:push@localhost"}, ["subject"]),
        ({"subject": "https://localhost"}, ["subject"]),
        ({"endpoint": "push.example.com"}, ["endpoint"]),
    ],
)
def test_the_settings_of_a_channel(change: dict[str, str], names: list[str]) -> None:
    given = {**msgspec.structs.asdict(SETTINGS), **change}
    problems = list(web_push_problems(given))
    assert [name for name, _ in problems] == names
    assert "s3cret" not in str(problems)
