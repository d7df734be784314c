"""Twilio's Messages API, as its documentation of the resource and of its error codes has it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.sms.message import Sms
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

ACCOUNT = "AC2f1d8e5b9c3a4e6f8d7c6b5a49382716"
SMS = Sms(
    MESSAGE_ID, "+491701234567", "Grüße & 🦊 + mehr", {"MediaUrl": ["https://example.com/a", "https://b.example"]}
)
CALLBACK = "https://addressee.example.com/providers/7/s3cret-path"
ACCEPTED = Reply(201, {"sid": "SM0a129aee", "status": "queued", "error_code": None, "error_message": None})


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "account_sid": ACCOUNT,
        "auth_token": "auth-token-8d1f",
        "from": "+15005550006",
        "status_callback": CALLBACK,
        "endpoint": server.url,
    }


def with_api_key(server: ProviderServer) -> dict[str, Any]:
    return {
        "account_sid": ACCOUNT,
        "api_key": "SK7a6b",
        "api_secret": "api-secret-77",
        "messaging_service_sid": "MG1234",
        "endpoint": server.url,
    }


def authenticated(request: ReceivedRequest, user: str, password: str) -> bool:
    scheme, _, basic = request.headers["authorization"].partition(" ")
    return (scheme, b64decode(basic).decode()) == ("Basic", f"{user}:{password}")


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert authenticated(request, ACCOUNT, settings["auth_token"])
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.fields == [
        ("From", "+15005550006"),
        ("StatusCallback", CALLBACK),
        ("To", "+491701234567"),
        ("Body", "Grüße & 🦊 + mehr"),
        ("MediaUrl", "https://example.com/a"),
        ("MediaUrl", "https://b.example"),
    ]


def check_with_api_key(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert request.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert authenticated(request, "SK7a6b", "api-secret-77")
    assert request.fields[:2] == [("MessagingServiceSid", "MG1234"), ("To", "+491701234567")]


def error(status: int, code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, {"code": code, "message": message, "more_info": more, "status": status})


REFUSED = [
    error(401, 20003, "Authenticate"),
    error(403, 20005, "Account not active"),
    error(403, 20006, "Access Denied"),
    error(400, 10001, "Account is not active"),
]
LIMITED = [
    Reply(429),
    error(429, 20429, "Too Many Requests"),
    error(429, 14107, "Message rate limit exceeded"),
    error(400, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
]


def case(check: Any, settings: Any) -> SenderCase:
    return SenderCase(
        channel_type=ChannelType.SMS,
        provider="twilio",
        settings=settings,
        message=SMS,
        check=check,
        accepted=ACCEPTED,
        provider_id="SM0a129aee",
        hidden=SMS.contents,
        rejected=[
            error(400, 21602, "Message body is required."),
            error(403, 21408, "Permission to send an SMS has not been enabled for the region"),
            error(400, 21612, "Message cannot be sent with the current combination of 'To' and 'From' parameters"),
            error(400, 21617, "The concatenated message body exceeds the 1600 character limit."),
            error(400, 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number"),
            Reply(201, {"sid": "SM1", "status": "failed", "error_code": 30007, "error_message": "Message filtered"}),
        ],
        limited=LIMITED,
        refused=REFUSED,
        dead=[
            error(400, 21211, "Invalid 'To' Phone Number: +49170123XXXX"),
            error(400, 21614, "'To' number is not a valid mobile number"),
            error(400, 21217, "Phone number does not appear to be valid"),
            Reply(201, {"sid": "SM1", "status": "failed", "error_code": 30005, "error_message": "Unknown handset"}),
        ],
        opted_out=[error(400, 21610, "Attempt to send to unsubscribed recipient")],
    )


CASES = [case(check, settings), case(check_with_api_key, with_api_key)]
