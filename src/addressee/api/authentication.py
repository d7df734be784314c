"""Credentials in headers."""

from __future__ import annotations

from collections.abc import Mapping

SCHEME = "bearer "


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """Returns what follows the scheme in `Authorization: Bearer <token>`, None for another scheme or no header."""
    header = headers.get("authorization", "")
    return header[len(SCHEME) :].strip() if header.lower().startswith(SCHEME) else None
