"""The secrets of endpoints, which sign what they are told. They are stored sealed."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from addressee.channels.requests.signatures import LEAST_SECRET_BYTES, PREFIX
from addressee.database.sealing import Sealer
from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks.model import Form

RANDOM_BYTES = 32
LEAST_LENGTH = 16
MAX_LENGTH = 512

# How long a secret that was replaced still signs beside the new one.
OVERLAP = timedelta(hours=24)

# The number of secrets that sign at the same time, however often they are replaced within that time.
MOST_IN_FORCE = 4


class EndpointSecret(Struct, frozen=True):
    """A secret of an endpoint. `expires_at` is None until another one replaces it."""

    value: str
    expires_at: datetime | None = None


def new_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(RANDOM_BYTES)).decode()


def check_secret(secret: str, form: Form) -> str:
    """Returns a secret that somebody chose. Raises RefusedError unless it can sign in this form."""
    check_text(secret, "secret")
    if not LEAST_LENGTH <= len(secret) <= MAX_LENGTH or secret != secret.strip():
        message = f"secret must have {LEAST_LENGTH} to {MAX_LENGTH} characters, without spaces around them."
        raise RefusedError("secret", "secret", message)
    if form is Form.STANDARD and not is_standard(secret):
        message = (
            f"secret must be {PREFIX} and the base64 of {LEAST_SECRET_BYTES} bytes or more; without one it is made."
        )
        raise RefusedError("secret", "secret", message)
    return secret


def is_standard(secret: str) -> bool:
    """Returns whether every library of Standard Webhooks reads the same key from a secret."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        return False
    return secret.startswith(PREFIX) and len(key) >= LEAST_SECRET_BYTES


def rotated(before: Sequence[EndpointSecret], secret: str, now: datetime) -> Sequence[EndpointSecret]:
    """Returns the secrets after a new one has come: those before it sign for a day more, or as long as they did."""
    kept = [
        EndpointSecret(each.value, each.expires_at or now + OVERLAP)
        for each in in_force(before, now)
        if each.value != secret
    ]
    return [EndpointSecret(secret), *kept[: MOST_IN_FORCE - 1]]


def in_force(stored: Sequence[EndpointSecret], now: datetime) -> Sequence[EndpointSecret]:
    """Returns the secrets that sign at a time, the newest first."""
    return [each for each in stored if each.expires_at is None or each.expires_at > now]


def seal_secrets(sealer: Sealer, endpoint_id: UUID, stored: Sequence[EndpointSecret]) -> bytes:
    return sealer.seal(msgspec.json.encode(stored), purpose(endpoint_id))


def open_secrets(sealer: Sealer, endpoint_id: UUID, sealed: bytes) -> Sequence[EndpointSecret]:
    """Returns the secrets of an endpoint, the newest first. Raises WrongMasterKeyError."""
    return msgspec.json.decode(sealer.open(sealed, purpose(endpoint_id)), type=list[EndpointSecret])


def purpose(endpoint_id: UUID) -> str:
    return f"webhook endpoint {endpoint_id}"
