"""Redaction: messages of a deleted actor are rendered again, with a marker in place of the name (knock.md §3.4).

The workflow's version, the run's data and the recipient as it is now are rendered as before. What cannot be rendered
again says nothing any more. Addresses that a template names, like those of copies, may be the actor's too: those that
it does not name any more are erased, from what the message's sends, events and logs tell as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from msgspec import structs

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Identity
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.model import Content
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.lifecycle.redacted_contents import redacted_contents
from addressee.messaging.messages.listing import EARLIEST
from addressee.messaging.messages.model import lock_messages

SQL = load(__package__)

PAGE_SIZE = 200

FIRST_ID = UUID(int=0)


class Redact(Job, frozen=True):
    """The job that removes actors from messages to others, from a message of a run on."""

    name: ClassVar[str] = "redact"

    environment_id: int
    actors: Sequence[UUID]
    run_id: UUID = FIRST_ID
    inserted_at: datetime = EARLIEST
    message_id: str = ""


class RedactedMessage(NamedTuple):
    """A message with its content as it was read, and as it is to be stored."""

    id: str
    recipient_id: str
    before: bytes
    content: bytes


class ReaddressedMessage(NamedTuple):
    """A message that may have gone to others than its recipient; `to` are those that may be known, as a JSON array."""

    id: str
    recipient_id: str
    to: bytes


class Redactor:
    """The handler of the job `redact`. It may run twice, and at once."""

    def __init__(self, pool: Pool, reader: Reader, clock: Clock, links: LinkUrls) -> None:
        self._pool = pool
        self._reader = reader
        self._clock = clock
        self._links = links

    async def redact(self, page: Redact) -> None:
        following = await redact_page(self._pool, self._reader, page, self._clock.now(), self._links)
        if following is not None:
            async with self._pool.acquire() as connection, connection.transaction():
                await enqueue(connection, [following])


async def redact_later(connection: Connection, identities: Iterable[Identity]) -> None:
    """Queues a job for those of these identities that are the actor of a run."""
    for first in pages(identities):
        if await connection.fetchval(*next_run_of(first)) is not None:
            await enqueue(connection, [first])


async def redact_at_once(
    pool: Pool, reader: Reader, identities: Iterable[Identity], now: datetime, links: LinkUrls
) -> None:
    """Redacts messages that name these actors before it returns, however many there are."""
    for first in pages(identities):
        page: Redact | None = first
        while page is not None:
            page = await redact_page(pool, reader, page, now, links)


def pages(identities: Iterable[Identity]) -> list[Redact]:
    actors = defaultdict(list)
    for identity in identities:
        if identity.uid is not None:
            actors[identity.environment_id].append(identity.uid)
    return [Redact(environment_id, uids) for environment_id, uids in actors.items()]


def next_run_of(page: Redact) -> tuple[Any, ...]:
    """Returns the statement that finds the next run of a page's actors, with its arguments."""
    actors = [str(uid) for uid in page.actors]
    found: tuple[Any, ...] = SQL["next_run_of_actors"](
        environment_id=page.environment_id, actors=actors, from_id=page.run_id
    )
    return found


async def redact_page(pool: Pool, reader: Reader, page: Redact, now: datetime, links: LinkUrls) -> Redact | None:
    """Redacts up to 200 messages of one run. Returns the next job, None when nothing remains.

    It is the same page again if some of the messages changed meanwhile: copies may wait with another address, and a
    message may belong to whoever its recipient was merged into.
    """
    run_id = await pool.fetchval(*next_run_of(page))
    if run_id is None:
        return None
    if run_id != page.run_id:
        page = Redact(page.environment_id, page.actors, run_id)
    rows = await pool.fetch(
        *SQL["messages_to_redact"](
            environment_id=page.environment_id,
            run_id=run_id,
            after_time=page.inserted_at,
            after_id=page.message_id,
            limit=PAGE_SIZE,
        )
    )
    if rows:
        stored: list[AnyContent] = [msgspec.json.decode(row["content"], type=AnyContent) for row in rows]
        contents = await redacted_contents(
            pool, reader, page.environment_id, run_id, page.actors, rows, stored, now, links
        )
        async with pool.acquire() as connection, connection.transaction():
            await lock_messages(connection, page.environment_id, {row["id"] for row in rows})
            redacted = await store(connection, page.environment_id, rows, stored, contents)
        if len(redacted) < len(rows):
            return page
    if len(rows) < PAGE_SIZE:
        return Redact(page.environment_id, page.actors, UUID(int=run_id.int + 1))
    return structs.replace(page, inserted_at=rows[-1]["inserted_at"], message_id=rows[-1]["id"])


async def store(
    connection: Connection,
    environment_id: int,
    rows: Sequence[asyncpg.Record],
    stored: Sequence[Content],
    contents: Sequence[Content],
) -> set[str]:
    """Stores what messages say now, and returns the ids of those that were still as they were read.

    Their sends, events and logs keep no addresses that they do not name any more.
    """
    messages = [
        RedactedMessage(row["id"], row["recipient_id"], row["content"], msgspec.json.encode(content))
        for row, content in zip(rows, contents, strict=True)
    ]
    found = await connection.fetch(*SQL["redact_messages"](environment_id=environment_id, messages=messages))
    ids = {row["id"] for row in found}
    redacted = [each for each in zip(rows, stored, contents, strict=True) if each[0]["id"] in ids]
    redirected = [
        ReaddressedMessage(row["id"], row["recipient_id"], msgspec.json.encode(content.redirected_to))
        for row, before, content in redacted
        if before.is_redirected
    ]
    readdressed = {row["id"] for row, before, content in redacted if is_readdressed(before, content)}
    if redirected:
        erased = await connection.fetch(*SQL["redact_sends"](environment_id=environment_id, messages=redirected))
        readdressed.update(row["message_id"] for row in erased)
    if readdressed:
        await connection.execute(*SQL["redact_events"](environment_id=environment_id, message_ids=readdressed))
        await connection.execute(*SQL["redact_delivery_logs"](environment_id=environment_id, message_ids=readdressed))
    return ids


def is_readdressed(before: Content, content: Content) -> bool:
    """Returns whether a content names other addresses than before."""
    fields = {*before.ADDRESSES, *before.unsure_addresses}
    return any(getattr(before, field) != getattr(content, field) for field in fields)
