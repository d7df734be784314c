"""SendGrid signs the time and the body with a key of its own (ECDSA, P-256), whose public half the channel has."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from addressee.channels.callback import CallbackMalformedError, CallbackRequest
from addressee.channels.callbacks.sendgrid import SENDGRID_CALLBACKS
from tests.channels.callbacks.requests import NOW, SECONDS, refusal, request, settings, told

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
SETTINGS = settings(webhook_public_key=PUBLIC)


def signed(*reports: dict[str, Any], at: int = SECONDS, body: bytes | None = None) -> CallbackRequest:
    content = json.dumps(reports).encode() if body is None else body
    signature = KEY.sign(str(at).encode() + content, ec.ECDSA(SHA256()))
    headers = {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": str(at),
    }
    return request(content, headers)


def report(event: str, id: str = "14c5d75ce93.dfd.64b469", **rest: Any) -> dict[str, Any]:
    message = f"{id}.filter0001.16648.5515E0B88.0"
    return {"email": "ada@example.org", "timestamp": SECONDS, "event": event, "sg_message_id": message, **rest}


def test_a_batch_of_events() -> None:
    call = signed(
        report("processed"),
        report("deferred"),
        report("delivered"),
        report("open"),
        report("click", url="https://example.com/a?b=c"),
        report("bounce", type="bounce", reason="550 unknown", status="5.1.1"),
        report("bounce", type="blocked", reason="spam"),
        report("dropped", reason="Bounced Address"),
        report("dropped", reason="Unsubscribed Address"),
        report("spamreport"),
        report("unsubscribe"),
        report("group_unsubscribe"),
        report("a new one"),
    )
    callback = SENDGRID_CALLBACKS.read(call, SETTINGS, NOW)
    assert [kind for kind, _ in told(callback)] == [
        "sent",
        "delivered",
        "opened",
        "clicked",
        "bounced",
        "undelivered",
        "bounced",
        "undelivered",
        "complained",
        "opted_out",
    ]
    assert {id for _, id in told(callback)} == {"14c5d75ce93.dfd.64b469"}
    assert callback.events[0].at == NOW
    assert callback.events[4].reason == "5.1.1 bounce 550 unknown"


def test_the_id_of_a_newer_server() -> None:
    call = signed(report("delivered") | {"sg_message_id": "JNK1UZm_SjKEbDcgnkTKqQ.recvd-5d4c-1-66D8-2D.0"})
    assert told(SENDGRID_CALLBACKS.read(call, SETTINGS, NOW)) == [("delivered", "JNK1UZm_SjKEbDcgnkTKqQ")]


def test_what_another_signed_or_changed_is_refused() -> None:
    call = signed(report("delivered"))
    changed = request(call.body + b" ", call.headers)
    assert refusal(SENDGRID_CALLBACKS, changed, SETTINGS) == "the signature is wrong"
    later = request(call.body, {**call.headers, "x-twilio-email-event-webhook-timestamp": str(SECONDS + 1)})
    assert refusal(SENDGRID_CALLBACKS, later, SETTINGS) == "the signature is wrong"
    broken = request(call.body, {**call.headers, "x-twilio-email-event-webhook-signature": "%"})
    assert refusal(SENDGRID_CALLBACKS, broken, SETTINGS) == "the signature is not base64"
    for key in ("no key", base64.b64encode(b"no key").decode()):
        assert "webhook_public_key" in refusal(SENDGRID_CALLBACKS, call, settings(webhook_public_key=key))


def test_a_signature_is_good_for_a_day_as_repetitions_may_carry_it() -> None:
    assert told(SENDGRID_CALLBACKS.read(signed(report("delivered"), at=SECONDS - 86_400), SETTINGS, NOW))
    old = signed(report("delivered"), at=SECONDS - 86_401)
    assert refusal(SENDGRID_CALLBACKS, old, SETTINGS) == "the signature is too old, or the clocks differ"


def test_other_bodies_are_malformed() -> None:
    with pytest.raises(CallbackMalformedError):
        SENDGRID_CALLBACKS.read(signed(body=b"{}"), SETTINGS, NOW)
