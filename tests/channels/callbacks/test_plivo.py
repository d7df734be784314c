"""Plivo signs the URL, the fields of the form and a nonce with the account's token (HMAC-SHA256, version 3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from addressee.channels.callback import CallbackRequest
from addressee.channels.callbacks.plivo import PLIVO_CALLBACKS
from tests.channels.callbacks.requests import NOW, URL, refusal, request, settings, told

TOKEN = settings(auth_token="token-of-plivo")


def signed(
    fields: dict[str, str], *, header: str = "x-plivo-signature-v3", query: str = "", token: str = "token-of-plivo"
) -> CallbackRequest:
    text = f"{URL}?" + (f"{query}." if query else "")
    text += "".join(name + fields[name] for name in sorted(fields)) + ".nonce-1"
    signature = base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha256).digest()).decode()
    headers = {header: f"b2xk,{signature}", "x-plivo-signature-v3-nonce": "nonce-1"}
    return request(urlencode(fields).encode(), headers, url=f"{URL}?{query}" if query else URL)


def status(word: str, code: str = "") -> dict[str, str]:
    return {"MessageUUID": "u-1", "Status": word, "To": "4915112345678", "From": "1500", "ErrorCode": code}


@pytest.mark.parametrize("header", ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"])
@pytest.mark.parametrize(
    ("word", "code", "kinds"),
    [
        ("queued", "", []),
        ("sent", "", ["sent"]),
        ("delivered", "000", ["delivered"]),
        ("undelivered", "30", ["undelivered"]),
        ("failed", "40", ["bounced"]),
        ("rejected", "200", ["undelivered", "opted_out"]),
    ],
)
def test_statuses(word: str, code: str, kinds: list[str], header: str) -> None:
    callback = PLIVO_CALLBACKS.read(signed(status(word, code), header=header), TOKEN, NOW)
    assert told(callback) == [(kind, "u-1") for kind in kinds]
    assert callback.once == "nonce-1"


def test_the_query_is_signed_too() -> None:
    assert told(PLIVO_CALLBACKS.read(signed(status("sent"), query="a=1&b=2"), TOKEN, NOW))


def test_texts_of_people() -> None:
    text = {"MessageUUID": "u-2", "From": "4915112345678", "To": "1500", "Text": "STOP", "Type": "sms"}
    (event,) = PLIVO_CALLBACKS.read(signed(text), TOKEN, NOW).events
    assert (event.kind, event.address) == ("opted_out", "+4915112345678")


def test_another_token_is_refused() -> None:
    assert refusal(PLIVO_CALLBACKS, signed(status("sent"), token="x"), TOKEN) == "the signature is wrong"
