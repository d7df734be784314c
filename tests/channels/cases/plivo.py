"""Plivo's Message API, as its documentation of sending a message has it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.sms.message import Sms
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

SMS = Sms(MESSAGE_ID, "+491701234567", "Grüße & 🦊", {"trackable": True})
AUTH_ID = "MAXXXXXXXXXXXXXXXXXX"
API_ID = "db342550-7c9d-11e1-8ea7-12313806be9a"
UUID = "db3ce55a-7f1d-11e1-8ea7-1231380bc196"


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "auth_id": AUTH_ID,
        "auth_token": "auth-token-8d1f",
        "from": "+14155550123",
        "status_callback": "https://addressee.example.com/providers/7/s3cret-path",
        "endpoint": server.url,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", f"/v1/Account/{AUTH_ID}/Message/")
    scheme, _, basic = request.headers["authorization"].partition(" ")
    assert (scheme, b64decode(basic).decode()) == ("Basic", f"{AUTH_ID}:auth-token-8d1f")
    assert request.json == {
        "src": "+14155550123",
        "dst": "+491701234567",
        "text": "Grüße & 🦊",
        "url": settings["status_callback"],
        "trackable": True,
    }


def error(status: int, words: Any) -> Reply:
    return Reply(status, {"api_id": API_ID, "error": words})


CASES = [
    SenderCase(
        channel_type=ChannelType.SMS,
        provider="plivo",
        settings=settings,
        message=SMS,
        check=check,
        accepted=Reply(202, {"message": "message(s) queued", "message_uuid": [UUID], "api_id": API_ID}),
        provider_id=UUID,
        hidden=(SMS.text,),
        rejected=[error(400, "src parameter is invalid"), error(405, {"error": "not allowed"})],
        limited=[error(429, "Too many requests"), Reply(429)],
        refused=[
            Reply(401, "Could not verify your access level for that URL."),
            error(403, "This account is not allowed to send messages."),
        ],
        dead=[
            Reply(202, {"message": "", "message_uuid": [], "invalid_number": ["491701234567"], "api_id": API_ID}),
        ],
    )
]
