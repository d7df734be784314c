"""Twilio signs the URL and the fields of the form with the account's token (HMAC-SHA1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from addressee.channels.callback import CallbackMalformedError, CallbackRequest, EventKind
from addressee.channels.callbacks.twilio import TWILIO_CALLBACKS
from tests.channels.callbacks.requests import NOW, URL, refusal, request, settings, told

TOKEN = settings(auth_token="12345")


def signature(url: str, fields: dict[str, str], token: str = "12345") -> str:
    text = url
    for name in sorted(fields):
        text += name + fields[name]
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(fields: dict[str, str], *, url: str = URL, signed_url: str | None = None) -> CallbackRequest:
    headers = {"x-twilio-signature": signature(signed_url or url, fields)}
    return request(urlencode(fields).encode(), headers, url=url)


def status(word: str, **fields: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "MessageStatus": word, "To": "+4915112345678", "From": "+15005550006", **fields}


def test_the_vendors_published_example() -> None:
    """The URL, fields, token and signature of Twilio's page about the security of webhooks."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234"}
    fields |= {"From": "+14158675309", "To": "+18005551212"}
    published = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signature(url, fields) == published
    call = request(urlencode(fields).encode(), {"x-twilio-signature": published}, url=url)
    assert told(TWILIO_CALLBACKS.read(call, TOKEN, NOW)) == []


@pytest.mark.parametrize(
    ("word", "fields", "expected"),
    [
        ("queued", {}, []),
        ("sent", {}, ["sent"]),
        ("delivered", {}, ["delivered"]),
        ("read", {}, ["read"]),
        ("undelivered", {"ErrorCode": "30003"}, ["undelivered"]),
        ("undelivered", {"ErrorCode": "30005"}, ["bounced"]),
        ("failed", {"ErrorCode": "21610"}, ["undelivered", "opted_out"]),
        ("a new word", {}, []),
    ],
)
def test_statuses(word: str, fields: dict[str, str], expected: list[str]) -> None:
    callback = TWILIO_CALLBACKS.read(signed(status(word, **fields)), TOKEN, NOW)
    assert told(callback) == [(kind, "SM1") for kind in expected]


def test_a_status_of_whatsapp_names_the_number_alone() -> None:
    (event,) = TWILIO_CALLBACKS.read(signed(status("delivered", To="whatsapp:+4915112345678")), TOKEN, NOW).events
    assert event.address == "+4915112345678"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Body": "stop"}, [EventKind.OPTED_OUT]),
        ({"Body": " Unsubscribe. "}, [EventKind.OPTED_OUT]),
        ({"Body": "START"}, [EventKind.OPTED_IN]),
        ({"Body": "please stop it"}, []),
        ({"Body": "Arrêt", "OptOutType": "STOP"}, [EventKind.OPTED_OUT]),
        ({"Body": "STOP", "OptOutType": "HELP"}, []),
        ({}, []),
    ],
)
def test_texts_of_people(fields: dict[str, str], expected: list[EventKind]) -> None:
    text = {"MessageSid": "SM2", "SmsStatus": "received", "From": "+4915112345678", "To": "+15005550006", **fields}
    events = TWILIO_CALLBACKS.read(signed(text), TOKEN, NOW).events
    assert [(event.kind, event.address, event.provider_id) for event in events] == [
        (kind, "+4915112345678", None) for kind in expected
    ]


@pytest.mark.parametrize("port", ["", ":443"])
def test_the_port_may_be_signed_or_not(port: str) -> None:
    url = URL.replace(".com", f".com{port}")
    for other in ("", ":443"):
        signed_url = URL.replace(".com", f".com{other}")
        assert told(TWILIO_CALLBACKS.read(signed(status("sent"), url=url, signed_url=signed_url), TOKEN, NOW))


def test_another_url_token_or_field_is_refused() -> None:
    wrong = "the signature is wrong, or the public URL of this service is"
    assert refusal(TWILIO_CALLBACKS, signed(status("sent"), signed_url=URL + "?x=1"), TOKEN) == wrong
    assert refusal(TWILIO_CALLBACKS, signed(status("sent")), settings(auth_token="54321")) == wrong
    headers = {"x-twilio-signature": signature(URL, status("sent"))}
    assert refusal(TWILIO_CALLBACKS, request(urlencode(status("delivered")).encode(), headers), TOKEN) == wrong
    unsigned = request(urlencode(status("sent")).encode())
    assert refusal(TWILIO_CALLBACKS, unsigned, TOKEN) == "the header x-twilio-signature is missing"
    assert refusal(TWILIO_CALLBACKS, unsigned, settings(auth_token=None)) == "the channel has no auth_token"


def test_what_is_no_form_is_malformed() -> None:
    with pytest.raises(CallbackMalformedError):
        TWILIO_CALLBACKS.read(request(b"\xff=1"), TOKEN, NOW)
    with pytest.raises(CallbackMalformedError):
        TWILIO_CALLBACKS.read(request(method="GET"), TOKEN, NOW)
