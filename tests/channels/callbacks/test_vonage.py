"""Vonage sends a JWT with a hash of the body, signed with the account's signature secret (HS256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from addressee.channels.callback import CallbackRequest
from addressee.channels.callbacks.vonage import vonage_callbacks
from addressee.channels.sms.vonage import FAILURES
from tests.channels.callbacks.requests import NOW, SECONDS, refusal, request, settings, told

VONAGE_CALLBACKS = vonage_callbacks(FAILURES)
SECRET = settings(webhook_signing_secret="s3cr3t-of-the-account-that-signs")


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def token(body: bytes, alg: str = "HS256", secret: str = SECRET.webhook_signing_secret, **claims: Any) -> str:
    hashed = hashlib.sha256(body).hexdigest()
    given = {"iat": SECONDS, "jti": "token-1", "iss": "Vonage", "payload_hash": hashed, "api_key": "a1", **claims}
    signed = f"{encoded(json.dumps({'alg': alg, 'typ': 'JWT'}).encode())}.{encoded(json.dumps(given).encode())}"
    return f"{signed}.{encoded(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def signed(report: dict[str, Any], **claims: Any) -> CallbackRequest:
    body = json.dumps(report).encode()
    return request(body, {"authorization": f"Bearer {token(body, **claims)}"})


def status(word: str, **rest: Any) -> dict[str, Any]:
    return {"message_uuid": "aaa-1", "to": "4915112345678", "timestamp": "2026-03-01T11:59:00Z", "status": word, **rest}


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        (status("submitted"), "sent"),
        (status("delivered"), "delivered"),
        (status("read"), "read"),
        (status("rejected", error={"type": "https://x", "title": 1210, "detail": "Spam"}), "undelivered"),
        (status("undeliverable", error={"title": "1190", "detail": "Absent"}), "bounced"),
        (status("rejected", to={"type": "sms", "number": "4915112345678"}, error={"code": 1240}), "bounced"),
    ],
)
def test_statuses(report: dict[str, Any], kind: str) -> None:
    callback = VONAGE_CALLBACKS.read(signed(report), SECRET, NOW)
    assert told(callback) == [(kind, "aaa-1")]
    assert callback.events[0].address == "+4915112345678"
    assert callback.once == "token-1"


def test_texts_of_people() -> None:
    text = {"channel": "sms", "message_uuid": "in-1", "to": "1500", "from": "4915112345678", "text": "Stop"}
    (event,) = VONAGE_CALLBACKS.read(signed(text), SECRET, NOW).events
    assert (event.kind, event.address, event.provider_id) == ("opted_out", "+4915112345678", None)


def test_other_tokens_are_refused() -> None:
    body = json.dumps(status("delivered")).encode()

    def why(given: str) -> str:
        return refusal(VONAGE_CALLBACKS, request(body, {"authorization": f"Bearer {given}"}), SECRET)

    assert why(token(body, secret="another one that nobody has told us")) == (
        "the token is not valid: InvalidSignatureError"
    )
    assert why(token(body, alg="none")).startswith("the token is not valid")
    assert why("x.y") == "the token is not valid: DecodeError"
    assert why("x" * 5000) == "the token is too long"
    assert why(token(b"another body")) == "the signature is wrong"
    assert why(token(body, iat=SECONDS - 301)) == "the signature is too old, or the clocks differ"
    assert why(token(body, iat="soon")) == "the time of the signature is none"
    assert why(token(body, exp=SECONDS - 1)) == "the token has expired"


def test_a_token_is_good_for_five_minutes() -> None:
    call = signed(status("delivered"))
    assert told(VONAGE_CALLBACKS.read(call, SECRET, NOW + timedelta(minutes=5)))
    assert refusal(VONAGE_CALLBACKS, call, SECRET, NOW + timedelta(minutes=5, seconds=1))


def test_a_channel_without_the_secret_takes_none() -> None:
    lacking = settings(webhook_signing_secret=None)
    assert refusal(VONAGE_CALLBACKS, signed(status("sent")), lacking) == "the channel has no webhook_signing_secret"
