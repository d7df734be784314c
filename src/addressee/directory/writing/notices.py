"""Notices: what was passed over of a write, kept for a week where the answer had no place to say it.

What nobody waited for an answer to, like a schedule that could not start its workflow, is told here too. They name
keys and rules, and never values.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct
from uuid_utils.compat import uuid7

from addressee.database.expiry import delete_before
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.documents import escaped
from addressee.directory.reading.uuid_ranges import LAST_UID
from addressee.directory.recipient import Place

SQL = load(__package__)

NOTICE_LIFE = timedelta(days=7)

# The id of the request for what none has caused.
NO_REQUEST = ""


class Notice(Struct, frozen=True):
    """`id` is a UUIDv7; `request_id` is that of the request which wrote, and empty when there was none."""

    id: UUID
    place: Place
    request_id: str
    messages: Sequence[str]
    recorded_at: datetime


async def note(
    database: Pool | Connection, request_id: str, passed_over: Sequence[tuple[Place, Sequence[str]]], now: datetime
) -> None:
    """Keeps what was passed over of one request. Names in it may be of any text."""
    if not passed_over:
        return
    await database.execute(
        *SQL["insert_notices"](
            places=[place for place, _ in passed_over],
            ids=[uuid7() for _ in passed_over],
            messages=[msgspec.json.encode([escaped(each) for each in messages]) for _, messages in passed_over],
            request_id=request_id,
            now=now,
        )
    )


class Notices:
    """Notices of all environments."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def note(self, request_id: str, passed_over: Sequence[tuple[Place, Sequence[str]]]) -> None:
        """Keeps for a week what was passed over of a request's writes, where its answer cannot say it."""
        await note(self._pool, request_id, passed_over, self._clock.now())

    async def list(self, environment_id: int, page: PageRequest[UUID]) -> Page[Notice]:
        """A page of an environment's notices, newest first."""
        found = await self._pool.fetch(*SQL["list_notices"](environment_id=environment_id, **page.parameters(LAST_UID)))
        notices = [
            Notice(
                row["id"],
                Place(environment_id, row["collection"], row["recipient_id"]),
                row["request_id"],
                msgspec.json.decode(row["messages"], type=tuple[str, ...]),
                row["recorded_at"],
            )
            for row in found
        ]
        return build_page(notices, page, lambda notice: notice.id)


async def delete_old_notices(connection: Connection, now: datetime) -> None:
    await delete_before(connection, SQL["delete_old_notices"], now - NOTICE_LIFE)
