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

# As many of an operator's sessions are listed.
LISTED = 100


class Session(Struct, frozen=True):
    operator: Operator
    began_at: datetime
    seen_at: datetime


class ListedSession(Struct, frozen=True):
    """A session in a list. `handle` names it, and is of no use to whoever wants to come in."""

    handle: str
    address: str
    user_agent: str
    began_at: datetime
    seen_at: datetime
    is_own: bool


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

    async def list(self, operator: Operator, token: str) -> list[ListedSession]:
        """Returns an operator's sessions that have not ended, with that of `token` first, then the last used ones."""
        now = self._clock.now()
        with unavailable_when_away():
            rows = await self._pool.fetch(
                *SQL["list_sessions"](
                    operator_id=operator.id,
                    own=self._hash(token),
                    seen_since=now - IDLE_LIFE,
                    began_since=now - LIFE,
                    limit=LISTED,
                )
            )
        return [ListedSession(*row) for row in rows]

    async def end_listed(self, operator: Operator, handle: str) -> None:
        """Ends one of an operator's sessions; one that is not there has ended already."""
        with unavailable_when_away():
            await self._pool.execute(*SQL["end_listed_session"](operator_id=operator.id, handle=handle))

    async def end_others(self, operator: Operator, token: str) -> None:
        """Ends an operator's sessions but that of `token`."""
        with unavailable_when_away():
            await self._pool.execute(*SQL["end_other_sessions"](operator_id=operator.id, own=self._hash(token)))

    def _hash(self, token: str) -> bytes:
        return self._sealer.digest(f"session {token}")
