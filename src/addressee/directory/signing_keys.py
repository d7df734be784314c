"""The public keys that verify user tokens."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PRIVATE = "PRIVATE KEY-----"
LEAST_BITS = 2048


@lru_cache(maxsize=64)
def parse_signing_key(pem: str) -> RSAPublicKey:
    """Raises ValueError, whose message goes on after the name of the setting."""
    if PRIVATE in pem:
        raise ValueError("is a private key: give its public half (openssl pkey -pubout), and replace the pair.")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("must be a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----.") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("must be an RSA key, as user tokens are signed by RS256.")
    if key.key_size < LEAST_BITS:
        raise ValueError(f"must have at least {LEAST_BITS} bits; this one has {key.key_size}.")
    return key
