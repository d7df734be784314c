"""Seals secrets, so that a copy of the database alone does not reveal them.

All keys derive from one master key of 32 bytes. `digest` makes API keys findable without storing them; `seal` encrypts
secrets that must be read again (HMAC secrets, provider credentials); `token` makes secrets that are stored nowhere.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
MASTER_KEY_BYTES = 32


class WrongMasterKeyError(Exception):
    """A sealed secret cannot be opened with this master key."""


class Sealer:
    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != MASTER_KEY_BYTES:
            raise ValueError(f"The master key must have {MASTER_KEY_BYTES} bytes, this has {len(master_key)}.")
        self._digest_key = derive(master_key, b"digest")
        self._token_key = derive(master_key, b"token")
        self._cipher = AESGCM(derive(master_key, b"seal"))

    def digest(self, value: str) -> bytes:
        """Returns a keyed hash: equal for equal values, of no use without the master key."""
        return hmac.digest(self._digest_key, value.encode(), "sha256")

    def token(self, purpose: str) -> str:
        """Returns a secret for URLs: always the same for a purpose, and not to be guessed without the master key."""
        return urlsafe_b64encode(hmac.digest(self._token_key, purpose.encode(), "sha256")).decode().rstrip("=")

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Encrypts and authenticates `plain`; it opens only for the same `purpose`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypts. Raises WrongMasterKeyError when the key or the purpose differs, or the bytes were changed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except InvalidTag:
            raise WrongMasterKeyError from None


def derive(master_key: bytes, label: bytes) -> bytes:
    return hmac.digest(master_key, b"addressee/" + label, hashlib.sha256)
