"""The keys of requests, looked up and remembered for a moment."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environment, usable_environment
from addressee.directory.access.key_uses import KeyUses
from addressee.directory.access.keys import BEARER, MAX_LENGTH, Credential, Kind, purpose
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away

SQL = load(__package__)

CACHE_SECONDS = 1.0
CACHE_SIZE = 10_000

# Environments by their names, in the order of their creation.
EnvironmentsByName: TypeAlias = Mapping[str, Environment]

CacheKey: TypeAlias = tuple[tuple[Kind, ...], str]


@dataclass(frozen=True, slots=True)
class OpenedEnvironments:
    """The environments that a valid service key opens, and what the key is called.

    `order` are the names of all of them, oldest first, those with invalid settings too, which nothing opens.
    """

    key_id: UUID
    key_name: str
    environments: EnvironmentsByName
    order: Sequence[str]


class KeyRing:
    """Looks up the keys of requests; results are cached for one second. It notes when keys are used."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._uses = KeyUses(pool, clock or Clock())
        self._remembered: OrderedDict[CacheKey, tuple[float, asyncio.Future[Credential | None]]] = OrderedDict()

    async def find(self, key: str | None, kinds: tuple[Kind, ...] = BEARER) -> Credential | None:
        """Returns the credential of a valid key of one of these kinds, or None. Raises UnavailableError.

        Keys of an environment whose settings are not valid are not found.
        """
        credential = await self._find(key, kinds) if key else None
        if credential is not None:
            self._uses.note(credential.key_id)
        return credential

    async def opened_by(self, service_key: str | None) -> OpenedEnvironments | None:
        """Returns what a valid service key opens, or None. Raises UnavailableError.

        Environments whose settings are not valid are not opened.
        """
        if not service_key or len(service_key) > MAX_LENGTH:
            return None
        with unavailable_when_away():
            rows = await self._pool.fetch(*SQL["open_service_key"](hash=self._sealer.digest(service_key)))
        if not rows:
            return None
        self._uses.note(rows[0]["key_id"])
        usable = [environment for row in rows if (environment := usable_environment(row)) is not None]
        return OpenedEnvironments(
            rows[0]["key_id"],
            rows[0]["key_name"],
            {environment.name: environment for environment in usable},
            [row["name"] for row in rows],
        )

    async def _find(self, key: str, kinds: tuple[Kind, ...]) -> Credential | None:
        now = time.monotonic()
        asked = (kinds, key)
        remembered = self._remembered.get(asked)
        if remembered is not None and now < remembered[0]:
            future = remembered[1]
            return future.result() if future.done() else await asyncio.shield(future)
        future = asyncio.ensure_future(self._look_up(key, kinds))
        future.add_done_callback(lambda done: self._forget_failure(asked, done))
        self._remembered[asked] = (now + CACHE_SECONDS, future)
        self._remembered.move_to_end(asked)
        while len(self._remembered) > CACHE_SIZE:
            self._remembered.popitem(last=False)
        return await asyncio.shield(future)

    async def ended(self, key_ids: Sequence[UUID]) -> dict[UUID, bool]:
        """Returns those of these keys that were revoked (true), or that need a user token by now (false).

        Raises UnavailableError.
        """
        with unavailable_when_away():
            rows = await self._pool.fetch(*SQL["ended_keys"](ids=key_ids))
        return {row["id"]: row["is_revoked"] for row in rows}

    def inbox_secret(self, environment: Environment) -> str:
        """Returns the secret from which the addresses of an environment's inboxes are derived."""
        return self._sealer.digest(f"inbox {environment.uid}").hex()

    def _forget_failure(self, asked: CacheKey, done: asyncio.Future[Credential | None]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._remembered.pop(asked, None)

    async def _look_up(self, key: str, kinds: tuple[Kind, ...]) -> Credential | None:
        if len(key) > MAX_LENGTH:
            return None
        with unavailable_when_away():
            row = await self._pool.fetchrow(*SQL["find_key"](hash=self._sealer.digest(key), kinds=kinds))
        if row is None:
            return None
        environment = usable_environment(row)
        if environment is None:
            return None
        id, sealed = row["key_id"], row["sealed_secret"]
        secret = None if sealed is None else self._sealer.open(sealed, purpose(id))
        return Credential(id, row["kind"], environment, secret)
