"""Messages of Amazon SNS, as it posts them to a URL: their signature, and the confirmation of a subscription."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from addressee.channels.callback import CallbackRefusedError, CallbackRequest
from addressee.channels.callbacks.reading import DAY, base64_of, check_age, json_of, time_of

# SNS itself: buckets of anybody are below amazonaws.com, too.
HOST = re.compile(r"sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?")

NOTIFICATION = "Notification"
CONFIRMATIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
SUBSCRIPTION = "SubscriptionConfirmation"

# The fields that are signed, each on a line after its name, if it is there.
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    **dict.fromkeys(CONFIRMATIONS, ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")),
}

HASHES = {"1": SHA1, "2": SHA256}


class SnsMessage(msgspec.Struct, rename="pascal"):
    type: str
    message_id: str
    topic_arn: str
    message: str
    timestamp: str
    signature_version: str
    signature: str
    signing_cert_url: str = msgspec.field(name="SigningCertURL")
    subject: str | None = None
    token: str | None = None
    subscribe_url: str | None = msgspec.field(default=None, name="SubscribeURL")

    @property
    def signed(self) -> bytes:
        """The text that is signed."""
        values = {name: getattr(self, field) for field, name in zip(FIELDS, NAMES, strict=True)}
        lines = [f"{name}\n{values[name]}\n" for name in SIGNED[self.type] if values[name] is not None]
        return "".join(lines).encode()


FIELDS = SnsMessage.__struct_fields__
NAMES = SnsMessage.__struct_encode_fields__


def certificate_url(request: CallbackRequest) -> str | None:
    """Returns where the certificate of a message is. Raises CallbackRefusedError unless that is SNS."""
    url = json_of(request.body, SnsMessage).signing_cert_url
    check_host(url)
    if not urlsplit(url).path.endswith(".pem"):
        raise CallbackRefusedError("the certificate of the signature is none of SNS")
    return url


def verified(request: CallbackRequest, now: datetime) -> SnsMessage:
    """Returns a message that SNS has signed. Raises CallbackRefusedError or CallbackMalformedError."""
    message = json_of(request.body, SnsMessage)
    if message.type not in SIGNED or message.signature_version not in HASHES:
        raise CallbackRefusedError("the type or the version of the signature is unknown")
    check_host(message.signing_cert_url)
    try:
        key = load_pem_x509_certificate(request.certificate or b"").public_key()
    except ValueError:
        raise CallbackRefusedError("the certificate of the signature cannot be read") from None
    if not isinstance(key, RSAPublicKey):
        raise CallbackRefusedError("the certificate of the signature is of another kind")
    try:
        key.verify(base64_of(message.signature), message.signed, PKCS1v15(), HASHES[message.signature_version]())
    except InvalidSignature:
        raise CallbackRefusedError("the signature is wrong") from None
    at = time_of(message.timestamp)
    if at is None:
        raise CallbackRefusedError("the time of the signature is none")
    check_age(at, now, DAY)
    return message


def subscribe_url(message: SnsMessage) -> str | None:
    """Returns the URL with which a subscription begins, None if none is to. Raises CallbackRefusedError."""
    if message.type != SUBSCRIPTION or message.subscribe_url is None:
        return None
    check_host(message.subscribe_url)
    return message.subscribe_url


def check_host(url: str) -> None:
    """Raises CallbackRefusedError unless a URL is of SNS."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise CallbackRefusedError("a URL of the message is none") from None
    if parts.scheme != "https" or not HOST.fullmatch(parts.netloc):
        raise CallbackRefusedError("a URL of the message is not of SNS")
