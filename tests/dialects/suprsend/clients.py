"""A browser or an app as SuprSend's web SDK lets it speak: a public key without a scheme, and a token of its user."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from tests.support.signing import sign, use_shared_key


def client_of(api: str, public_key: str, token: str | None = None) -> httpx.Client:
    headers = {"authorization": public_key} | ({"x-ss-signature": token} if token else {})
    return httpx.Client(base_url=api, headers=headers, timeout=30, verify=False)


async def secure(pool: Pool, environment: str, **settings: Any) -> str:
    """Turns on enhanced security; returns the private half of the key that signs tokens."""
    await Environments(pool).change(environment, {"enhanced_security": True, **settings})
    return await use_shared_key(pool, environment, "ES256")


def token_of(signing_key: str, user: str = "ada", seconds: int = 3600, **claims: Any) -> str:
    now = int(time.time())
    own = {"entity_type": "subscriber", "entity_id": user, "iat": now, "exp": now + seconds}
    return sign({**own, **claims}, signing_key, "ES256")


def made() -> dict[str, Any]:
    """What the SDK adds to each record."""
    return {"$insert_id": str(uuid4()), "$time": round(time.time() * 1000)}


def identify(user: str = "ada") -> dict[str, Any]:
    return {"event": "$identify", **made(), "properties": {"$identified_id": user}}


def track(event: str, user: str = "ada", **properties: Any) -> dict[str, Any]:
    return {"event": event, **made(), "distinct_id": user, "properties": properties}


def edit(user: str = "ada", **operation: Any) -> dict[str, Any]:
    """One operation, as in `edit(set={"a": 1})`."""
    return {"distinct_id": user, **made(), **{f"${name}": given for name, given in operation.items()}}
