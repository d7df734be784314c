"""The push services of browsers, as RFC 8030 and their own documentation have them; the browser decrypts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from addressee.channels.provider import ChannelType
from addressee.channels.push.vapid import CURVE, decoded, encoded, new_keys, point_of
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases import expo
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

SITE = new_keys()
BROWSER = ec.generate_private_key(CURVE)
AUTH = bytes(range(16))
ENDPOINT = "https://updates.push.example.com/wpush/v2/gAAAAABmX9kdRsQw?a=b"
KEYS = {"p256dh": encoded(point_of(BROWSER)), "auth": encoded(AUTH)}
PUSH = replace(
    expo.PUSH,
    token=ENDPOINT,
    subscription={"endpoint": ENDPOINT, "keys": KEYS},
    overrides={"icon": "https://app.example/icon.png"},
)


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "public_key": SITE.public_key,
        "private_key": SITE.private_key,
        "subject": "mailto:push@example.com",
        "endpoint": server.url,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path, request.query) == ("POST", "/wpush/v2/gAAAAABmX9kdRsQw", "a=b")
    check_vapid(request.headers["authorization"])
    assert (request.headers["content-encoding"], request.headers["ttl"]) == ("aes128gcm", "3600")
    assert request.headers["urgency"] in {"very-low", "low", "normal", "high"}
    assert len(decoded(request.headers["topic"])) == 24
    assert len(request.headers["topic"]) == 32
    assert len(request.body) <= 4096
    assert json.loads(http_ece.decrypt(request.body, private_key=BROWSER, auth_secret=AUTH)) == {
        "title": "Grüße 🦊",
        "body": "Schöne Grüße",
        "tag": MESSAGE_ID,
        "image": "https://app.example/fox.png",
        "app_badge": 3,
        "data": {
            "order": "ä-17",
            "action_url": "https://app.example/17",
            "notification_id": MESSAGE_ID,
            "launch_urls": {"default": "https://app.example/17"},
        },
        "icon": "https://app.example/icon.png",
    }


def check_vapid(authorization: str) -> None:
    scheme, _, parameters = authorization.partition(" ")
    given = dict(each.strip().split("=", 1) for each in parameters.split(","))
    assert (scheme, sorted(given)) == ("vapid", ["k", "t"])
    assert given["k"] == SITE.public_key
    site = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(given["k"]))
    claims = jwt.decode(given["t"], site, ["ES256"], audience="https://updates.push.example.com")
    assert claims["sub"] == "mailto:push@example.com"
    assert timedelta() < datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC) <= timedelta(hours=24)


CASES = [
    SenderCase(
        channel_type=ChannelType.PUSH,
        provider="web_push",
        settings=settings,
        message=PUSH,
        check=check,
        accepted=Reply(201, headers={"location": "https://updates.push.example.com/m/gAAAA"}),
        provider_id=MESSAGE_ID,
        hidden=(ENDPOINT, "gAAAAABmX9kdRsQw", *KEYS.values(), *PUSH.contents),
        rejected=[Reply(400, "Invalid TTL"), Reply(413, {"errno": 104, "message": "Data payload too large"})],
        limited=[Reply(429, {"errno": 201})],
        refused=[Reply(401, {"errno": 109, "message": "Invalid bearer token"}), Reply(403, {"reason": "BadJwtToken"})],
        dead=[Reply(404), Reply(410, {"errno": 106}), Reply(410, "push subscription has unsubscribed or expired.")],
        mismatched=[
            Reply(
                403,
                "the VAPID credentials in the authorization header do not correspond to the credentials used to create"
                " the subscriptions.",
            ),
            Reply(401, {"errno": 109, "message": "VAPID public key mismatch"}),
            Reply(403, "the key in the authorization header does not correspond to the sender ID used to subscribe"),
            Reply(400, {"reason": "VapidPkHashMismatch"}),
        ],
        repeatable=True,
    )
]
