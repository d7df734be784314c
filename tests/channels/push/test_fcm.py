"""What Firebase Cloud Messaging is asked beyond what the tests of all senders see, against a server of its protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from addressee.channels.push.fcm import SCOPE, FcmSender, FcmSettings, fcm_problems
from addressee.channels.push.notification import Push
from addressee.channels.push.service_account import AccessTokens
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from tests.channels.cases.fcm import PUSH
from tests.channels.fcm_server import UNAVAILABLE, UNREGISTERED, FcmServer, Refusal, fcm_server, refusal
from tests.channels.test_http_senders import sender_context
from tests.support.clock import MovedClock

PLAIN = Push(id="m", token="phone", title="Hi", body="Ada")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def fcm(clock: MovedClock) -> AsyncIterator[FcmServer]:
    async with fcm_server(clock) as server:
        yield server


@pytest.fixture
async def context(clock: MovedClock, tmp_path: Path) -> AsyncIterator[SenderContext]:
    async with sender_context(tmp_path) as context:
        yield replace(context, clock=clock)


@pytest.fixture
def tokens() -> AccessTokens:
    return AccessTokens(SCOPE)


@pytest.fixture
def sender(fcm: FcmServer, context: SenderContext, tokens: AccessTokens) -> FcmSender:
    return FcmSender(settings(fcm), context, tokens)


def settings(fcm: FcmServer) -> FcmSettings:
    return FcmSettings(service_account=fcm.service_account, endpoint=f"{fcm.url}/")


async def test_a_notification_that_says_no_more_than_it_has_to(fcm: FcmServer, sender: FcmSender) -> None:
    assert await sender.send(PLAIN) == Sent()
    assert fcm.pushes == [
        {
            "token": "phone",
            "notification": {"title": "Hi", "body": "Ada"},
            "data": {},
            "android": {"notification": {"tag": "m"}},
            "apns": {"headers": {"apns-collapse-id": "m"}},
        }
    ]


@pytest.mark.parametrize(("seconds", "android", "apple"), [(0, "0s", "0"), (60, "60s", "1748779260")])
async def test_how_long_a_notification_is_kept(
    fcm: FcmServer, sender: FcmSender, seconds: int, android: str, apple: str
) -> None:
    await sender.send(replace(PLAIN, time_to_live=seconds))
    (push,) = fcm.pushes
    assert (push["android"]["ttl"], push["apns"]["headers"]["apns-expiration"]) == (android, apple)


REFUSALS = [
    (UNREGISTERED, Failure.BOUNCED, "404 UNREGISTERED: Requested entity was not found."),
    (
        refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", ("message.token",)),
        Failure.BOUNCED,
        "400 INVALID_ARGUMENT message.token",
    ),
    (
        refusal(400, "INVALID_ARGUMENT", fields=("message.data[0].value",), message="Invalid value (TYPE_STRING)"),
        Failure.PERMANENT,
        "400 INVALID_ARGUMENT message.data[0].value: Invalid value (TYPE_STRING)",
    ),
    (refusal(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), Failure.MISMATCHED, "403 SENDER_ID_MISMATCH"),
    (refusal(403, "PERMISSION_DENIED"), Failure.CREDENTIALS, "403 PERMISSION_DENIED"),
    (UNAVAILABLE, Failure.UNAVAILABLE, "503 UNAVAILABLE: The service is currently unavailable."),
    (Refusal(502, "<html>Bad gateway</html>"), Failure.UNAVAILABLE, "502"),
    (Refusal(400, {"error": {"message": "What \0 is this"}}), Failure.PERMANENT, "400 What \ufffd is this"),
    (Refusal(400, {"error": {"status": "x", "details": [{"errorCode": 7}]}}), Failure.PERMANENT, "400"),
    (Refusal(302, ""), Failure.PERMANENT, "302"),
]


@pytest.mark.parametrize(("refused", "failure", "reason"), REFUSALS)
async def test_what_is_not_taken(
    fcm: FcmServer, sender: FcmSender, refused: Refusal, failure: Failure, reason: str
) -> None:
    fcm.refusals["phone"] = refused
    result = await sender.send(PLAIN)
    assert result == Failed(failure, f"fcm {reason}".rstrip())
    assert result.call is not None
    assert result.call.status == refused.status


async def test_what_the_service_repeats_of_a_notification_is_told_to_nobody(fcm: FcmServer, sender: FcmSender) -> None:
    secret = (PUSH.token, PUSH.title, PUSH.body, 'a "quoted" text')
    words = json.dumps(secret, ensure_ascii=False)
    push = replace(PUSH, data={"x": secret[-1]})
    for refused in (refusal(400, "INVALID_ARGUMENT", message=f"Not these: {words}"), Refusal(500, words + "x" * 9000)):
        fcm.refusals[PUSH.token] = refused
        result = await sender.send(push)
        assert result.call is not None
        assert not any(text in repr(result) for text in secret)
        assert "[...]" in result.call.response
        assert len(result.call.response) <= 2_000


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "a\u2028b", "ä"])
async def test_what_is_no_token_is_not_asked_for(fcm: FcmServer, sender: FcmSender, token: str) -> None:
    result = await sender.send(replace(PLAIN, token=token))
    assert (result, fcm.grants, fcm.requests) == (Failed(Failure.BOUNCED, "not a registration token"), 0, 0)


@pytest.mark.parametrize(
    "name", ["from", "message_type", "notification", "google.x", "gcm.notification.title", "google.", "gcm.\n"]
)
async def test_a_name_that_the_service_keeps_for_itself_is_not_sent(
    fcm: FcmServer, sender: FcmSender, name: str
) -> None:
    reason = f"FCM keeps the name {name!r} in a notification's data for itself"
    result = await sender.send(replace(PLAIN, data={"order": "1", name: "x"}))
    assert (result, result.call, fcm.requests) == (Failed(Failure.PERMANENT, reason), None, 0)


@pytest.mark.parametrize("name", ["From", "sender", "google", "googled.x", "x.gcm.y", "notifications"])
async def test_any_other_name_is(fcm: FcmServer, sender: FcmSender, name: str) -> None:
    assert await sender.send(replace(PLAIN, data={name: "x"})) == Sent()


async def test_a_body_that_is_too_long_is_cut(fcm: FcmServer, sender: FcmSender) -> None:
    assert await sender.send(replace(PLAIN, body="🦊" * 2_000, data={"order": "17"})) == Sent()
    (push,) = fcm.pushes
    body = push["notification"]["body"]
    assert len(body) > 1_000
    assert body == "🦊" * (len(body) - 1) + "…"


async def test_what_is_too_large_without_its_body_is_not_sent(fcm: FcmServer, sender: FcmSender) -> None:
    assert await sender.send(replace(PLAIN, data={"x": "y" * 4_000})) == Sent()
    reason = "FCM takes notifications of up to 4,096 bytes; this one is larger"
    assert await sender.send(replace(PLAIN, data={"x": "y" * 4_096})) == Failed(Failure.PERMANENT, reason)
    assert fcm.requests == 1


async def test_one_dead_device_stops_no_other(fcm: FcmServer, sender: FcmSender) -> None:
    fcm.refusals = {"dead": UNREGISTERED, "broken": UNAVAILABLE}
    results = [await sender.send(replace(PLAIN, token=token)) for token in ("dead", "broken", "alive")]
    assert [type(result) for result in results] == [Failed, Failed, Sent]
    assert fcm.devices == ["alive"]


async def test_the_service_is_left_alone_for_a_minute_after_too_many_messages(
    fcm: FcmServer, sender: FcmSender
) -> None:
    for header, pause in (("", timedelta(minutes=1)), ("90", timedelta(seconds=90))):
        fcm.refusals["phone"] = refusal(429, "RESOURCE_EXHAUSTED", retry_after=header)
        result = await sender.send(PLAIN)
        assert result == Failed(Failure.RATE_LIMITED, "fcm 429 RESOURCE_EXHAUSTED", retry_after=pause)


async def test_an_access_token_serves_all_senders_until_it_expires(
    fcm: FcmServer, context: SenderContext, tokens: AccessTokens, clock: MovedClock
) -> None:
    for age, grants in ((0, 1), (58, 1), (1, 2), (0, 2)):
        clock.move(timedelta(minutes=age))
        assert await FcmSender(settings(fcm), context, tokens).send(PLAIN) == Sent()
        assert fcm.grants == grants


async def test_who_needs_a_token_at_the_same_time_shares_it(fcm: FcmServer, sender: FcmSender) -> None:
    pushes = [replace(PLAIN, id=id) for id in ("m1", "m2", "m3")]
    assert await asyncio.gather(*map(sender.send, pushes)) == [Sent()] * 3
    assert fcm.grants == 1


async def test_who_gets_none_is_told_so_of_its_own_message(fcm: FcmServer, sender: FcmSender) -> None:
    fcm.grant_refusal = Refusal(503, {})
    results = await asyncio.gather(*(sender.send(replace(PLAIN, id=id)) for id in ("m1", "m2")))
    assert [result.call and result.call.request["id"] for result in results] == ["m1", "m2"]


async def test_a_token_that_is_not_accepted_is_not_used_again(fcm: FcmServer, sender: FcmSender) -> None:
    assert await sender.send(PLAIN) == Sent()
    fcm.granted.clear()
    refused = "fcm 401 UNAUTHENTICATED: Request had invalid authentication credentials."
    assert await sender.send(PLAIN) == Failed(Failure.CREDENTIALS, refused)
    assert await sender.send(PLAIN) == Sent()
    assert fcm.grants == 2


NOT_ACCEPTED = "the service account is not accepted"


@pytest.mark.parametrize(
    ("status", "body", "failure", "said"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "Invalid JWT: {assertion}"},
            Failure.CREDENTIALS,
            f"400 {NOT_ACCEPTED}: invalid_grant Invalid JWT: [...]",
        ),
        (401, {"error": "invalid_client"}, Failure.CREDENTIALS, f"401 {NOT_ACCEPTED}: invalid_client"),
        (404, "Go away, {key_id}", Failure.CREDENTIALS, f"404 {NOT_ACCEPTED}"),
        (429, {}, Failure.RATE_LIMITED, f"429 {NOT_ACCEPTED}"),
        (503, {"error": "backend"}, Failure.UNAVAILABLE, f"503 {NOT_ACCEPTED}: backend"),
        (200, {"access": "no token"}, Failure.CREDENTIALS, f"200 {NOT_ACCEPTED}"),
    ],
)
async def test_an_account_that_is_not_accepted(
    fcm: FcmServer, sender: FcmSender, status: int, body: Any, failure: Failure, said: str
) -> None:
    fcm.grant_refusal = Refusal(status, body)
    result = await sender.send(PLAIN)
    assert result == Failed(failure, f"fcm {said}")
    assert result.call is not None
    assert (result.call.path, result.call.status) == ("/token", status)
    assert fcm.key_id not in repr(result)
    assert fcm.requests == 0


def test_settings_without_a_mistake(fcm: FcmServer) -> None:
    account = {"service_account": fcm.service_account}
    assert list(fcm_problems(account)) == []
    assert list(fcm_problems({**account, "endpoint": "https://proxy.example/fcm"})) == []


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"private_key": "s3cret"}, "'private_key' must be an RSA key in PEM, without a password"),
        ({"token_uri": "s3cret"}, "'token_uri' must be a URL"),
        (
            {"project_id": 7},
            "this must be the JSON of a service account's key: Expected `str`, got `int` - at `$.project_id`",
        ),
    ],
)
def test_a_service_account_with_a_mistake(fcm: FcmServer, changes: dict[str, Any], mistake: str) -> None:
    account = json.dumps({**json.loads(fcm.service_account), **changes})
    assert list(fcm_problems({"service_account": account})) == [("service_account", mistake)]


@pytest.mark.parametrize("endpoint", ["", "fcm.example", "ftp://fcm.example", "https://", "https://x.example/?a=b"])
def test_an_endpoint_with_a_mistake(fcm: FcmServer, endpoint: str) -> None:
    ((name, _),) = fcm_problems({"service_account": fcm.service_account, "endpoint": endpoint})
    assert name == "endpoint"
