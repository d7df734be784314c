"""Telnyx signs the time and the body with a key of its own (Ed25519), whose public half the channel has."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from addressee.channels.callback import CallbackRequest
from addressee.channels.callbacks.telnyx import telnyx_callbacks
from addressee.channels.sms.telnyx import FAILURES
from tests.channels.callbacks.requests import NOW, SECONDS, refusal, request, settings, told

TELNYX_CALLBACKS = telnyx_callbacks(FAILURES)
KEY = Ed25519PrivateKey.generate()
SETTINGS = settings(webhook_public_key=base64.b64encode(KEY.public_key().public_bytes_raw()).decode())


def signed(type: str, payload: dict[str, Any], at: int = SECONDS) -> CallbackRequest:
    data = {"event_type": type, "id": "e-1", "occurred_at": "2026-03-01T12:00:00.000+00:00", "payload": payload}
    body = json.dumps({"data": data, "meta": {"attempt": 1}}).encode()
    signature = base64.b64encode(KEY.sign(f"{at}|".encode() + body)).decode()
    return request(body, {"telnyx-timestamp": str(at), "telnyx-signature-ed25519": signature})


def sent(status: str, *codes: str) -> dict[str, Any]:
    to = [{"phone_number": "+4915112345678", "status": status}]
    return {"id": "m-1", "to": to, "errors": [{"code": code, "title": "No"} for code in codes]}


@pytest.mark.parametrize(
    ("type", "payload", "kinds"),
    [
        ("message.sent", sent("sent"), ["sent"]),
        ("message.finalized", sent("delivered"), ["delivered"]),
        ("message.finalized", sent("delivery_failed", "40008"), ["undelivered"]),
        ("message.finalized", sent("delivery_failed", "40001"), ["bounced"]),
        ("message.finalized", sent("sending_failed", "40300"), ["undelivered", "opted_out"]),
        ("message.finalized", sent("delivery_unconfirmed"), []),
        ("call.hangup", {}, []),
    ],
)
def test_statuses(type: str, payload: dict[str, Any], kinds: list[str]) -> None:
    callback = TELNYX_CALLBACKS.read(signed(type, payload), SETTINGS, NOW)
    assert told(callback) == [(kind, "m-1") for kind in kinds]


def test_texts_of_people() -> None:
    text = {"id": "m-2", "from": {"phone_number": "+4915112345678"}, "text": "Stop", "to": []}
    (event,) = TELNYX_CALLBACKS.read(signed("message.received", text), SETTINGS, NOW).events
    assert (event.kind, event.address, event.provider_id) == ("opted_out", "+4915112345678", None)


def test_other_signatures_are_refused() -> None:
    call = signed("message.sent", sent("sent"))
    assert refusal(TELNYX_CALLBACKS, request(call.body + b" ", call.headers), SETTINGS) == "the signature is wrong"
    old = signed("message.sent", sent("sent"), SECONDS - 301)
    assert refusal(TELNYX_CALLBACKS, old, SETTINGS) == "the signature is too old, or the clocks differ"
    wrong = settings(webhook_public_key="short")
    assert refusal(TELNYX_CALLBACKS, call, wrong) == "the channel's webhook_public_key is no key"
