"""Keys of user tokens: RSA keys for RS256, keys on the curve P-256 for ES256."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from addressee.directory.access.algorithms import Algorithm

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey

PRIVATE = "PRIVATE KEY-----"
LEAST_BITS = 2048
BITS = 2048


@lru_cache(maxsize=64)
def parse_signing_key(pem: str, algorithm: Algorithm) -> PublicKey:
    """Parses a public key. Raises ValueError with a message that continues the name of the setting."""
    if PRIVATE in pem:
        raise ValueError("is a private key: give its public half (openssl pkey -pubout), and replace the pair.")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("must be a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----.") from None
    match algorithm:
        case "RS256":
            return check_rsa(key)
        case "ES256":
            return check_p256(key)


def check_rsa(key: object) -> RSAPublicKey:
    if not isinstance(key, RSAPublicKey):
        raise ValueError("must be an RSA key, for user tokens that are signed by RS256.")
    if key.key_size < LEAST_BITS:
        raise ValueError(f"must have at least {LEAST_BITS} bits; this one has {key.key_size}.")
    return key


def check_p256(key: object) -> EllipticCurvePublicKey:
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("must be a key on the curve P-256, for user tokens that are signed by ES256.")
    return key


def new_pair(algorithm: Algorithm) -> tuple[str, str]:
    """Returns a new private key (PKCS#8) and its public key, both in PEM."""
    private = new_private_key(algorithm)
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


def new_private_key(algorithm: Algorithm) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    match algorithm:
        case "RS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
