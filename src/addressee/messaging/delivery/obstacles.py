"""Obstacles that arose after messages were made. Sends are checked for them before each attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

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
from addressee.messaging.steps.reach import unreachable

SQL = load(__package__)

MISSING: Document = {"reason": "recipient_missing"}
CANCELLED: Document = {"reason": "run_cancelled"}


async def read_obstacles(
    pool: Pool, reader: Reader, run: Run | None, sends: Sequence[ClaimedSend], now: datetime
) -> Mapping[str, Obstacle]:
    """Returns why sends of a run are not to be tried, by their ids; sends without an obstacle are left out.

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
    obstacles = {}
    for send in sends:
        recipient_run = runs.get(send.recipient_run_id)
        reason = reason_for(send, recipient_run, known[send.recipient_run_id], channels[send.channel_id])
        if reason is not None:
            place = send.recipient if recipient_run is None else recipient_run.recipient
            obstacles[send.id] = Obstacle(reason, place.id)
    return obstacles


def run_of(send: ClaimedSend, runs: Mapping[UUID, RecipientRun]) -> RecipientRun:
    """Returns the run of a send with the recipient of the send, which differs once the run's own was merged."""
    found = runs.get(send.recipient_run_id)
    if found is None:
        return RecipientRun(send.recipient_run_id, send.recipient, {}, RunStatus.COMPLETED)
    return replace(found, recipient=send.recipient)


def reason_for(send: ClaimedSend, run: RecipientRun | None, context: StepContext, channel: Channel) -> Document | None:
    """Returns why a send is not to be tried, or None. For transient recipients, only cancelling the run prevents it."""
    if run is not None and run.status is RunStatus.CANCELLED:
        return CANCELLED
    if send.recipient.collection == TRANSIENT:
        return None
    if context.recipient is None:
        return MISSING
    return unreachable(send.address, context.recipient, channel, context.preferences, context.kinds)
