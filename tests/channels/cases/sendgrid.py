"""SendGrid, as its documentation of Mail Send and of its errors has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases.postmark import EMAIL
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"from": "hello@example.com", "api_key": "SG.ngeVfQFYQlKU0ufo8x5d1A", "endpoint": server.url}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/v3/mail/send")
    assert request.headers["authorization"] == f"Bearer {settings['api_key']}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "personalizations": [{"to": [{"email": "ada@example.org"}]}],
        "from": {"email": "hello@example.com", "name": "Ünal Söze"},
        "reply_to": {"email": "help@example.com"},
        "subject": "Grüße 🦊",
        "content": [
            {"type": "text/plain", "value": "Liebe Grüße"},
            {"type": "text/html", "value": "<p>Liebe Grüße</p>"},
        ],
        "headers": {"Auto-Submitted": "auto-generated"},
        "custom_args": {"id": MESSAGE_ID},
    }


def error(status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, {"errors": [{"message": message, "field": field, "help": None}]}, headers or {})


UNVERIFIED = "The from address does not match a verified Sender Identity. Mail cannot be sent until this is resolved."

CASES = [
    SenderCase(
        channel_type=ChannelType.EMAIL,
        provider="sendgrid",
        settings=settings,
        message=EMAIL,
        check=check,
        accepted=Reply(202, "", {"x-message-id": "14c5d75ce93.dfd.64b469"}),
        provider_id="14c5d75ce93.dfd.64b469",
        hidden=(EMAIL.subject, str(EMAIL.html), str(EMAIL.text)),
        rejected=[
            error(400, "The content value must be a string at least one character in length.", "content.0.value"),
            error(400, "Does not contain a valid address.", "from.email"),
            error(413, "The payload is larger than 30MB"),
        ],
        temporary=[error(500, "Internal server error"), Reply(502, "<html>Bad Gateway</html>"), Reply(503)],
        limited=[
            error(429, "too many requests"),
            error(429, "too many requests", None, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1392815263"}),
        ],
        refused=[
            error(401, "The provided authorization grant is invalid, expired, or revoked"),
            error(401, "Maximum credits exceeded"),
            error(403, "access forbidden"),
            error(403, UNVERIFIED, "from"),
        ],
        dead=[error(400, "Does not contain a valid address.", "personalizations.0.to.0.email")],
    )
]
