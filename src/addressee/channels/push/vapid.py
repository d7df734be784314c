"""VAPID: the keys by which push services of browsers recognise a sender (RFC 8292). Keys are texts in base64url."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()

# Push services take tokens of up to 24 hours.
TOKEN_LIFE = timedelta(hours=12)

PRIVATE_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class VapidKeys:
    """A pair of keys. The browsers of a site subscribe with the public one."""

    public_key: str
    private_key: str = field(repr=False)

    def token(self, audience: str, subject: str, now: datetime) -> str:
        """Returns a token for the origin of a push service. `subject` says whom its operators can ask."""
        import jwt  # here, as commands import this module to check settings only

        claims = {"aud": audience, "exp": int((now + TOKEN_LIFE).timestamp()), "sub": subject}
        return jwt.encode(claims, read_private_key(self.private_key), "ES256")


def new_keys() -> VapidKeys:
    key = ec.generate_private_key(CURVE)
    number = key.private_numbers().private_value.to_bytes(PRIVATE_KEY_BYTES)
    return VapidKeys(public_text(key), encoded(number))


def read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError."""
    number = decoded(text)
    if len(number) != PRIVATE_KEY_BYTES:
        raise ValueError(f"a private key has {PRIVATE_KEY_BYTES} bytes")
    return ec.derive_private_key(int.from_bytes(number), CURVE)


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    return encoded(point_of(key))


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Returns the public key as an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Returns the content of a text in base64url, or in plain base64, as some browsers write it. Raises ValueError."""
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    content = urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    if encoded(content) != plain:
        raise ValueError("this is not in base64url")
    return content
