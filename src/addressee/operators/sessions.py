"""Sessions of operators. The browser has a random token; a keyed hash of it is stored."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from msgspec import Struct

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away
from addressee.operators.model import Operator
from addressee.operators.rows import operator_from

SQL = load(__package__)

RANDOM_BYTES = 32

# A session ends when it is not used for so long, and at the latest after so long.
IDLE_LIFE = timedelta(hours=12)
LIFE = timedelta(days=7)

# Use is recorded once in this time.
TOUCHED_EVERY = timedelta(minutes=1)

MAX_USER_AGENT = 200


class Session(Struct, frozen=True):
    operator: Operator
    began_at: datetime
    seen_at: datetime


class Sessions:
    """Begins, finds and ends sessions. They raise UnavailableError when the database is away."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def begin(self, operator: Operator, address: str, user_agent: str, former: str | None = None) -> str | None:
        """Begins a session and returns its token; None for an operator who was disabled meanwhile.

        `former` is the token that the browser sent, whose session ends: nobody goes on with one that was known before.
        """
        token = secrets.token_urlsafe(RANDOM_BYTES)
        with unavailable_when_away():
            begun = await self._pool.fetchval(
                *SQL["begin_session"](
                    hash=self._hash(token),
                    former=None if former is None else self._hash(former),
                    operator_id=operator.id,
                    address=address,
                    user_agent=user_agent[:MAX_USER_AGENT],
                    now=self._clock.now(),
                )
            )
        return None if begun is None else token

    async def find(self, token: str | None) -> Session | None:
        """Returns the session of a token; None when there is none, or when it has ended."""
        if not token:
            return None
        now, hash = self._clock.now(), self._hash(token)
        with unavailable_when_away():
            row = await self._pool.fetchrow(
                *SQL["find_session"](hash=hash, seen_since=now - IDLE_LIFE, began_since=now - LIFE)
            )
            if row is None:
                return None
            if row["seen_at"] <= now - TOUCHED_EVERY:
                await self._pool.execute(*SQL["touch_session"](hash=hash, now=now))
        return Session(operator_from(row), row["began_at"], row["seen_at"])

    async def end(self, token: str) -> None:
        with unavailable_when_away():
            await self._pool.execute(*SQL["end_session"](hash=self._hash(token)))

    def _hash(self, token: str) -> bytes:
        return self._sealer.digest(f"session {token}")
