"""The Apple Push Notification service, as Apple's documentation of its requests and answers has it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from addressee.channels.provider import ChannelType
from addressee.channels.push.apns import apns_id
from addressee.channels.push.notification import Push
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
TEAM, KEY, TOPIC = "DEF123GHIJ", "ABC123DEFG", "com.example.shop"

PUSH = Push(
    id=MESSAGE_ID,
    token=TOKEN,
    title="Grüße 🦊",
    body="Schöne Grüße",
    data={"order": "ä-17", "action_url": "https://app.example/17"},
    image="https://app.example/17.png",
    badge=3,
    sound="chime.caf",
    time_to_live=3600,
    overrides={"aps": {"thread-id": "order-17", "interruption-level": "time-sensitive"}},
)


@cache
def signing_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


# The file of a channel, and what it takes from the environment.
FILE = """
type: push
provider: apns
settings:
  key: ${APNS_KEY}
  key_id: ABC123DEFG
  team_id: DEF123GHIJ
  topic: com.example.shop
"""
ENVIRONMENT = {"APNS_KEY": pem(signing_key())}


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"key": pem(signing_key()), "key_id": KEY, "team_id": TEAM, "topic": TOPIC, "endpoint": server.url}


def claims_of(request: ReceivedRequest) -> dict[str, Any]:
    """Returns what a request's provider token says, after it was verified with the team's public key."""
    scheme, _, token = request.headers["authorization"].partition(" ")
    assert scheme == "bearer"
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": KEY}
    claims: dict[str, Any] = jwt.decode(token, signing_key().public_key(), ["ES256"], options={"verify_iat": False})
    assert claims == {"iss": TEAM, "iat": claims["iat"]}
    return claims


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.http_version, request.method, request.path) == ("2", "POST", f"/3/device/{TOKEN}")
    assert 0 <= time.time() - claims_of(request)["iat"] < 3600
    assert {name: value for name, value in request.headers.items() if name.startswith("apns-")} == {
        "apns-id": str(UUID(apns_id(MESSAGE_ID))),
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-topic": TOPIC,
        "apns-collapse-id": MESSAGE_ID,
        "apns-expiration": request.headers["apns-expiration"],
    }
    assert 0 <= time.time() + 3600 - int(request.headers["apns-expiration"]) < 60
    assert len(request.body) <= 4096
    assert request.json == {
        "aps": {
            "alert": {"title": "Grüße 🦊", "body": "Schöne Grüße"},
            "badge": 3,
            "sound": "chime.caf",
            "mutable-content": 1,
            "thread-id": "order-17",
            "interruption-level": "time-sensitive",
        },
        "image": "https://app.example/17.png",
        "order": "ä-17",
        "action_url": "https://app.example/17",
    }


def refusal(status: int, reason: str, **more: Any) -> Reply:
    return Reply(status, {"reason": reason, **more}, {"apns-id": apns_id(MESSAGE_ID)})


CASES = [
    SenderCase(
        channel_type=ChannelType.PUSH,
        provider="apns",
        settings=settings,
        message=PUSH,
        check=check,
        accepted=Reply(200, "", {"apns-id": apns_id(MESSAGE_ID)}),
        provider_id=apns_id(MESSAGE_ID),
        hidden=(TOKEN, *PUSH.contents),
        rejected=[
            refusal(400, "BadCollapseId"),
            refusal(400, "BadPriority"),
            refusal(400, "InvalidPushType"),
            refusal(400, "PayloadEmpty"),
            refusal(413, "PayloadTooLarge"),
            refusal(404, "BadPath"),
        ],
        temporary=[
            refusal(500, "InternalServerError"),
            refusal(503, "ServiceUnavailable"),
            refusal(503, "Shutdown"),
            refusal(400, "IdleTimeout"),
            refusal(429, "TooManyRequests"),
            Reply(502, "<html>Bad Gateway</html>"),
        ],
        limited=[refusal(429, "TooManyProviderTokenUpdates")],
        refused=[
            refusal(403, "InvalidProviderToken"),
            refusal(403, "MissingProviderToken"),
            refusal(403, "ExpiredProviderToken"),
            refusal(403, "BadEnvironmentKeyIdInToken"),
            refusal(403, "Forbidden"),
            refusal(400, "TopicDisallowed"),
        ],
        dead=[
            refusal(410, "Unregistered", timestamp=1763000000000),
            refusal(410, "ExpiredToken", timestamp=1763000000000),
        ],
        mismatched=[refusal(400, "BadDeviceToken"), refusal(400, "DeviceTokenNotForTopic")],
        repeatable=True,
        http2=True,
    )
]
