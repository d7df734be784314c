"""Postmark, as its documentation of the endpoint /email has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from addressee.channels.email.message import Email
from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

EMAIL = Email(
    id=MESSAGE_ID,
    sender="Ünal Söze <hello@example.com>",
    to="ada@example.org",
    subject="Grüße 🦊",
    html="<p>Liebe Grüße</p>",
    text="Liebe Grüße",
    written_at=datetime(2025, 6, 1, 12, tzinfo=UTC),
    reply_to="help@example.com",
)


def settings(server: ProviderServer) -> dict[str, Any]:
    return {"from": "hello@example.com", "api_key": "server-token-8d1f", "endpoint": server.url}


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/email")
    assert request.headers["x-postmark-server-token"] == settings["api_key"]
    assert request.json == {
        "From": "Ünal Söze <hello@example.com>",
        "To": "ada@example.org",
        "ReplyTo": "help@example.com",
        "Subject": "Grüße 🦊",
        "HtmlBody": "<p>Liebe Grüße</p>",
        "TextBody": "Liebe Grüße",
        "MessageStream": "outbound",
        "Metadata": {"id": MESSAGE_ID},
        "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
    }


def error(status: int, code: int, message: str) -> Reply:
    return Reply(status, {"ErrorCode": code, "Message": message})


CASES = [
    SenderCase(
        channel_type=ChannelType.EMAIL,
        provider="postmark",
        settings=settings,
        message=EMAIL,
        check=check,
        accepted=Reply(200, {"ErrorCode": 0, "Message": "OK", "MessageID": "0a129aee-e1cd", "To": "ada@example.org"}),
        provider_id="0a129aee-e1cd",
        hidden=(EMAIL.subject, str(EMAIL.html), str(EMAIL.text)),
        rejected=[error(422, 300, "Invalid email request"), error(422, 409, "JSON required")],
        temporary=[error(503, 100, "Maintenance"), Reply(500), Reply(502, "<html>Bad Gateway</html>")],
        limited=[Reply(429)],
        refused=[
            error(401, 10, "No Account or Server API tokens were supplied"),
            error(422, 405, "Not allowed to send"),
        ],
        dead=[error(422, 406, "You tried to send to a recipient that has been marked as inactive.")],
    )
]
