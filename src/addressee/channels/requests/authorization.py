"""The header `authorization` of requests. Pure."""

from __future__ import annotations

from base64 import b64encode


def basic(user: str, password: str) -> str:
    """Returns the header for a user and a password (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def secret_of(authorization: str) -> str:
    """Returns what a header says besides the name of its scheme."""
    return authorization.partition(" ")[2]
