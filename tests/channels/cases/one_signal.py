"""OneSignal's endpoint /notifications, as its documentation has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases import expo
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

SUBSCRIPTION = "1dd608f2-c6a1-11e3-851d-000c2940e62c"
PUSH = replace(expo.PUSH, token=SUBSCRIPTION, sound="fox.wav", overrides={"android_channel_id": "orders"})


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"app_id": "5eb5a37e-b458-11e3-ac11", "api_key": "os_v2_app_key_77e1", "endpoint": server.url}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/notifications")
    assert request.headers["authorization"] == f"Key {settings['api_key']}"
    body = request.json
    assert UUID(body.pop("idempotency_key")) == UUID("178c27ac-3ac7-5681-bc70-9f7939d8bbe8")
    assert body == {
        "app_id": settings["app_id"],
        "include_subscription_ids": [SUBSCRIPTION],
        "target_channel": "push",
        "headings": {"en": "Grüße 🦊"},
        "contents": {"en": "Schöne Grüße"},
        "data": {"order": "ä-17", "action_url": "https://app.example/17"},
        "url": "https://app.example/17",
        "big_picture": "https://app.example/fox.png",
        "chrome_web_image": "https://app.example/fox.png",
        "ios_attachments": {"image": "https://app.example/fox.png"},
        "ios_sound": "fox.wav",
        "ios_badgeType": "SetTo",
        "ios_badgeCount": 3,
        "ttl": 3600,
        "collapse_id": MESSAGE_ID,
        "android_channel_id": "orders",
    }


def errors(status: int, *errors: str) -> Reply:
    return Reply(status, {"errors": list(errors)})


CASES = [
    SenderCase(
        channel_type=ChannelType.PUSH,
        provider="one_signal",
        settings=settings,
        message=PUSH,
        check=check,
        accepted=Reply(200, {"id": "b98881cc-1e94-4366-bbd9", "external_id": None}),
        provider_id="b98881cc-1e94-4366-bbd9",
        hidden=(SUBSCRIPTION, *PUSH.contents),
        rejected=[
            errors(400, "Message Notifications must have English language content"),
            errors(200, "Something else"),
        ],
        limited=[errors(429, "API rate limit exceeded")],
        refused=[Reply(401), errors(403, "Access denied. Please include an 'Authorization: ...' header")],
        mismatched=[
            Reply(200, {"id": "", "errors": {"invalid_player_ids": [SUBSCRIPTION]}}),
            Reply(200, {"id": "", "errors": {"invalid_subscription_ids": [SUBSCRIPTION]}}),
            Reply(400, {"errors": {"invalid_player_ids": [SUBSCRIPTION]}}),
        ],
        opted_out=[Reply(200, {"id": "", "errors": ["All included players are not subscribed"]})],
        repeatable=True,
    )
]
