"""Vonage's Messages API, as its documentation of sending an SMS and of its errors has it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from addressee.channels.provider import ChannelType
from addressee.channels.sms.message import Sms
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

SMS = Sms(MESSAGE_ID, "+491701234567", "Grüße & 🦊", {"sms": {"encoding_type": "unicode"}})
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
APPLICATION = "78d335fa-323d-0114-9c3d-d6f0d48968cf"
CALLBACK = "https://addressee.example.com/providers/7/s3cret-path"

KEY = generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "from": "+447700900001",
        "application_id": APPLICATION,
        "private_key": PEM,
        "status_callback": CALLBACK,
        "endpoint": server.url,
    }


def with_api_key(server: ProviderServer) -> dict[str, Any]:
    return {"from": "Addressee", "api_key": "abcd1234", "api_secret": "api-secret-77", "endpoint": server.url}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/v1/messages")
    scheme, _, token = request.headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    claims = jwt.decode(token, KEY.public_key(), algorithms=["RS256"], options={"require": ["iat", "exp", "jti"]})
    assert claims["application_id"] == APPLICATION
    assert timedelta() < datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC) <= timedelta(hours=24)
    assert request.json == {
        "message_type": "text",
        "channel": "sms",
        "from": "447700900001",
        "to": "491701234567",
        "text": "Grüße & 🦊",
        "client_ref": MESSAGE_ID,
        "webhook_url": CALLBACK,
        "sms": {"encoding_type": "unicode"},
    }


def check_with_api_key(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    scheme, _, basic = request.headers["authorization"].partition(" ")
    assert (scheme, b64decode(basic)) == ("Basic", b"abcd1234:api-secret-77")
    assert request.json == {
        "message_type": "text",
        "channel": "sms",
        "from": "Addressee",
        "to": "491701234567",
        "text": "Grüße & 🦊",
        "client_ref": MESSAGE_ID,
        "sms": {"encoding_type": "unicode"},
    }


def error(status: int, page: str, title: str, detail: str, **others: Any) -> Reply:
    type = f"https://developer.vonage.com/api-errors{page}"
    return Reply(status, {"type": type, "title": title, "detail": detail, "instance": "bf0ca0bf927b3b52", **others})


def invalid(*names: str) -> Reply:
    wrong = [{"name": name, "reason": "The value is invalid."} for name in names]
    detail = "The value of one or more parameters is invalid."
    return error(422, "/messages#1150", "Invalid params", detail, invalid_parameters=wrong)


def case(check: Any, settings: Any) -> SenderCase:
    return SenderCase(
        channel_type=ChannelType.SMS,
        provider="vonage",
        settings=settings,
        message=SMS,
        check=check,
        accepted=Reply(202, {"message_uuid": UUID}),
        provider_id=UUID,
        hidden=(SMS.text,),
        rejected=[
            invalid("text"),
            invalid("to", "from"),
            error(422, "/messages#1120", "Illegal Sender Address", "The SenderID in from was not accepted."),
            error(422, "/messages#1040", "Invalid message", "The Platform was unable to process your request."),
        ],
        temporary=[
            error(500, "#internal-error", "Internal error", "There was an error processing your request."),
            error(422, "/messages#1030", "Internal error", "There was an error processing your request."),
            Reply(502, "<html>Bad Gateway</html>"),
        ],
        limited=[
            error(429, "#throttled", "Rate Limit Hit", "Please wait, then retry your request"),
            error(422, "/messages#1000", "Throttled", "You have exceeded the submission capacity allowed."),
        ],
        refused=[
            error(401, "#unauthorized", "Unauthorized", "You did not provide correct credentials."),
            error(402, "#low-balance", "Low balance", "Your account balance is too low."),
            error(403, "#forbidden", "Forbidden", "Your account does not have permission to perform this action."),
            error(422, "/messages#1060", "Partner account barred", "The account has been barred."),
            error(422, "/messages#1070", "Partner quota exceeded", "Not sufficient credit."),
        ],
        dead=[
            invalid("to"),
            error(422, "/messages#1430", "Invalid recipient", "The `to` parameter is invalid for the given channel."),
            error(422, "/messages#1170", "Invalid MSISDN", "Invalid or Missing MSISDN Param"),
        ],
        opted_out=[error(422, "/messages#1050", "Number barred", "The number may not receive messages.")],
    )


CASES = [case(check, settings), case(check_with_api_key, with_api_key)]
