"""Resend signs as Standard Webhooks say, with Svix's names of the headers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from addressee.channels.callback import CallbackMalformedError, CallbackRequest
from addressee.channels.callbacks.resend import RESEND_CALLBACKS
from tests.channels.callbacks.requests import NOW, SECONDS, refusal, request, settings, told

RAW = b"a secret of twenty-four bytes"
SECRET = settings(webhook_signing_secret="whsec_" + base64.b64encode(RAW).decode())


def signed(report: dict[str, Any], *, at: int = SECONDS, raw: bytes = RAW, before: str = "") -> CallbackRequest:
    body = json.dumps(report).encode()
    digest = hmac.new(raw, f"msg_1.{at}.".encode() + body, hashlib.sha256).digest()
    signature = f"{before}v1,{base64.b64encode(digest).decode()}"
    return request(body, {"svix-id": "msg_1", "svix-timestamp": str(at), "svix-signature": signature})


def report(type: str, **data: Any) -> dict[str, Any]:
    return {"type": type, "created_at": "2026-03-01T12:00:00.000Z", "data": {"email_id": "56761188", **data}}


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        (report("email.sent", to=["ada@example.org"]), ["sent"]),
        (report("email.delivered"), ["delivered"]),
        (report("email.delivery_delayed"), []),
        (report("email.bounced", bounce={"type": "Permanent", "subType": "General", "message": "no"}), ["bounced"]),
        (report("email.bounced", bounce={"type": "Transient", "subType": "MailboxFull"}), ["undelivered"]),
        (report("email.suppressed", suppressed={"type": "OnAccountSuppressionList"}), ["bounced"]),
        (report("email.failed", failed={"reason": "reached_daily_quota"}), ["undelivered"]),
        (report("email.complained"), ["complained"]),
        (report("email.opened"), ["opened"]),
        (report("email.clicked", click={"link": "https://example.com"}), ["clicked"]),
    ],
)
def test_events(given: dict[str, Any], kinds: list[str]) -> None:
    callback = RESEND_CALLBACKS.read(signed(given), SECRET, NOW)
    assert told(callback) == [(kind, "56761188") for kind in kinds]
    assert callback.once == "msg_1"


def test_events_of_other_things_are_ignored() -> None:
    assert told(RESEND_CALLBACKS.read(signed({"type": "contact.created", "data": {"id": "1"}}), SECRET, NOW)) == []


def test_one_of_several_signatures_suffices() -> None:
    assert told(RESEND_CALLBACKS.read(signed(report("email.sent"), before="v1,b2xk v1a,eA== "), SECRET, NOW))


def test_other_signatures_are_refused() -> None:
    assert refusal(RESEND_CALLBACKS, signed(report("email.sent"), raw=b"x"), SECRET) == "the signature is wrong"
    old = signed(report("email.sent"), at=SECONDS - 301)
    assert refusal(RESEND_CALLBACKS, old, SECRET) == "the signature is too old, or the clocks differ"
    call = signed(report("email.sent"))
    never = request(call.body, {**call.headers, "svix-timestamp": "yesterday"})
    assert refusal(RESEND_CALLBACKS, never, SECRET) == "the time of the signature is none"
    assert refusal(RESEND_CALLBACKS, request(call.body), SECRET) == "the header svix-id is missing"
    for wrong in ("whsec_", "whsec_%%%"):
        reason = refusal(RESEND_CALLBACKS, call, settings(webhook_signing_secret=wrong))
        assert reason == "the signature cannot be computed; is webhook_signing_secret right?"


def test_other_bodies_are_malformed() -> None:
    with pytest.raises(CallbackMalformedError):
        RESEND_CALLBACKS.read(signed({"type": "email.sent"}), SECRET, NOW)
