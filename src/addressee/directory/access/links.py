"""Signed links that name a person: made for somebody, opened by whoever has them, ended together by a new key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environment, usable_environment
from addressee.directory.access.link_tokens import Link, LinkKey, Purpose, UnverifiedLink, link_to, read_token
from addressee.directory.clock import Clock
from addressee.directory.errors import RefusedError, unavailable_when_away
from addressee.directory.reading.rows import recipient_from
from addressee.directory.recipient import USERS, Identity, Recipient

SQL = load(__package__)

# How long a link lasts where nobody says it, and how long it may last.
LIFETIME = timedelta(days=7)
SHORTEST_LIFETIME = timedelta(minutes=1)
LONGEST_LIFETIME = timedelta(days=366)

# The ids of environments that the database can have.
MAX_ENVIRONMENT_ID = 2**15 - 1


class LinkInvalidError(Exception):
    """A link opens nothing. Its reader is not told why, so that nobody learns anything by trying."""

    def __init__(self) -> None:
        super().__init__("This link does not work any longer. Ask whoever sent it to you for a new one.")


class MadeLink(NamedTuple):
    """A new link: its path below the URL of the service, and when it ends."""

    path: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A valid link, its environment, and the recipient: whoever it names, or the one into whom that one was merged."""

    link: Link
    environment: Environment
    recipient: Recipient
    key: LinkKey


class Links:
    """Makes and opens the links of all environments."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock or Clock()

    async def key(self, environment_id: int) -> LinkKey:
        """Returns the key that signs an environment's links."""
        with unavailable_when_away():
            row = await self._pool.fetchrow(*SQL["link_key"](environment_id=environment_id))
        assert row is not None
        return link_key(self._sealer, row["uid"], row["link_key_id"])

    async def make(
        self, purpose: Purpose, whom: Identity, lifetime: timedelta = LIFETIME, tenant: str | None = None
    ) -> MadeLink:
        """Makes a link of somebody who exists. Raises RefusedError for a lifetime that is too short or too long."""
        if not SHORTEST_LIFETIME <= lifetime <= LONGEST_LIFETIME:
            raise RefusedError("lifetime", "expires_in", "expires_in must be from 1 minute to 366 days.")
        link = link_to(purpose, whom, self._clock.now() + lifetime, tenant=tenant)
        assert link.expires_at is not None
        key = await self.key(whom.environment_id)
        return MadeLink(path_of(purpose, key.token(link)), link.expires_at)

    async def open(self, token: str, purpose: Purpose) -> OpenedLink:
        """Opens a link. Raises LinkInvalidError, whatever is wrong with it, or UnavailableError."""
        read = read_token(token)
        if read is None or not 0 < read.link.environment_id <= MAX_ENVIRONMENT_ID:
            raise LinkInvalidError
        link = read.link
        collection = link.collection or USERS
        with unavailable_when_away():
            row = await self._pool.fetchrow(
                *SQL["open_link"](environment_id=link.environment_id, collection=collection, uid=link.uid)
            )
        opened = None if row is None else self._opened(read, row)
        if opened is None or link.purpose is not purpose or link.has_expired(self._clock.now()):
            raise LinkInvalidError
        return opened

    async def new_key(self, name: str) -> None:
        """Ends all links of an environment. Raises LookupError when there is none of this name."""
        if await self._pool.fetchval(*SQL["new_link_key"](name=name, id=uuid4())) is None:
            known = ", ".join(row["name"] for row in await self._pool.fetch(*SQL["list_environments"]()))
            raise LookupError(f"There is no environment {name!r}; there are {known}.")

    def _opened(self, read: UnverifiedLink, row: asyncpg.Record) -> OpenedLink | None:
        key = link_key(self._sealer, row["uid"], row["link_key_id"])
        if not read.is_signed_by(key) or row["recipient"] is None:
            return None
        environment = usable_environment(row)
        if environment is None:
            return None
        return OpenedLink(read.link, environment, recipient_from(row["recipient"]), key)


def link_key(sealer: Sealer, environment_uid: UUID, id: UUID) -> LinkKey:
    """Returns the key that belongs to an id, which is stored nowhere itself."""
    return LinkKey(sealer.token(f"links {environment_uid} {id}").encode())


def path_of(purpose: Purpose, token: str) -> str:
    """Returns the path of the page that a link opens."""
    return f"/pages/{purpose.segment}/{token}"
