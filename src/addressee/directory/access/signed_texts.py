"""Texts that nobody else can make: bytes and a part of their HMAC-SHA256, in URL-safe base64 without padding."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass, field
from typing import NamedTuple

# The first half of the hash.
MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class TextKey:
    """A key by which texts are signed."""

    secret: bytes = field(repr=False)

    def signed(self, payload: bytes) -> str:
        """Returns the signed text of a payload."""
        return text_of(payload + self.mac(payload))

    def mac(self, payload: bytes) -> bytes:
        return hmac.digest(self.secret, payload, "sha256")[:MAC_BYTES]


class SignedText(NamedTuple):
    """The content of a text. Anybody may have written it, up to a key saying otherwise."""

    payload: bytes
    mac: bytes

    def is_signed_by(self, key: TextKey) -> bool:
        return hmac.compare_digest(self.mac, key.mac(self.payload))


def read_signed(text: str, max_length: int) -> SignedText | None:
    """Reads a text; None for what cannot be one. Of the spellings that base64 has for the same bytes, one counts."""
    if not text.isascii() or len(text) > max_length:
        return None
    try:
        signed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        return None
    if text_of(signed) != text:
        return None
    return SignedText(signed[:-MAC_BYTES], signed[-MAC_BYTES:])


def text_of(signed: bytes) -> str:
    return urlsafe_b64encode(signed).decode().rstrip("=")
