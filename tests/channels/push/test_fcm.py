"""Results of Firebase Cloud Messaging's answers, against a server that speaks its protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from addressee.channels.push.fcm import SCOPE, FcmSender, FcmSettings, fcm_problems
from addressee.channels.push.service_account import AccessTokens
from addressee.channels.sender import Failed, Failure, Sent
from tests.channels.fcm_server import PROJECT, UNAVAILABLE, UNREGISTERED, FcmServer, Refusal, fcm_server, refusal
from tests.channels.test_senders import PUSH
from tests.support.clock import MovedClock

NOT_A_TOKEN = "The registration token is not a valid FCM registration token"


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def fcm(clock: MovedClock) -> AsyncIterator[FcmServer]:
    async with fcm_server(clock) as server:
        yield server


@pytest.fixture
def tokens(clock: MovedClock) -> AccessTokens:
    return AccessTokens(SCOPE, clock)


@pytest.fixture
async def sender(fcm: FcmServer, tokens: AccessTokens) -> AsyncIterator[FcmSender]:
    sender = FcmSender(settings(fcm), tokens)
    yield sender
    await sender.close()


def settings(fcm: FcmServer) -> FcmSettings:
    return FcmSettings(service_account=fcm.service_account, endpoint=f"{fcm.url}/")


async def test_a_notification_as_the_service_reads_it(fcm: FcmServer, sender: FcmSender) -> None:
    result = await sender.send(PUSH)
    assert result == Sent()
    assert fcm.pushes == [
        {
            "token": PUSH.token,
            "notification": {"title": PUSH.title, "body": PUSH.body},
            "data": PUSH.data,
            "android": {"notification": {"tag": PUSH.id}},
            "apns": {"headers": {"apns-collapse-id": PUSH.id}},
        }
    ]
    assert result.call is not None
    assert (result.call.service, result.call.method) == ("fcm", "POST")
    assert f"http://{result.call.host}" == fcm.url
    assert result.call.path == f"/v1/projects/{PROJECT}/messages:send"
    assert result.call.request == {"id": PUSH.id, "to": "********kF3J"}
    assert (result.call.status, result.call.response) == (200, f"projects/{PROJECT}/messages/1")


REFUSALS = [
    (UNREGISTERED, Failure.BOUNCED, "404 UNREGISTERED", "UNREGISTERED: Requested entity was not found."),
    (
        refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message=NOT_A_TOKEN),
        Failure.BOUNCED,
        "400 INVALID_ARGUMENT",
        f"INVALID_ARGUMENT: {NOT_A_TOKEN}",
    ),
    (
        refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", ("message.token",)),
        Failure.BOUNCED,
        "400 INVALID_ARGUMENT message.token",
        "INVALID_ARGUMENT message.token",
    ),
    (
        refusal(400, "INVALID_ARGUMENT", fields=("message.data[0].value",), message="Invalid value (TYPE_STRING)"),
        Failure.PERMANENT,
        "400 INVALID_ARGUMENT message.data[0].value",
        "INVALID_ARGUMENT message.data[0].value: Invalid value (TYPE_STRING)",
    ),
    (
        refusal(400, "INVALID_ARGUMENT", message="Message too big"),
        Failure.PERMANENT,
        "400 INVALID_ARGUMENT",
        "INVALID_ARGUMENT: Message too big",
    ),
    (
        refusal(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
        Failure.PERMANENT,
        "403 SENDER_ID_MISMATCH",
        "SENDER_ID_MISMATCH",
    ),
    (refusal(403, "PERMISSION_DENIED"), Failure.TEMPORARY, "403 PERMISSION_DENIED", "PERMISSION_DENIED"),
    (
        refusal(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
        Failure.TEMPORARY,
        "401 THIRD_PARTY_AUTH_ERROR",
        "THIRD_PARTY_AUTH_ERROR",
    ),
    (refusal(404, "NOT_FOUND"), Failure.TEMPORARY, "404 NOT_FOUND", "NOT_FOUND"),  # no such project
    (refusal(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), Failure.TEMPORARY, "429 QUOTA_EXCEEDED", "QUOTA_EXCEEDED"),
    (refusal(500, "INTERNAL", "INTERNAL"), Failure.TEMPORARY, "500 INTERNAL", "INTERNAL"),
    (UNAVAILABLE, Failure.TEMPORARY, "503 UNAVAILABLE", "UNAVAILABLE: The service is currently unavailable."),
    (Refusal(502, "<html>Bad gateway</html>"), Failure.TEMPORARY, "502", "<html>Bad gateway</html>"),
    (
        Refusal(400, {"error": {"status": "lower case", "message": "What \0 is this"}}),
        Failure.PERMANENT,
        "400",
        "What \ufffd is this",
    ),
    (
        Refusal(400, {"error": {"status": "x", "details": [{"errorCode": 7}]}}),
        Failure.PERMANENT,
        "400",
        '{"error": {"status": "x", "details": [{"errorCode": 7}]}}',
    ),
    (Refusal(302, ""), Failure.PERMANENT, "302", ""),
]


@pytest.mark.parametrize(("refused", "failure", "reason", "told"), REFUSALS)
async def test_what_is_not_taken(
    fcm: FcmServer, sender: FcmSender, refused: Refusal, failure: Failure, reason: str, told: str
) -> None:
    fcm.refusals[PUSH.token] = refused
    result = await sender.send(PUSH)
    assert result == Failed(failure, f"FCM {reason}")
    assert result.call is not None
    assert (result.call.status, result.call.response) == (refused.status, told)


async def test_what_the_service_repeats_of_a_notification_is_told_to_nobody(fcm: FcmServer, sender: FcmSender) -> None:
    secret = (PUSH.token, PUSH.title, PUSH.body, 'a "quoted" text')
    words = json.dumps(secret, ensure_ascii=False)
    push = replace(PUSH, data={"x": secret[-1]})
    for refused in (refusal(400, "INVALID_ARGUMENT", message=f"Not these: {words}"), Refusal(500, words + "x" * 9000)):
        fcm.refusals[PUSH.token] = refused
        result = await sender.send(push)
        assert result.call is not None
        assert '["[...]", "[...]", "[...]", "[...]"]' in result.call.response
        assert not any(text in repr(result) for text in secret)
        assert len(result.call.response) <= 2_000


@pytest.mark.parametrize(
    "name", ["from", "message_type", "notification", "google.x", "gcm.notification.title", "google.", "gcm.\n"]
)
async def test_a_name_that_the_service_keeps_for_itself_is_not_sent(
    fcm: FcmServer, sender: FcmSender, name: str
) -> None:
    reason = f"FCM keeps the name {name!r} in a notification's data for itself"
    result = await sender.send(replace(PUSH, data={"order": "1", name: "x"}))
    assert (result, result.call, fcm.requests) == (Failed(Failure.PERMANENT, reason), None, 0)


@pytest.mark.parametrize("name", ["From", "sender", "google", "googled.x", "x.gcm.y", "notifications"])
async def test_any_other_name_is(fcm: FcmServer, sender: FcmSender, name: str) -> None:
    assert await sender.send(replace(PUSH, data={name: "x"})) == Sent()


async def test_one_dead_device_stops_no_other(fcm: FcmServer, sender: FcmSender) -> None:
    fcm.refusals = {"dead": UNREGISTERED, "broken": UNAVAILABLE}
    results = [await sender.send(replace(PUSH, token=token)) for token in ("dead", "broken", "alive")]
    assert [type(result) for result in results] == [Failed, Failed, Sent]
    assert fcm.devices == ["alive"]


@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_to_be_left_alone_is(fcm: FcmServer, sender: FcmSender, status: int) -> None:
    fcm.refusals[PUSH.token] = refusal(status, "RESOURCE_EXHAUSTED", retry_after="90")
    first = await sender.send(PUSH)
    assert first == Failed(Failure.TEMPORARY, f"FCM {status} RESOURCE_EXHAUSTED", retry_after=timedelta(seconds=90))
    assert await sender.send(replace(PUSH, token="other")) == first
    assert fcm.requests == 1


async def test_until_when_may_be_said_as_a_date(fcm: FcmServer, sender: FcmSender) -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    fcm.refusals[PUSH.token] = refusal(503, "UNAVAILABLE", retry_after=format_datetime(at, usegmt=True))
    result = await sender.send(PUSH)
    assert isinstance(result, Failed)
    assert result.retry_after is not None
    assert timedelta(minutes=9) < result.retry_after <= timedelta(minutes=10)


@pytest.mark.parametrize("header", ["soon", "-1", "9" * 40, "Thu, 99 Nov 2025 00:00:00 GMT"])
async def test_a_header_that_says_nothing_says_nothing(fcm: FcmServer, sender: FcmSender, header: str) -> None:
    fcm.refusals[PUSH.token] = refusal(503, "UNAVAILABLE", retry_after=header)
    assert await sender.send(PUSH) == Failed(Failure.TEMPORARY, "FCM 503 UNAVAILABLE")


async def test_an_access_token_serves_all_senders_until_it_expires(
    fcm: FcmServer, tokens: AccessTokens, clock: MovedClock
) -> None:
    for age, grants in ((0, 1), (58, 1), (1, 2), (0, 2)):
        clock.move(timedelta(minutes=age))
        sender = FcmSender(settings(fcm), tokens)
        assert await sender.send(PUSH) == Sent()
        await sender.close()
        assert fcm.grants == grants


async def test_a_token_that_is_not_accepted_is_not_used_again(fcm: FcmServer, tokens: AccessTokens) -> None:
    first = FcmSender(settings(fcm), tokens)
    assert await first.send(PUSH) == Sent()
    fcm.granted.clear()
    refused = Failed(Failure.TEMPORARY, "FCM 401 UNAUTHENTICATED")
    assert [await first.send(PUSH), await first.send(PUSH)] == [refused, refused]
    assert fcm.requests == 2  # the rest waits for the next attempt
    second = FcmSender(settings(fcm), tokens)
    assert await second.send(PUSH) == Sent()
    await first.close()
    await second.close()


@pytest.mark.parametrize(
    ("body", "said", "told"),
    [
        (
            {"error": "invalid_grant", "error_description": "Invalid JWT: {assertion}"},
            "400 invalid_grant",
            "400 invalid_grant: Invalid JWT: [...]",
        ),
        ({"error": "Not A Code"}, "400", "400"),
        ("Go away, {key_id}", "400", "400: Go away, [...]"),
    ],
)
async def test_an_account_that_is_not_accepted(
    fcm: FcmServer, sender: FcmSender, body: Any, said: str, told: str
) -> None:
    fcm.grant_refusal = Refusal(400, body)
    result = await sender.send(PUSH)
    assert result == Failed(Failure.TEMPORARY, f"the service account is not accepted: {said}")
    assert result.call is not None
    assert (result.call.path, result.call.status) == ("/token", 400)
    assert result.call.response == f"the service account is not accepted: {told}"
    assert await sender.send(PUSH) == result
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
