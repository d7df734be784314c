"""API keys: created, listed and revoked.

Only a keyed hash of a key is stored. A workspace key also has a secret for signatures, which is stored sealed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, get_args
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environment, Environments
from addressee.directory.clock import Clock
from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError

SQL = load(__package__)

Kind: TypeAlias = Literal["secret", "public", "workspace", "api", "service"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PREFIXES: dict[Kind, str] = {"secret": "sk_", "public": "pk_", "workspace": "wk_", "api": "ak_", "service": "st_"}

# The kinds that clients send as bearer tokens; they are looked up together.
BEARER: tuple[Kind, ...] = ("secret", "public")

RANDOM_BYTES = 24
MAX_LENGTH = 512
MAX_NAME_LENGTH = 100
HINT_LENGTH = 4
LEAST_LENGTH_FOR_HINT = 16

# Clients put a workspace key into paths unescaped, and before a colon in a header (suprsend.md §0, rule 9).
WORKSPACE = re.compile(r"[A-Za-z0-9._~-]{20,}")


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key, shown only once. Without an environment it opens all of them.

    `secret` is set for workspace keys only. `workspace` is set for `api` keys: clients name their environment by it.
    """

    id: UUID
    kind: Kind
    environment: str | None
    key: str
    secret: str | None = None
    workspace: UUID | None = None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key without its value. Without an environment it opens all of them.

    `hint` is its last four characters; empty for keys shorter than 16.

    `name` says what it is for, empty if nobody said it. `used_at` is when it was last used, to the minute; None: not
    since uses are noted.
    """

    id: UUID
    kind: Kind
    environment: str | None
    name: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A valid key and its environment. `secret` is set for workspace keys only."""

    key_id: UUID
    kind: Kind
    environment: Environment
    secret: bytes | None = field(default=None, repr=False)

    @property
    def acts_for_anybody(self) -> bool:
        """Returns whether a client without a user token may say for whom it acts."""
        return self.kind == "public" and not self.environment.settings.enhanced_security


class Keys:
    """Creates, lists and revokes keys, for operators."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def create(
        self, environment: str | None, kind: str, value: str | None = None, secret: str | None = None, name: str = ""
    ) -> CreatedKey:
        """Creates a random key, or registers `value` as one; a workspace key gets a random secret, or `secret`.

        A service key without an environment opens all of them. Raises LookupError for an unknown environment;
        ValueError for an unknown kind, a key of another kind without an environment, a secret of another kind of key, a
        name that is too long, or a value in use, empty, longer than 512 characters, or (workspace) shorter than 20 or
        not fit for a path.
        """
        known = checked_kind(kind)
        if environment is None and known != "service":
            raise ValueError(f"A {known} key belongs to one environment; name it.")
        where = None if environment is None else await Environments(self._pool).named(environment)
        key = PREFIXES[known] + secrets.token_urlsafe(RANDOM_BYTES) if value is None else checked_value(known, value)
        if known == "workspace":
            secret = secrets.token_urlsafe(RANDOM_BYTES) if secret is None else checked_secret(secret)
        elif secret is not None:
            raise ValueError(f"A {known} key has no secret; workspace keys have one.")
        id = uuid7()
        try:
            await self._pool.execute(
                *SQL["create_key"](
                    id=id,
                    environment_id=where and where.id,
                    kind=known,
                    name=checked_name(name),
                    hash=self._sealer.digest(key),
                    hint=key[-HINT_LENGTH:] if len(key) >= LEAST_LENGTH_FOR_HINT else "",
                    sealed_secret=self._sealer.seal(secret.encode(), purpose(id)) if secret else None,
                    now=self._clock.now(),
                )
            )
        except asyncpg.UniqueViolationError:
            raise ValueError(f"This value is a {known} key already (perhaps revoked); choose another.") from None
        workspace = where.uid if where is not None and known == "api" else None
        return CreatedKey(id, known, environment, key, secret, workspace)

    async def list(self) -> list[KeyInfo]:
        return [KeyInfo(*row) for row in await self._pool.fetch(*SQL["list_keys"]())]

    async def list_of(self, environment_id: int, page: PageRequest[UUID]) -> Page[KeyInfo]:
        """Returns a page of an environment's keys, newest first. Only `after` of the request counts."""
        rows = await self._pool.fetch(
            *SQL["keys_of_environment"](environment_id=environment_id, before=page.after, limit=page.size + 1)
        )
        return build_page([KeyInfo(*row) for row in rows], page, lambda key: key.id)

    async def get(self, environment_id: int, id: UUID) -> KeyInfo | None:
        row = await self._pool.fetchrow(*SQL["key_of_environment"](environment_id=environment_id, id=id))
        return None if row is None else KeyInfo(*row)

    async def described(self, environment_id: int, ids: Collection[UUID]) -> Mapping[UUID, KeyInfo]:
        """Returns keys by their ids, of an environment and of all; revoked ones too."""
        if not ids:
            return {}
        rows = await self._pool.fetch(*SQL["described_keys"](environment_id=environment_id, ids=list(ids)))
        return {row["id"]: KeyInfo(*row) for row in rows}

    async def revoke_in(self, environment_id: int, id: UUID) -> KeyInfo | None:
        """Revokes a key of an environment. Returns None when there is no such key in force."""
        row = await self._pool.fetchrow(
            *SQL["revoke_key_of_environment"](environment_id=environment_id, id=id, now=self._clock.now())
        )
        return None if row is None else KeyInfo(*row)

    async def revoke(self, id_or_key: str) -> KeyInfo:
        """Revokes a key, given its id or its value. Raises LookupError when no valid key is found."""
        try:
            id = UUID(id_or_key)
        except ValueError:
            id = None
        row = await self._pool.fetchrow(
            *SQL["revoke_key"](id=id, hash=self._sealer.digest(id_or_key), now=self._clock.now())
        )
        if row is None:
            raise LookupError("There is no such key in force; `addressee keys list` shows them.")
        return KeyInfo(*row)


def checked_secret(secret: str) -> str:
    if not 1 <= len(secret) <= MAX_LENGTH:
        raise ValueError(f"A secret has 1 to {MAX_LENGTH} characters.")
    return secret


def purpose(id: UUID) -> str:
    """Returns the context in which a key's secret is sealed."""
    return f"key {id}"


def checked_kind(kind: str) -> Kind:
    for known in KINDS:
        if kind == known:
            return known
    raise ValueError(f"A key's kind is one of {', '.join(KINDS)}, not {kind!r}.")


def checked_name(name: str) -> str:
    try:
        check_text(name, "The name")
    except RefusedError as refusal:
        raise ValueError(refusal.message) from None
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"A key's name has {MAX_NAME_LENGTH} characters at most.")
    return name.strip()


def checked_value(kind: Kind, value: str) -> str:
    try:
        check_text(value, "The key")
    except RefusedError as refusal:
        raise ValueError(refusal.message) from None
    if not value.strip() or len(value) > MAX_LENGTH:
        raise ValueError(f"A key has 1 to {MAX_LENGTH} characters.")
    if kind == "workspace" and not WORKSPACE.fullmatch(value):
        raise ValueError("A workspace key has at least 20 characters, which are letters, digits, and - _ . ~ only.")
    return value
