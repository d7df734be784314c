"""The secrets of an environment, which fetch steps use as `{{ secrets.name }}`. They are stored sealed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError

SQL = load(__package__)

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

# A shorter value could not be hidden: it occurs in other words.
LEAST_LENGTH = 8
MAX_LENGTH = 10_000
MAX_SECRETS = 100


class StoredSecret(NamedTuple):
    """A secret without its value."""

    name: str
    updated_at: datetime


class Secrets:
    """The secrets of environments. What they are is told to steps only."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def set(self, environment_id: int, name: str, value: str, now: datetime) -> None:
        """Stores a secret, in place of one of this name. Raises RefusedError."""
        check_secret(name, value)
        others = await self._pool.fetchval(*SQL["count_secrets"](environment_id=environment_id, name=name))
        if others >= MAX_SECRETS:
            raise RefusedError("size", "name", f"An environment has at most {MAX_SECRETS} secrets.")
        sealed = self._sealer.seal(value.encode(), purpose(environment_id, name))
        await self._pool.execute(
            *SQL["upsert_secret"](environment_id=environment_id, name=name, sealed=sealed, now=now)
        )

    async def remove(self, environment_id: int, name: str) -> bool:
        """Returns whether there was a secret of this name."""
        return await self._pool.fetchval(*SQL["delete_secret"](environment_id=environment_id, name=name)) is not None

    async def opened(self, environment_id: int) -> dict[str, str]:
        """Returns the values by name. Raises WrongMasterKeyError."""
        rows = await self._pool.fetch(*SQL["secrets"](environment_id=environment_id))
        return {
            row["name"]: self._sealer.open(row["sealed"], purpose(environment_id, row["name"])).decode() for row in rows
        }


async def all_secrets(database: Pool | Connection, environment_id: int) -> Sequence[StoredSecret]:
    """Returns the secrets of an environment, by name."""
    rows = await database.fetch(*SQL["secrets"](environment_id=environment_id))
    return [StoredSecret(row["name"], row["updated_at"]) for row in rows]


def check_secret(name: str, value: str) -> None:
    """Raises RefusedError for a secret that cannot be stored."""
    if NAME.fullmatch(name) is None:
        raise RefusedError("name", "name", "A secret's name has letters, digits and _, and begins with a letter.")
    check_text(value, "value")
    if not LEAST_LENGTH <= len(value) <= MAX_LENGTH:
        raise RefusedError("size", "value", f"A secret has {LEAST_LENGTH} to {MAX_LENGTH:,} characters.")


def purpose(environment_id: int, name: str) -> str:
    return f"secret {environment_id} {name}"
