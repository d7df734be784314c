"""Fetches attachments of runs that are described by a URL, each once, whoever needs it.

Whoever claims one fetches it and stores it, and the others wait. What failed is not tried again for a moment, so that
the many sends of a run do not ask a host that fails for each. When a worker dies, its claim runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import structlog

from addressee.channels.email.files.file_names import name_of
from addressee.channels.email.files.file_types import FileTypeError, sent_type
from addressee.channels.requests.downloads import Download, download
from addressee.channels.sender import Failed, Failure
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.content.attachments import MAX_BYTES
from addressee.messaging.runs.model import RunPage

if TYPE_CHECKING:
    import httpx2

SQL = load(__package__)

# Less than a batch starts sends for, so that some of it can still be sent.
FETCHING_SECONDS = 12.0
WAITING_SECONDS = 15.0
POLL_SECONDS = 0.2
CLAIM = timedelta(seconds=30)

# How long a failure holds. One that may pass is forgotten before the first of the sends that it failed is tried again.
FAILED_FOR = {Failure.TEMPORARY: timedelta(seconds=5), Failure.PERMANENT: timedelta(minutes=1)}
LONGEST_PAUSE = timedelta(minutes=10)

log = structlog.get_logger()


class LinkedFile(NamedTuple):
    """A file that this worker has claimed."""

    id: UUID
    url: str
    described_type: str


@dataclass(frozen=True, slots=True)
class LinkedFiles:
    """`client` connects to hosts that are allowed, and follows no redirects by itself."""

    pool: Pool
    clock: Clock
    client: httpx2.AsyncClient

    async def fetch(self, page: RunPage, ids: Collection[UUID], allowed: Collection[str]) -> None:
        """Fetches and stores attachments of a run, and waits for those that others fetch.

        What came of them is stored when it returns, unless that took too long.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + WAITING_SECONDS
        of_run = {"environment_id": page.environment_id, "run_id": page.run_id, "ids": list(ids)}
        while True:
            now = self.clock.now()
            claimed_until = now + CLAIM
            rows = await self.pool.fetch(*SQL["claim_attachment_links"](**of_run, now=now, claimed_until=claimed_until))
            claimed = [LinkedFile(*row) for row in rows]
            await asyncio.gather(*(self._fetch_one(page, each, claimed_until, allowed) for each in claimed))
            if loop.time() >= until or not await self.pool.fetchval(*SQL["awaited_attachments"](**of_run, now=now)):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _fetch_one(
        self, page: RunPage, file: LinkedFile, claimed_until: datetime, allowed: Collection[str]
    ) -> None:
        found = await download(self.client, file.url, MAX_BYTES, FETCHING_SECONDS)
        # The first bytes of an archive say little: to look into it takes the processor for a while.
        typed = found if isinstance(found, Failed) else await asyncio.to_thread(type_of, found, file, allowed)
        claim = {
            "environment_id": page.environment_id,
            "run_id": page.run_id,
            "id": file.id,
            "claimed_until": claimed_until,
        }
        if isinstance(found, Download) and isinstance(typed, str):
            name = name_of(found.url, found.content_disposition, typed)
            await self.pool.execute(
                *SQL["store_fetched_attachment"](**claim, name=name, content_type=typed, content=found.content)
            )
            log.info("attachment fetched", run_id=str(page.run_id), size=len(found.content))
        elif isinstance(typed, Failed):
            pause = max(FAILED_FOR[typed.failure], min(typed.retry_after or timedelta(), LONGEST_PAUSE))
            await self.pool.execute(
                *SQL["note_failed_attachment"](
                    **claim, failure=typed.failure, reason=typed.reason, failed_until=self.clock.now() + pause
                )
            )
            log.warning("attachment not fetched", run_id=str(page.run_id), failure=typed.failure)


def type_of(found: Download, file: LinkedFile, allowed: Collection[str]) -> str | Failed:
    """Returns the type as which a file is sent, or why it is not."""
    try:
        return sent_type(found.content, file.described_type, found.content_type, allowed)
    except FileTypeError as error:
        return Failed(Failure.PERMANENT, f"the file {error}")
