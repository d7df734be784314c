"""Mailgun signs a time and a token (HMAC-SHA256), which it sends in the body."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from addressee.channels.callback import CallbackMalformedError, CallbackRequest
from addressee.channels.callbacks.mailgun import MAILGUN_CALLBACKS
from tests.channels.callbacks.requests import NOW, SECONDS, refusal, request, settings, told

KEY = settings(webhook_signing_key="signing-key")


def signed(event: str, *, at: int = SECONDS, key: str = "signing-key", **rest: Any) -> CallbackRequest:
    token = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"
    signature = hmac.new(key.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    message = {"headers": {"message-id": "20130503182626.18666.16540@example.org", "to": "Ada <ada@example.org>"}}
    dashed = {name.replace("_", "-"): value for name, value in rest.items()}
    data = {"event": event, "timestamp": at + 0.5, "recipient": "ada@example.org", "message": message, **dashed}
    return request({"signature": {"timestamp": str(at), "token": token, "signature": signature}, "event-data": data})


@pytest.mark.parametrize(
    ("event", "rest", "kinds"),
    [
        ("accepted", {}, ["sent"]),
        ("delivered", {}, ["delivered"]),
        ("failed", {"severity": "permanent", "reason": "bounce"}, ["bounced"]),
        ("failed", {"severity": "permanent", "reason": "suppress-bounce"}, ["bounced"]),
        ("failed", {"severity": "permanent", "reason": "suppress-unsubscribe"}, ["undelivered"]),
        ("failed", {"severity": "temporary", "reason": "generic"}, []),
        ("opened", {}, ["opened"]),
        ("clicked", {"url": "https://example.com"}, ["clicked"]),
        ("complained", {}, ["complained"]),
        ("unsubscribed", {}, ["opted_out"]),
        ("stored", {}, []),
    ],
)
def test_events(event: str, rest: dict[str, Any], kinds: list[str]) -> None:
    callback = MAILGUN_CALLBACKS.read(signed(event, **rest), KEY, NOW)
    assert told(callback) == [(kind, "20130503182626.18666.16540@example.org") for kind in kinds]
    assert callback.once == "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"


def test_the_reason_is_what_the_server_said() -> None:
    status = {"code": 550, "message": "5.1.1 no such user", "description": ""}
    call = signed("failed", severity="permanent", reason="bounce", delivery_status=status)
    assert MAILGUN_CALLBACKS.read(call, KEY, NOW).events[0].reason == "550 bounce 5.1.1 no such user"


def test_another_key_or_an_old_token_is_refused() -> None:
    assert refusal(MAILGUN_CALLBACKS, signed("opened", key="x"), KEY) == "the signature is wrong"
    old = signed("opened", at=SECONDS - 86_401)
    assert refusal(MAILGUN_CALLBACKS, old, KEY) == "the signature is too old, or the clocks differ"
    lacking = settings(webhook_signing_key=None)
    assert refusal(MAILGUN_CALLBACKS, signed("opened"), lacking) == "the channel has no webhook_signing_key"


def test_other_bodies_are_malformed() -> None:
    with pytest.raises(CallbackMalformedError):
        MAILGUN_CALLBACKS.read(request({"event-data": {}}), KEY, NOW)
