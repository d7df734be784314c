"""Resolves sends before each attempt: to the destination as it is now, or to an obstacle that arose meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from addressee.channels.destination import Destination
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle
from addressee.messaging.environment.channels import Channel
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.runs.context import read_contexts
from addressee.messaging.runs.store import Run, recipient_run_from
from addressee.messaging.steps.model import RecipientRun, RunStatus, StepContext
from addressee.messaging.steps.reach import known_addresses, resolve

SQL = load(__package__)

MISSING: Document = {"reason": "recipient_missing"}
CANCELLED: Document = {"reason": "run_cancelled"}


async def resolve_sends(
    pool: Pool, reader: Reader, run: Run | None, sends: Sequence[ClaimedSend], now: datetime
) -> Mapping[str, Destination | Obstacle]:
    """Returns the destination of each send of a run, or why it is not to be tried, by the ids of sends.

    The number of queries does not depend on the number of sends. A run that is missing was erased with its recipients.
    """
    if run is None:
        return {send.id: Obstacle(MISSING, send.recipient.id) for send in sends}
    ids = {send.recipient_run_id for send in sends}
    rows = await pool.fetch(*SQL["runs_of_sends"](environment_id=run.environment_id, ids=ids))
    runs = {row["id"]: recipient_run_from(run.environment_id, row) for row in rows}
    of_sends = {send.recipient_run_id: run_of(send, runs) for send in sends}
    contexts = await read_contexts(pool, reader, run, list(of_sends.values()), now)
    known = dict(zip(of_sends, contexts, strict=True))
    channels = {channel.id: channel for each in contexts[:1] for channel in each.channels.values()}
    resolved: dict[str, Destination | Obstacle] = {}
    for send in sends:
        recipient_run = runs.get(send.recipient_run_id)
        found = resolve_send(send, recipient_run, known[send.recipient_run_id], channels[send.channel_id])
        if isinstance(found, Destination):
            resolved[send.id] = found
        else:
            place = send.recipient if recipient_run is None else recipient_run.recipient
            resolved[send.id] = Obstacle(found, place.id)
    return resolved


def run_of(send: ClaimedSend, runs: Mapping[UUID, RecipientRun]) -> RecipientRun:
    """Returns the run of a send with the recipient of the send, which differs once the run's own was merged."""
    found = runs.get(send.recipient_run_id)
    if found is None:
        return RecipientRun(send.recipient_run_id, send.recipient, {}, RunStatus.COMPLETED)
    return replace(found, recipient=send.recipient)


def resolve_send(
    send: ClaimedSend, run: RecipientRun | None, context: StepContext, channel: Channel
) -> Destination | Document:
    """Returns the destination of a send, or why it is not to be tried.

    Transient recipients are what their run says of them: only cancelling it prevents a send.
    """
    if run is not None and run.status is RunStatus.CANCELLED:
        return CANCELLED
    if context.recipient is None:
        return Destination.of(send.address.value) if send.recipient.collection == TRANSIENT else MISSING
    if send.recipient.collection == TRANSIENT:
        known = known_addresses(context.recipient, channel, context.tenant_data(channel)).get(send.address)
        return Destination.of(send.address.value) if known is None else known.destination
    return resolve(
        send.address,
        context.recipient,
        channel,
        context.preferences,
        context.kinds,
        context.tenant_data(channel),
    )
