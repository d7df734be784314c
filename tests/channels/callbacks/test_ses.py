"""SES tells events through SNS, which signs messages with a certificate that it publishes."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from addressee.channels.callback import CallbackMalformedError, CallbackRefusedError, CallbackRequest
from addressee.channels.callbacks.ses import SES_CALLBACKS
from tests.channels.callbacks.requests import NOW, refusal, request, settings, told

CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem"
SUBSCRIBE_URL = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336"

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOTHING = settings()


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    valid = built.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=9))
    return valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


CERTIFICATE = certificate()


def signed(message: str, *, given: bytes = CERTIFICATE, version: str = "1", **fields: Any) -> CallbackRequest:
    sent = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:mail",
        "Message": message,
        "Timestamp": "2026-03-01T12:00:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
        **fields,
    }
    names = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{sent[name]}\n" for name in names if name in sent)
    hash = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = KEY.sign(text.encode(), padding.PKCS1v15(), hash)
    return request({**sent, "Signature": base64.b64encode(signature).decode()}, certificate=given)


def report(type: str, name: str = "eventType", **rest: Any) -> str:
    mail = {"messageId": "0100-1", "destination": ["ada@example.org"], "timestamp": "2026-03-01T11:00:00.000Z"}
    return json.dumps({name: type, "mail": mail, **rest})


def bounce(type: str) -> dict[str, Any]:
    recipients = [{"emailAddress": "ada@example.org", "diagnosticCode": "smtp; 550 5.1.1 unknown"}]
    return {"bounceType": type, "bounceSubType": "General", "bouncedRecipients": recipients}


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        (report("Send", send={}), ["sent"]),
        (report("Delivery", delivery={"timestamp": "2026-03-01T11:00:02.000Z"}), ["delivered"]),
        (report("Delivery", "notificationType", delivery={}), ["delivered"]),
        (report("Bounce", bounce=bounce("Permanent")), ["bounced"]),
        (report("Bounce", "notificationType", bounce=bounce("Transient")), ["undelivered"]),
        (
            report("Complaint", complaint={"complainedRecipients": [{"emailAddress": "ada@example.org"}]}),
            ["complained"],
        ),
        (
            report(
                "Complaint",
                complaint={
                    "complaintSubType": "OnAccountSuppressionList",
                    "complainedRecipients": [{"emailAddress": "ada@example.org"}],
                },
            ),
            ["complained", "undelivered"],
        ),
        (report("Reject", reject={"reason": "Bad content"}), ["undelivered"]),
        (report("Rendering Failure", failure={"errorMessage": "Attribute"}), ["undelivered"]),
        (report("Open", open={"timestamp": "2026-03-01T11:00:02.000Z"}), ["opened"]),
        (report("Click", click={"link": "https://example.com"}), ["clicked"]),
        (report("DeliveryDelay", deliveryDelay={}), []),
        (report("Subscription", subscription={}), []),
        ("Successfully validated SNS topic for Amazon SES event publishing.", []),
    ],
)
@pytest.mark.parametrize("version", ["1", "2"])
def test_events(message: str, kinds: list[str], version: str) -> None:
    callback = SES_CALLBACKS.read(signed(message, version=version), NOTHING, NOW)
    assert told(callback) == [(kind, "0100-1") for kind in kinds]
    assert callback.once == "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"


def test_a_bounce_tells_the_servers_words() -> None:
    (event,) = SES_CALLBACKS.read(signed(report("Bounce", bounce=bounce("Permanent"))), NOTHING, NOW).events
    assert (event.address, event.reason) == ("ada@example.org", "Permanent General smtp; 550 5.1.1 unknown")


def test_a_subject_is_signed_too() -> None:
    assert told(SES_CALLBACKS.read(signed(report("Send"), Subject="Amazon SES Notification"), NOTHING, NOW))


def test_a_subscription_is_confirmed() -> None:
    call = signed("You have chosen …", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=SUBSCRIBE_URL)
    assert SES_CALLBACKS.read(call, NOTHING, NOW).confirm == SUBSCRIBE_URL
    ended = signed("You have …", Type="UnsubscribeConfirmation", Token="2336", SubscribeURL=SUBSCRIBE_URL)
    assert SES_CALLBACKS.read(ended, NOTHING, NOW).confirm is None


@pytest.mark.parametrize("url", ["https://evil.example.com/?x", "http://sns.eu-west-1.amazonaws.com/", "https://[", ""])
def test_a_subscription_elsewhere_is_not_confirmed(url: str) -> None:
    call = signed("You have chosen …", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=url)
    assert refusal(SES_CALLBACKS, call, NOTHING).startswith("a URL of the message is")


def test_the_certificate_is_one_of_sns() -> None:
    assert SES_CALLBACKS.certificate_url(signed(report("Send"))) == CERTIFICATE_URL


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/cert.pem",
        "http://sns.eu-west-1.amazonaws.com/cert.pem",
        "https://bucket.s3.amazonaws.com/cert.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example.com/cert.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example.com/cert.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/cert.pem",
        "https://sns.eu-west-1.amazonaws.com/cert.txt",
    ],
)
def test_other_certificates_are_not_fetched(url: str) -> None:
    call = signed(report("Send"), SigningCertURL=url)
    with pytest.raises(CallbackRefusedError):
        SES_CALLBACKS.certificate_url(call)


def test_what_another_signed_or_changed_is_refused() -> None:
    other = certificate(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert refusal(SES_CALLBACKS, signed(report("Send"), given=other), NOTHING) == "the signature is wrong"
    changed = json.loads(signed(report("Send")).body) | {"Message": report("Delivery")}
    assert refusal(SES_CALLBACKS, request(changed, certificate=CERTIFICATE), NOTHING) == "the signature is wrong"
    elliptic = certificate(ec.generate_private_key(ec.SECP256R1()))
    kind = "the certificate of the signature is of another kind"
    assert refusal(SES_CALLBACKS, signed(report("Send"), given=elliptic), NOTHING) == kind
    unreadable = "the certificate of the signature cannot be read"
    assert refusal(SES_CALLBACKS, signed(report("Send"), given=b"<html>"), NOTHING) == unreadable
    assert "unknown" in refusal(SES_CALLBACKS, signed(report("Send"), version="3"), NOTHING)


def test_an_old_message_is_refused() -> None:
    old = signed(report("Send"), Timestamp="2026-02-28T11:59:59.000Z")
    assert refusal(SES_CALLBACKS, old, NOTHING) == "the signature is too old, or the clocks differ"


def test_other_bodies_are_malformed() -> None:
    for body in (b"{}", b"x", report("Send").encode()):
        with pytest.raises(CallbackMalformedError):
            SES_CALLBACKS.certificate_url(request(body))
