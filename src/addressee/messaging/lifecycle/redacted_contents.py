"""Contents without an actor: as their templates render them with a marker in its place (knock.md §3.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Pool
from addressee.directory import names
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.model import Content
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.recipients.identity import Profile, Subscribed
from addressee.messaging.recipients.people import MISSING_NAME
from addressee.messaging.runs.contexts.reading import read_contexts
from addressee.messaging.runs.store import Run, read_run
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.model import Workflow


async def redacted_contents(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    run_id: UUID,
    actors: Collection[UUID],
    rows: Sequence[asyncpg.Record],
    stored: Sequence[AnyContent],
    now: datetime,
    links: LinkUrls,
) -> list[Content]:
    """Returns the contents of these messages of one run without the actor."""
    run = await read_run(pool, environment_id, run_id)
    if run is None:
        return [silenced(content, content.unsure_addresses) for content in stored]
    contexts = await read_contexts(pool, reader, run, [recipient_run_of(run, row) for row in rows], now, links)
    # Whoever acted in a batch is not there any more without a marker.
    is_actor = run.actor is not None and run.actor.uid in actors
    marker = {"actor": missing(run.actor.id)} if run.actor is not None and is_actor else {}

    def render_all() -> list[Content]:
        return [
            rendered_again(content, row["step_ref"], run.workflow, context, marker)
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

    Addresses stay those that it went to, as far as they are not the actor's: those that the template names, and would
    not name any more, are left out.
    """
    step = next((step for step in workflow.steps if isinstance(step, ChannelStep) and step.ref == step_ref), None)
    if step is None:
        return silenced(stored, stored.unsure_addresses)
    template, channel = step.template, context.channels.get(step.channel)
    if context.recipient is None or channel is None:
        return silenced(stored, template.renders_addresses)
    if isinstance(stored, InAppContent) and not stored.blocks:  # it could not be rendered then
        return stored
    scope = {**context.scope, **marker}
    try:
        named = template.addressees(scope) or ()
        to = [address for address in stored.redirected_to if address in named]
        content = template.rendered(scope, channel, to).content
    except TemplateError:
        return silenced(stored, template.renders_addresses)
    if type(content) is not type(stored):
        return silenced(stored, template.renders_addresses)
    return content.addressed_like(stored, but=template.renders_addresses)


def silenced(stored: Content, renders_addresses: Collection[str]) -> Content:
    """Returns a content that says nothing, without the addresses that its template names."""
    return stored.silenced().without_addresses_in(renders_addresses)


def missing(id: str) -> Document:
    """Returns the actor that templates see in place of a deleted one."""
    nothing = dict.fromkeys(("email", "avatar", "phone_number", "timezone", "created_at"))
    named = {"id": id, "name": MISSING_NAME, **nothing}
    return {**named, **names.derived(named)}
