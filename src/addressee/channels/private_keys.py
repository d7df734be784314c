"""Private keys in PEM, as settings and key files have them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


def rsa_key_in(pem: str) -> RSAPrivateKey | None:
    """Returns the RSA key in a text, None unless it is one without a password."""
    key = key_in(pem)
    return key if isinstance(key, RSAPrivateKey) else None


def p256_key_in(pem: str) -> EllipticCurvePrivateKey | None:
    """Returns the key on the curve P-256 in a text, None unless it is one without a password."""
    key = key_in(pem)
    return key if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1) else None


def key_in(pem: str) -> PrivateKeyTypes | None:
    try:
        return load_pem_private_key(pem.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return None
