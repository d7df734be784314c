"""Mailgun, as its documentation of Messages and of its errors has it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases.postmark import EMAIL
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "from": "hello@example.com",
        "api_key": "3ax6xnjp29jd6fds4gc373sgvjxteol0",
        "domain": "mg.example.com",
        "webhook_signing_key": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "endpoint": server.url,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/v3/mg.example.com/messages")
    scheme, _, basic = request.headers["authorization"].partition(" ")
    assert (scheme, b64decode(basic).decode()) == ("Basic", f"api:{settings['api_key']}")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {
        "from": "Ünal Söze <hello@example.com>",
        "to": "ada@example.org",
        "h:Reply-To": "help@example.com",
        "h:Message-Id": f"<{MESSAGE_ID}@example.com>",
        "h:Auto-Submitted": "auto-generated",
        "subject": "Grüße 🦊",
        "text": "Liebe Grüße",
        "html": "<p>Liebe Grüße</p>",
        "v:id": MESSAGE_ID,
    }


def error(status: int, message: str) -> Reply:
    return Reply(status, {"message": message})


CASES = [
    SenderCase(
        channel_type=ChannelType.EMAIL,
        provider="mailgun",
        settings=settings,
        message=EMAIL,
        check=check,
        accepted=Reply(200, {"id": f"<{MESSAGE_ID}@example.com>", "message": "Queued. Thank you."}),
        provider_id=f"{MESSAGE_ID}@example.com",
        hidden=(EMAIL.subject, str(EMAIL.html), str(EMAIL.text)),
        rejected=[
            error(400, "from parameter is not a valid address. please check documentation"),
            error(400, "Need at least one of 'text' or 'html' parameters specified"),
            error(413, "Request Entity Too Large"),
        ],
        temporary=[error(500, "Internal Server Error"), Reply(502, "<html>Bad Gateway</html>"), Reply(503)],
        limited=[Reply(429), error(429, "Domain mg.example.com is not allowed to send: recipient limit exceeded")],
        refused=[
            Reply(401, "Forbidden"),
            error(401, "Invalid private key"),
            error(403, "Domain mg.example.com is not allowed to send: Please activate your Mailgun account."),
            error(404, "Domain not found: mg.example.com"),
        ],
        dead=[
            error(400, "to parameter is not a valid address. please check documentation"),
            error(400, "'to' parameter is not a valid address. please check documentation"),
        ],
    )
]
