"""Expo's push service, as its documentation has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.push.notification import Push
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

PUSH = Push(
    id=MESSAGE_ID,
    token="ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]",
    title="Grüße 🦊",
    body="Schöne Grüße",
    data={"order": "ä-17", "action_url": "https://app.example/17"},
    action_url="https://app.example/17",
    image="https://app.example/fox.png",
    badge=3,
    sound="default",
    time_to_live=3600,
    overrides={"channelId": "orders"},
)


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"access_token": "expo-access-token-5d1c", "endpoint": server.url}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/--/api/v2/push/send")
    assert request.headers["authorization"] == f"Bearer {settings['access_token']}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "to": PUSH.token,
        "title": "Grüße 🦊",
        "body": "Schöne Grüße",
        "data": {"order": "ä-17", "action_url": "https://app.example/17"},
        "sound": "default",
        "badge": 3,
        "ttl": 3600,
        "richContent": {"image": "https://app.example/fox.png"},
        "channelId": "orders",
    }


def ticket(error: str, message: str = "") -> Reply:
    return Reply(200, {"data": {"status": "error", "message": message, "details": {"error": error}}})


def refused(status: int, code: str) -> Reply:
    return Reply(status, {"errors": [{"code": code, "message": "What went wrong"}]})


CASES = [
    SenderCase(
        channel_type=ChannelType.PUSH,
        provider="expo",
        settings=settings,
        message=PUSH,
        check=check,
        accepted=Reply(200, {"data": {"status": "ok", "id": "019a0a7e-7dd1-4e5c"}}),
        provider_id="019a0a7e-7dd1-4e5c",
        hidden=(PUSH.token, *PUSH.contents),
        rejected=[
            ticket("MessageTooBig"),
            Reply(200, {"data": {"status": "error", "message": "Something else"}}),
            refused(400, "VALIDATION_ERROR"),
        ],
        temporary=[
            ticket("MessageRateExceeded"),
            refused(500, "INTERNAL_SERVER_ERROR"),
            Reply(502, "<html>"),
            Reply(503),
        ],
        limited=[refused(429, "TOO_MANY_REQUESTS")],
        refused=[refused(401, "UNAUTHORIZED"), Reply(403), ticket("InvalidCredentials")],
        dead=[ticket("DeviceNotRegistered", f'"{PUSH.token}" is not a registered push notification recipient')],
        mismatched=[ticket("MismatchSenderId")],
    )
]
