"""The history of a recipient: what changed and when, and what it was like at a moment in the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from msgspec import Struct, structs

from addressee.database.history_partitions import month
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.errors import RefusedError, unavailable_when_away
from addressee.directory.reading import rows
from addressee.directory.reading.uuid_ranges import first_at
from addressee.directory.recipient import Document, Recipient

SQL = load(__package__)

# The months that the history is kept, besides the current one.
HISTORY_MONTHS = 12

# The documents whose values are recorded. Of addresses and channel data only the names of what changed are.
RECORDED = ("attributes", "properties", "preferences")

PAGE_SIZE = 1000

# More changes than these are not taken back.
MAX_CHANGES = 50_000


class HistoryPosition(NamedTuple):
    version: int
    ordinal: int
    recorded_at: datetime


NEWEST = HistoryPosition(2**63 - 1, 2**15 - 1, datetime.max.replace(tzinfo=UTC))


class RecordedChange(Struct, frozen=True):
    """An edit that changed a recipient, with the values that it changed; `ordinal` counts the edits of one write.

    `before` and `after` are None where nothing was there, and where values were erased.
    """

    version: int
    ordinal: int
    recorded_at: datetime
    edit: str
    key_id: UUID | None
    request_id: str | None
    before: Document | None
    after: Document | None

    @property
    def position(self) -> HistoryPosition:
        return HistoryPosition(self.version, self.ordinal, self.recorded_at)


class History:
    """Reads the history of recipients. Its reads raise UnavailableError when the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, recipient: Recipient, page: PageRequest[HistoryPosition]) -> Page[RecordedChange]:
        """Returns a page of the changes of a recipient, newest first. Only `after` of the request counts."""
        start = page.after or NEWEST
        with unavailable_when_away():
            found = await self._pool.fetch(
                *SQL["list_changes"](
                    **recipient.identity._asdict(),
                    **start._asdict(),
                    limit=page.size + 1,
                )
            )
        return build_page([change_from(row) for row in found], page, lambda change: change.position)

    async def at(self, recipient: Recipient, moment: datetime, now: datetime) -> Recipient | None:
        """Returns a recipient as it was at a moment, without addresses and channel data; None if it was not there yet.

        Raises RefusedError for a moment before the months that are kept, and when more than 50,000 edits followed it.
        """
        kept_since = month(now, -HISTORY_MONTHS)
        if moment < kept_since:
            raise RefusedError("past", "at", f"The history goes back to {kept_since:%Y-%m-%d}; give a later time.")
        past = structs.replace(recipient, addresses=[], channel_data={})
        page: PageRequest[HistoryPosition] = PageRequest(
            PAGE_SIZE, after=HistoryPosition(recipient.version + 1, 0, NEWEST.recorded_at)
        )
        for _ in range(MAX_CHANGES // PAGE_SIZE):
            part = await self.list(recipient, page)
            for change in part.entries:
                if change.recorded_at <= moment:
                    return structs.replace(past, version=change.version, updated_at=change.recorded_at)
                past = without(change, past)
            if part.after is None:
                return past if recipient.uid < first_at(moment) else None
            page = PageRequest(PAGE_SIZE, after=part.entries[-1].position)
        raise RefusedError("past", "at", f"More than {MAX_CHANGES:,} edits followed; give a later time.")


def without(change: RecordedChange, recipient: Recipient) -> Recipient:
    """Returns a recipient as it was before its last change."""
    documents = {name: earlier(getattr(recipient, name), name, change) for name in RECORDED}
    return structs.replace(recipient, version=change.version - 1, **documents)


def earlier(document: Document, name: str, change: RecordedChange) -> Document:
    old: Mapping[str, object] = (change.before or {}).get(name, {})
    new: Iterable[str] = (change.after or {}).get(name, ())
    return {**{key: value for key, value in document.items() if key not in new}, **old}


def change_from(row: asyncpg.Record) -> RecordedChange:
    *of_edit, before, after = row
    return RecordedChange(*of_edit, *(None if each is None else rows.decode(each) for each in (before, after)))
