"""Signatures of webhooks: as Standard Webhooks say, or as Knock makes them (senders.md §5)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from standardwebhooks import Webhook

Style: TypeAlias = Literal["standard", "knock", "none"]

PREFIX = "whsec_"
LEAST_SECRET_BYTES = 16


def standard(secrets: str, id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Returns the headers of Standard Webhooks. `secrets` are separated by spaces: each makes a signature."""
    signatures = [Webhook(secret).sign(id, at, body.decode()) for secret in secrets.split()]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def knock(secret: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Returns the header by which Knock's customers verify webhooks."""
    milliseconds = int(at.timestamp() * 1000)
    digest = hmac.digest(secret.encode(), f"{milliseconds}.".encode() + body, hashlib.sha256)
    return {"x-knock-signature": f"t={milliseconds},s={base64.b64encode(digest).decode()}"}


def secrets_problem(secrets: str) -> str | None:
    """Returns what is wrong with the secrets of Standard Webhooks, None if they can be used."""
    if not secrets.split():
        return "this must be a secret"
    for secret in secrets.split():
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX) + "==", validate=False)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) < LEAST_SECRET_BYTES:
            return (
                f"each secret must be {PREFIX} and the base64 of {LEAST_SECRET_BYTES} bytes or more;"
                f' make one with: echo "{PREFIX}$(openssl rand -base64 32)"'
            )
    return None
