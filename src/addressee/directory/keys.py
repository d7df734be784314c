"""API keys: made, listed, revoked, and looked up on every request.

A key itself is stored nowhere: it is found by a keyed hash of it (DESIGN §6). A workspace key has a secret beside
it, for signatures, which is sealed.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.documents import check_text
from addressee.directory.environments import Environment, Environments, environment_from
from addressee.directory.errors import RefusedError, unavailable_when_away

SQL = load(__package__)

Kind: TypeAlias = Literal["secret", "public", "workspace"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PREFIXES: dict[Kind, str] = {"secret": "sk_", "public": "pk_", "workspace": "wk_"}

RANDOM_BYTES = 24
MAX_LENGTH = 512
HINT_LENGTH = 4
LEAST_LENGTH_FOR_HINT = 16
CACHE_SECONDS = 1.0
CACHE_SIZE = 10_000
WORKSPACE_LEAST_LENGTH = 20


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key, readable this once. `secret` belongs to workspace keys only."""

    id: UUID
    kind: Kind
    environment: str
    key: str
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be shown of a key; `hint` is its end, empty for a short one."""

    id: UUID
    kind: Kind
    environment: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that is in force, and the environment that it opens."""

    key_id: UUID
    kind: Kind
    environment: Environment


class Keys:
    """The operator's side: makes, lists and revokes keys."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def create(self, environment: str, kind: str, value: str | None = None) -> CreatedKey:
        """Makes a key, or registers `value` as one.

        Raises LookupError for an unknown environment, ValueError for an unknown kind or a value that is in use,
        empty, too long, or (workspace) shorter than 20 characters.
        """
        where = await Environments(self._pool).named(environment)
        known = checked_kind(kind)
        key = PREFIXES[known] + secrets.token_urlsafe(RANDOM_BYTES) if value is None else checked_value(known, value)
        secret = secrets.token_urlsafe(RANDOM_BYTES) if known == "workspace" else None
        id = uuid7()
        try:
            await self._pool.execute(
                SQL["create_key"],
                id,
                where.id,
                known,
                self._sealer.digest(key),
                key[-HINT_LENGTH:] if len(key) >= LEAST_LENGTH_FOR_HINT else "",
                self._sealer.seal(secret.encode(), f"key {id}") if secret else None,
                self._clock.now(),
            )
        except asyncpg.UniqueViolationError:
            raise ValueError(f"This value is a {known} key already (perhaps revoked); choose another.") from None
        return CreatedKey(id, known, where.name, key, secret)

    async def list(self) -> list[KeyInfo]:
        return [KeyInfo(*row) for row in await self._pool.fetch(SQL["list_keys"])]

    async def revoke(self, id_or_key: str) -> KeyInfo:
        """Ends a key, named by its id or by itself. Raises LookupError when there is none in force."""
        try:
            id = UUID(id_or_key)
        except ValueError:
            id = None
        row = await self._pool.fetchrow(
            SQL["revoke_key"],
            id,
            self._sealer.digest(id_or_key),
            self._clock.now(),
        )
        if row is None:
            raise LookupError("There is no such key in force; `addressee keys list` shows them.")
        return KeyInfo(*row)


class KeyRing:
    """The requests' side: finds a key, remembering answers for a second at most."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer
        self._remembered: OrderedDict[str, tuple[float, asyncio.Future[Credential | None]]] = OrderedDict()

    async def find(self, key: str) -> Credential | None:
        """The credential of a secret or public key in force, or None. Raises UnavailableError."""
        now = time.monotonic()
        remembered = self._remembered.get(key)
        if remembered is not None and now < remembered[0]:
            future = remembered[1]
            return future.result() if future.done() else await asyncio.shield(future)
        future = asyncio.ensure_future(self._look_up(key))
        future.add_done_callback(lambda done: self._forget_failure(key, done))
        self._remembered[key] = (now + CACHE_SECONDS, future)
        self._remembered.move_to_end(key)
        while len(self._remembered) > CACHE_SIZE:
            self._remembered.popitem(last=False)
        return await asyncio.shield(future)

    def _forget_failure(self, key: str, done: asyncio.Future[Credential | None]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._remembered.pop(key, None)

    async def _look_up(self, key: str) -> Credential | None:
        if len(key) > MAX_LENGTH:
            return None
        with unavailable_when_away():
            row = await self._pool.fetchrow(SQL["find_key"], self._sealer.digest(key))
        return None if row is None else Credential(row["key_id"], row["kind"], environment_from(row))


def checked_kind(kind: str) -> Kind:
    for known in KINDS:
        if kind == known:
            return known
    raise ValueError(f"A key's kind is one of {', '.join(KINDS)}, not {kind!r}.")


def checked_value(kind: Kind, value: str) -> str:
    try:
        check_text(value, "The key")
    except RefusedError as refusal:
        raise ValueError(refusal.message) from None
    if not value.strip() or len(value) > MAX_LENGTH:
        raise ValueError(f"A key has 1 to {MAX_LENGTH} characters.")
    if kind == "workspace" and len(value) < WORKSPACE_LEAST_LENGTH:
        raise ValueError(f"A workspace key has at least {WORKSPACE_LEAST_LENGTH} characters.")
    return value
