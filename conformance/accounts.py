"""Secrets of accounts with providers, for the settings of channels. Nothing is sent to them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def secrets() -> dict[str, str]:
    """Returns the environment variables that the files of channels name."""
    key = ec.generate_private_key(ec.SECP256R1())
    return {"APNS_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()}
