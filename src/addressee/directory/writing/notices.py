"""Notices: warnings about writes whose response cannot contain them, kept for seven days.

Failures without a response, like that of a schedule to start its workflow, are recorded here too. Notices contain names
and rules, never values.
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

# The request id of a notice that no request has caused.
NO_REQUEST = ""


class Notice(Struct, frozen=True):
    """Messages about a recipient. `id` is a UUIDv7; `request_id` is empty when no request has caused them."""

    id: UUID
    place: Place
    request_id: str
    messages: Sequence[str]
    recorded_at: datetime


async def note(
    database: Pool | Connection, request_id: str, passed_over: Sequence[tuple[Place, Sequence[str]]], now: datetime
) -> None:
    """Stores the notices of one request, by place. Characters in messages that cannot be stored are escaped."""
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
        """Stores the notices of one request, by place, for seven days."""
        await note(self._pool, request_id, passed_over, self._clock.now())

    async def list(self, environment_id: int, page: PageRequest[UUID]) -> Page[Notice]:
        """Returns a page of an environment's notices, newest first."""
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
