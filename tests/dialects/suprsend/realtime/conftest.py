"""The inbox of a user, `ada`: what comes into it, and what is done there by others than the socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest
from suprsend import Suprsend

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.suprsend.test_workflows import request, trigger
from tests.support.signing import sign, use_shared_key
from tests.support.waiting import until

Told: TypeAlias = Callable[..., Awaitable[str]]


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@pytest.fixture
def auth(public_key: str, pushed: dict[str, UUID]) -> dict[str, Any]:
    """What a page sends to connect."""
    return {"authorization": public_key, "distinct_id": "ada", "tenant_id": "default", "schema": "1"}


@pytest.fixture
async def signing_key(pool: Pool, environment: Environment) -> str:
    """The private key of an environment in enhanced security mode."""
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    return await use_shared_key(pool, environment.name, "ES256")


def token(signing_key: str, user: str = "ada", seconds: int = 3600, **claims: Any) -> str:
    now = int(time.time())
    claims = {"entity_type": "subscriber", "entity_id": user, "iat": now, "exp": now + seconds, **claims}
    return sign(claims, signing_key, "ES256")


@pytest.fixture
def told(suprsend: Suprsend, native: httpx.Client, pushed: dict[str, UUID]) -> Told:
    """Sends a message to a user, and returns its id once it is in the inbox."""

    async def tell(user: str = "ada", **trigger_options: Any) -> str:
        before = set(await asyncio.to_thread(inbox, native, pushed["in-app"], user))
        await asyncio.to_thread(suprsend.users.upsert, user, {"name": user.title()})
        await asyncio.to_thread(trigger, suprsend, request(user), **trigger_options)
        found: set[str] = set()

        async def has_come() -> bool:
            found.update(set(await asyncio.to_thread(inbox, native, pushed["in-app"], user)) - before)
            return bool(found)

        await until(has_come)
        return found.pop()

    return tell


def inbox(native: httpx.Client, channel: UUID, user: str) -> list[str]:
    """The ids of a user's items, newest first; none of a user that is not known yet."""
    answer = native.get(f"/v1/users/{user}/feeds/{channel}", params={"page_size": 50, "archived": "include"}).json()
    return [item["id"] for item in answer.get("entries", ())]


def mark(native: httpx.Client, id: str, status: str) -> None:
    answer = native.put(f"/v1/messages/{id}/{status}")
    assert answer.status_code == 200, answer.text
