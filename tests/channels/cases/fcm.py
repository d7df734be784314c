"""Firebase Cloud Messaging, as Google's documentation of its HTTP v1 API and of its error codes has it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from addressee.channels.provider import ChannelType
from addressee.channels.push.notification import Push
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.fcm_server import GRANT_TYPE, PROJECT, SCOPE, UNAVAILABLE, UNREGISTERED, Refusal, private_key
from tests.channels.fcm_server import refusal as error
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

PUSH = Push(
    id=MESSAGE_ID,
    token="fGci-Rk3T0:APA91bHPRgkF3J",
    title="Grüße 🦊",
    body="Schöne Grüße",
    data={"order": "ä-17", "action_url": "https://app.example/17"},
    image="https://app.example/17.png",
    badge=3,
    sound="chime",
    time_to_live=3600,
    overrides={"message": {"android": {"priority": "HIGH"}, "fcm_options": {"analytics_label": "orders"}}},
)

ACCESS_TOKEN = "ya29.c.ElqKBzW4p3XpMZ"
KEY_ID = "5f0c8b2d7e1a4c6f9b3d5e7a1c2b4d6f8a0e2c4b"

NOT_A_TOKEN = "The registration token is not a valid FCM registration token"


def service_account(url: str) -> str:
    pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps(
        {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": KEY_ID,
            "private_key": pem.decode(),
            "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
            "token_uri": f"{url}/token",
        }
    )


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"service_account": service_account(server.url), "endpoint": server.url}


def grant(request: ReceivedRequest) -> Reply:
    """Grants a token for an assertion that the account's key has signed."""
    form = request.form
    assert form == {"grant_type": GRANT_TYPE, "assertion": form["assertion"]}
    assert jwt.get_unverified_header(form["assertion"]) == {"alg": "RS256", "typ": "JWT", "kid": KEY_ID}
    audience = request.url
    claims = jwt.decode(form["assertion"], private_key().public_key(), ["RS256"], audience=audience)
    assert (claims["iss"], claims["scope"]) == (f"push@{PROJECT}.iam.gserviceaccount.com", SCOPE)
    return Reply(200, {"access_token": ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"})


def prepare(server: ProviderServer) -> None:
    server.prelude = {"/token": grant}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", f"/v1/projects/{PROJECT}/messages:send")
    assert request.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert request.headers["content-type"] == "application/json"
    expiration = request.json["message"]["apns"]["headers"]["apns-expiration"]
    assert 0 <= time.time() + 3600 - int(expiration) < 60
    assert request.json == {
        "message": {
            "token": PUSH.token,
            "notification": {"title": PUSH.title, "body": PUSH.body, "image": PUSH.image},
            "data": PUSH.data,
            "android": {
                "notification": {"tag": MESSAGE_ID, "sound": "chime", "notification_count": 3},
                "ttl": "3600s",
                "priority": "HIGH",
            },
            "apns": {
                "headers": {"apns-collapse-id": MESSAGE_ID, "apns-expiration": expiration},
                "payload": {"aps": {"badge": 3, "sound": "chime", "mutable-content": 1}},
                "fcm_options": {"image": PUSH.image},
            },
            "fcm_options": {"analytics_label": "orders"},
        }
    }


def reply(refusal: Refusal) -> Reply:
    return Reply(refusal.status, refusal.body, refusal.headers)


CASES = [
    SenderCase(
        channel_type=ChannelType.PUSH,
        provider="fcm",
        settings=settings,
        message=PUSH,
        check=check,
        accepted=Reply(200, {"name": f"projects/{PROJECT}/messages/0:1500415314455276%31bd1c96"}),
        provider_id=f"projects/{PROJECT}/messages/0:1500415314455276%31bd1c96",
        hidden=(PUSH.token, ACCESS_TOKEN, KEY_ID, *PUSH.contents),
        rejected=[
            reply(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message="Message too big")),
            reply(error(400, "INVALID_ARGUMENT", fields=("message.data[0].value",), message="Invalid value")),
        ],
        temporary=[
            reply(UNAVAILABLE),
            reply(error(500, "INTERNAL", "INTERNAL")),
            Reply(502, "<html>Bad Gateway</html>"),
        ],
        limited=[reply(error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"))],
        refused=[
            reply(error(401, "UNAUTHENTICATED", message="Request had invalid authentication credentials.")),
            reply(error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")),
            reply(error(403, "PERMISSION_DENIED", message="Permission 'cloudmessaging.messages.create' denied")),
            reply(error(404, "NOT_FOUND", message="Requested entity was not found.")),  # no such project
        ],
        dead=[
            reply(UNREGISTERED),
            reply(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message=NOT_A_TOKEN)),
            reply(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", ("message.token",))),
        ],
        mismatched=[reply(error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"))],
        repeatable=True,
        prepare=prepare,
    )
]
