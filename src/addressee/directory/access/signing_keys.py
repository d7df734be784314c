"""RSA keys of user tokens."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PRIVATE = "PRIVATE KEY-----"
LEAST_BITS = 2048
BITS = 2048


@lru_cache(maxsize=64)
def parse_signing_key(pem: str) -> RSAPublicKey:
    """Parses a public RSA key. Raises ValueError with a message that continues the name of the setting."""
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


def new_pair() -> tuple[str, str]:
    """Returns a new private key (PKCS#8) and its public key, both in PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret.decode(), public.decode()
