"""Resend, as its documentation of Send Email and of its errors has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.provider import ChannelType
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases.postmark import EMAIL
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "from": "hello@example.com",
        "api_key": "re_c1tpEyD8_NKFusih9vKVQknRAQfmFcWCv",
        "webhook_signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "endpoint": server.url,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert (request.method, request.path) == ("POST", "/emails")
    assert request.headers["authorization"] == f"Bearer {settings['api_key']}"
    assert request.headers["idempotency-key"] == MESSAGE_ID
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "from": "Ünal Söze <hello@example.com>",
        "to": ["ada@example.org"],
        "reply_to": "help@example.com",
        "subject": "Grüße 🦊",
        "html": "<p>Liebe Grüße</p>",
        "text": "Liebe Grüße",
        "headers": {"Auto-Submitted": "auto-generated"},
        "tags": [{"name": "id", "value": MESSAGE_ID}],
    }


def error(status: int, name: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, {"statusCode": status, "name": name, "message": message}, headers or {})


FORMAT = "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format."

CASES = [
    SenderCase(
        channel_type=ChannelType.EMAIL,
        provider="resend",
        settings=settings,
        message=EMAIL,
        check=check,
        accepted=Reply(200, {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}),
        provider_id="49a3999c-0ce1-4ea6-ab68-afcd6dc2e794",
        hidden=(EMAIL.subject, str(EMAIL.html), str(EMAIL.text)),
        rejected=[
            error(400, "validation_error", "An error was found with one or more fields in the request."),
            error(422, "invalid_from_address", "Invalid `from` field."),
            error(422, "missing_required_field", "Missing `subject` field."),
            error(422, "validation_error", "Invalid `to` field. Please use our testing email address instead."),
            error(409, "invalid_idempotent_request", "This idempotency key was used with another payload."),
            error(451, "security_error", "We may have found a security issue with the request."),
        ],
        temporary=[
            error(409, "concurrent_idempotent_requests", "The same request is in progress."),
            error(500, "application_error", "An unexpected error occurred."),
            error(500, "internal_server_error", "An unexpected error occurred."),
        ],
        limited=[
            error(429, "rate_limit_exceeded", "Too many requests.", {"ratelimit-remaining": "0"}),
            error(429, "daily_quota_exceeded", "You have reached your daily email sending quota."),
            error(429, "monthly_quota_exceeded", "You have reached your monthly email sending quota."),
        ],
        refused=[
            error(401, "missing_api_key", "Missing API Key"),
            error(401, "restricted_api_key", "This API key is restricted to only send emails."),
            error(401, "validation_error", "API key is invalid"),
            error(400, "validation_error", "API key is invalid"),
            error(403, "invalid_api_key", "API key is invalid"),
            error(403, "validation_error", "The example.com domain is not verified."),
        ],
        dead=[error(422, "validation_error", f"Invalid `to` field. {FORMAT}")],
        repeatable=True,
    )
]
