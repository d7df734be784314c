"""Telnyx's Messaging API, as its documentation of sending a message and of its error codes has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.sms.message import Sms
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

SMS = Sms(MESSAGE_ID, "+491701234567", "Grüße & 🦊", {"use_profile_webhooks": False})
ID = "40385f64-5717-4562-b3fc-2c963f66afa6"


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "api_key": "KEY0123-telnyx",
        "from": "Addressee",
        "messaging_profile_id": "16fd2706-8baf",
        "status_callback": "https://addressee.example.com/providers/7/s3cret-path",
        "endpoint": server.url,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/v2/messages")
    assert request.headers["authorization"] == "Bearer KEY0123-telnyx"
    assert request.json == {
        "from": "Addressee",
        "messaging_profile_id": "16fd2706-8baf",
        "to": "+491701234567",
        "text": "Grüße & 🦊",
        "webhook_url": settings["status_callback"],
        "use_profile_webhooks": False,
    }


def error(status: int, code: str, title: str, detail: str = "") -> Reply:
    meta = {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"}
    return Reply(status, {"errors": [{"code": code, "title": title, "detail": detail, "meta": meta}]})


CASES = [
    SenderCase(
        channel_type=ChannelType.SMS,
        provider="telnyx",
        settings=settings,
        message=SMS,
        check=check,
        accepted=Reply(200, {"data": {"id": ID, "record_type": "message", "direction": "outbound", "parts": 1}}),
        provider_id=ID,
        hidden=(SMS.text,),
        rejected=[
            error(400, "40305", "Invalid 'from' address"),
            error(403, "40309", "Invalid destination region", "The region is not in the profile's whitelist."),
            error(422, "40302", "Message too large"),
            error(422, "10015", "Bad Request"),
        ],
        temporary=[
            error(500, "10007", "Unexpected error"),
            error(504, "10008", "Request timeout"),
            error(422, "40006", "Recipient server unavailable"),
        ],
        limited=[error(429, "10011", "Too many requests"), error(400, "40318", "Message queue full")],
        refused=[
            error(401, "10009", "Authentication failed", "The required authentication headers were invalid."),
            error(403, "10010", "Authorization failed"),
            error(402, "20100", "Insufficient funds"),
            error(422, "40312", "Messaging profile is disabled"),
        ],
        dead=[
            error(400, "40310", "Invalid 'to' address", "The 'to' address should be in E.164 format."),
            Reply(422, {"errors": [{"code": 40012, "title": "Invalid messaging destination number", "detail": None}]}),
            error(422, "40001", "Not routable", "The destination is a landline or a non-routable number."),
        ],
        opted_out=[
            error(403, "40300", "Blocked due to STOP message", "Messages cannot be sent due to an existing block rule.")
        ],
    )
]
