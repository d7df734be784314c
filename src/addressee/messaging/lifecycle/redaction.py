"""Redaction: messages of a deleted actor are rendered again, with a marker in place of the name (knock.md §3.4).

The workflow's version, the run's data and the recipient as it is now are rendered as before. What cannot be rendered
again says nothing any more.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from msgspec import structs

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory import names
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.model import Content
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.messages.listing import EARLIEST
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.recipients.identity import Profile, Subscribed
from addressee.messaging.recipients.people import MISSING_NAME
from addressee.messaging.runs.contexts.context import read_contexts
from addressee.messaging.runs.store import Run, read_run
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.model import Workflow

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
    id: str
    recipient_id: str
    content: bytes


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
    """Redacts up to 200 messages of one run. Returns the next job, None when nothing remains."""
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
        contents = await redacted_contents(pool, reader, page, rows, now, links)
        redacted = [
            RedactedMessage(row["id"], row["recipient_id"], content)
            for row, content in zip(rows, contents, strict=True)
        ]
        async with pool.acquire() as connection, connection.transaction():
            await lock_messages(connection, page.environment_id, {message.id for message in redacted})
            await connection.execute(*SQL["redact_messages"](environment_id=page.environment_id, messages=redacted))
    if len(rows) < PAGE_SIZE:
        return Redact(page.environment_id, page.actors, UUID(int=run_id.int + 1))
    return structs.replace(page, inserted_at=rows[-1]["inserted_at"], message_id=rows[-1]["id"])


async def redacted_contents(
    pool: Pool,
    reader: Reader,
    page: Redact,
    rows: Sequence[asyncpg.Record],
    now: datetime,
    links: LinkUrls,
) -> list[bytes]:
    """Returns the contents of these messages of one run without the actor."""
    run = await read_run(pool, page.environment_id, page.run_id)
    stored: list[AnyContent] = [msgspec.json.decode(row["content"], type=AnyContent) for row in rows]
    if run is None:
        return [msgspec.json.encode(content.silenced()) for content in stored]
    contexts = await read_contexts(pool, reader, run, [recipient_run_of(run, row) for row in rows], now, links)
    # Whoever acted in a batch is not there any more without a marker.
    is_actor = run.actor is not None and run.actor.uid in page.actors
    marker = {"actor": missing(run.actor.id)} if run.actor is not None and is_actor else {}

    def render_all() -> list[bytes]:
        return [
            msgspec.json.encode(rendered_again(content, row["step_ref"], run.workflow, context, marker))
            for content, row, context in zip(stored, rows, contexts, strict=True)
        ]

    return await asyncio.to_thread(render_all)


def recipient_run_of(run: Run, row: asyncpg.Record) -> RecipientRun:
    """Returns a recipient's run as it was when a step made a message: before a batch closed, or after that."""
    steps = run.workflow.steps
    return RecipientRun(
        row["recipient_run_id"],
        Identity(run.environment_id, row["collection"], row["recipient_id"], row["uid"]),
        msgspec.json.decode(row["data"]) if row["data"] else {},
        RunStatus.COMPLETED,
        next((position for position, step in enumerate(steps) if step.ref == row["step_ref"]), len(steps)),
        subscription=row["subscription"] and msgspec.json.decode(row["subscription"], type=Subscribed),
        profile=row["profile"] and msgspec.json.decode(row["profile"], type=Profile),
    )


def rendered_again(
    stored: AnyContent, step_ref: str, workflow: Workflow, context: StepContext, marker: Mapping[str, object]
) -> Content:
    """Returns a message's content with a marker for its actor, if any.

    Addresses stay those that it went to, but for those that the template names, which may be the actor's.
    """
    step = next((step for step in workflow.steps if isinstance(step, ChannelStep) and step.ref == step_ref), None)
    if step is None or context.recipient is None or step.channel not in context.channels:
        return stored.silenced()
    if isinstance(stored, InAppContent) and not stored.blocks:  # it could not be rendered then
        return stored
    try:
        content = step.template.rendered({**context.scope, **marker}, context.channels[step.channel], []).content
    except TemplateError:
        return stored.silenced()
    if type(content) is not type(stored):
        return stored.silenced()
    return content.addressed_like(stored, but=step.template.renders_addresses)


def missing(id: str) -> Document:
    """Returns the actor that templates see in place of a deleted one."""
    nothing = dict.fromkeys(("email", "avatar", "phone_number", "timezone", "created_at"))
    named = {"id": id, "name": MISSING_NAME, **nothing}
    return {**named, **names.derived(named)}
