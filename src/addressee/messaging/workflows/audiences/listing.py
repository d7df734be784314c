"""The audiences of an environment, and the members of dynamic ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from addressee.database.paging import Page, PageRequest, write_cursor
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.listing import Order, list_recipients
from addressee.directory.recipient import USERS, Recipient
from addressee.messaging.content.scope import exposed
from addressee.messaging.workflows.audiences.membership import Membership
from addressee.messaging.workflows.audiences.model import Audience, read_audience
from addressee.messaging.workflows.audiences.store import read_dynamic
from addressee.preferences.audiences import NO_AUDIENCES, read_audiences

SQL = load(__package__)

# The number of users whom one page of members looks at, and how many of them are read together.
MAX_LOOKED_AT = 10_000
READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ListedAudience:
    """An audience that a file defines, as it is now."""

    key: str
    audience: Audience
    created_at: datetime
    updated_at: datetime


class Audiences:
    """Lists audiences that files define, and the members of those whose members follow conditions."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def list(self, environment_id: int) -> Sequence[ListedAudience]:
        """Returns audiences by key. They come from files, so there are few."""
        rows = await self._pool.fetch(*SQL["listed_audiences"](environment_id=environment_id, key=None))
        return [listed_from(row) for row in rows]

    async def find(self, environment_id: int, key: str) -> ListedAudience | None:
        row = await self._pool.fetchrow(*SQL["listed_audiences"](environment_id=environment_id, key=key))
        return None if row is None else listed_from(row)

    async def members(self, environment_id: int, key: str, page: PageRequest[UUID]) -> Page[Recipient]:
        """Returns a page of the members of a dynamic audience at this moment, the newest users first.

        All users are looked at, so a page ends after MAX_LOOKED_AT of them: it may be short, even empty, where more
        follow. Only `after` of the request counts.
        """
        dynamic = await read_dynamic(self._pool, environment_id)
        if key not in dynamic:
            return Page((), page.size)
        now = self._clock.now()
        found: list[Recipient] = []
        last = page.after
        for _ in range(MAX_LOOKED_AT // READ_AT_ONCE):
            users = await list_recipients(
                self._pool, environment_id, USERS, PageRequest(READ_AT_ONCE, after=last), Order.NEWEST_FIRST
            )
            asks = bool(dynamic[key].audiences)
            added = await read_audiences(self._pool, environment_id, users.entries) if asks else {}
            found += [
                user
                for user in users.entries
                if Membership(exposed(user), added.get(user.place, NO_AUDIENCES), dynamic, now).holds(key)
            ]
            if len(found) > page.size:
                return Page(found[: page.size], page.size, after=write_cursor(found[page.size - 1].uid))
            if users.after is None:
                return Page(found, page.size)
            last = users.entries[-1].uid
        return Page(found, page.size, after=write_cursor(last))


def listed_from(row: asyncpg.Record) -> ListedAudience:
    return ListedAudience(row["key"], read_audience(row["content"]), row["created_at"], row["updated_at"])
