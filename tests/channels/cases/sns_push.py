"""Push by Amazon SNS, as AWS documents Publish for endpoints of devices, and its errors."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.push.notification import Push
from tests.channels.aws.service import assert_signed
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases.sns_sms import ACCEPTED, KEYS, LIMITED, REFUSED, TAKEN, TEMPORARY, error
from tests.channels.provider_server import ProviderServer, ReceivedRequest

ANDROID = "arn:aws:sns:eu-central-1:123456789012:endpoint/GCM/shop/5e3e9847-3183-3f18-a7e8-671c3a57d4b3"
APPLE = "arn:aws:sns:eu-central-1:123456789012:endpoint/APNS_SANDBOX/shop/8ad1f7a2-5c3b-3d4e-9f60-718293a4b5c6"
AMAZON = "arn:aws:sns:eu-central-1:123456789012:endpoint/ADM/shop/1b2c3d4e-5f60-3718-a9b0-c1d2e3f40516"

PUSH = Push(
    id=MESSAGE_ID,
    token=ANDROID,
    title="Grüße 🦊",
    body="Schöne Grüße",
    data={"order": "ä-17"},
    image="https://cdn.example.com/fox.png",
    badge=3,
    sound="chime",
    time_to_live=600,
)


def settings(server: ProviderServer) -> dict[str, Any]:
    return {**KEYS, "endpoint": server.url}


def message_in(request: ReceivedRequest, settings: Mapping[str, Any], token: str) -> dict[str, str]:
    assert_signed(request, settings, "sns")
    assert (request.method, request.path) == ("POST", "/")
    form = request.form
    assert (form["Action"], form["Version"]) == ("Publish", "2010-03-31")
    assert (form["TargetArn"], form["MessageStructure"]) == (token, "json")
    message: dict[str, str] = json.loads(form["Message"])
    assert message.pop("default") == "Schöne Grüße"
    return message


def attributes_in(request: ReceivedRequest) -> dict[str, str]:
    form = request.form
    names = [name for name in form if name.startswith("MessageAttributes.") and name.endswith(".Name")]
    return {form[name]: form[f"{name.removesuffix('.Name')}.Value.StringValue"] for name in names}


def check_android(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    message = message_in(request, settings, ANDROID)
    assert message.keys() == {"GCM"}
    sent = json.loads(message["GCM"])
    expiration = sent["fcmV1Message"]["message"]["apns"]["headers"]["apns-expiration"]
    assert 0 <= time.time() + 600 - int(expiration) < 60
    assert sent == {
        "fcmV1Message": {
            "message": {
                "notification": {
                    "title": "Grüße 🦊",
                    "body": "Schöne Grüße",
                    "image": "https://cdn.example.com/fox.png",
                },
                "data": {"order": "ä-17"},
                "android": {
                    "notification": {"tag": MESSAGE_ID, "sound": "chime", "notification_count": 3},
                    "ttl": "600s",
                },
                "apns": {
                    "headers": {"apns-collapse-id": MESSAGE_ID, "apns-expiration": expiration},
                    "payload": {"aps": {"badge": 3, "sound": "chime", "mutable-content": 1}},
                    "fcm_options": {"image": "https://cdn.example.com/fox.png"},
                },
            }
        }
    }
    assert attributes_in(request) == {}


def check_apple(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    message = message_in(request, settings, APPLE)
    assert message.keys() == {"APNS_SANDBOX"}
    assert json.loads(message["APNS_SANDBOX"]) == {
        "aps": {
            "alert": {"title": "Grüße 🦊", "body": "Schöne Grüße"},
            "badge": 3,
            "sound": "chime",
            "mutable-content": 1,
        },
        "order": "ä-17",
        "image": "https://cdn.example.com/fox.png",
    }
    assert attributes_in(request) == {
        "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
        "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": MESSAGE_ID,
        "AWS.SNS.MOBILE.APNS_SANDBOX.TTL": "600",
    }


def check_amazon(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    message = message_in(request, settings, AMAZON)
    assert {name: json.loads(part) for name, part in message.items()} == {
        "ADM": {"data": {"title": "Grüße 🦊", "body": "Schöne Grüße", "order": "ä-17"}}
    }


CASE = SenderCase(
    channel_type=ChannelType.PUSH,
    provider="aws_sns",
    settings=settings,
    message=PUSH,
    check=check_android,
    accepted=ACCEPTED,
    provider_id=TAKEN,
    hidden=(ANDROID, *PUSH.contents),
    rejected=[
        error(400, "InvalidParameter", "Invalid parameter: Message Reason: Invalid notification for protocol GCM"),
        error(400, "ParameterValueInvalid", "Message too long"),
    ],
    temporary=TEMPORARY,
    limited=LIMITED,
    refused=[*REFUSED, error(400, "PlatformApplicationDisabled", "Platform application is disabled")],
    dead=[
        error(400, "EndpointDisabled", "Endpoint is disabled"),
        error(400, "InvalidParameter", "Invalid parameter: TargetArn Reason: No endpoint found for the target arn"),
        error(404, "NotFound", "Endpoint does not exist"),
    ],
)


def case(token: str, check: Any) -> SenderCase:
    return replace(CASE, message=replace(PUSH, token=token), check=check, hidden=(token, *PUSH.contents))


CASES = [CASE, case(APPLE, check_apple), case(AMAZON, check_amazon)]
