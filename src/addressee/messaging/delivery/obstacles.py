"""Resolves sends before each attempt: to the destination as it is now, or to an obstacle that arose meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from msgspec.structs import replace

from addressee.channels.destination import Destination
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity
from addressee.messaging.content.model import Content
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle, Reached
from addressee.messaging.delivery.tracking import NO_TRACKER, Tracker
from addressee.messaging.delivery.unsubscribing import unsubscribe_url
from addressee.messaging.environment.channels import Channel
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.messages.model import Address
from addressee.messaging.recipients.identity import TRANSIENT
from addressee.messaging.runs.contexts.reading import read_contexts
from addressee.messaging.runs.store import Run, recipient_run_from
from addressee.messaging.steps.channels.reach import (
    OWN_DESTINATION,
    destination_named,
    kind_of,
    known_addresses,
    own_address,
    resolve,
    unwanted,
)
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.suppressions.suppressions import find_suppressed
from addressee.messaging.workflows.model import Workflow

SQL = load(__package__)

MISSING: Document = {"reason": "recipient_missing"}
CANCELLED: Document = {"reason": "run_cancelled"}
UNFIT_FOR_STAND_IN: Document = {"reason": "unfit_for_stand_in"}


@dataclass(frozen=True, slots=True)
class KnownSends:
    """The state that sends of a run depend on: the recipients' runs that are there, their contexts, and channels."""

    workflow: Workflow
    runs: Mapping[UUID, RecipientRun]
    contexts: Mapping[UUID, StepContext]
    channels: Mapping[UUID, Channel]

    def resolve(self, send: ClaimedSend, tracker: Tracker = NO_TRACKER) -> Reached | Obstacle:
        """Returns the destination of a send, or why it is not to be tried, but for suppressions."""
        context, channel = self.contexts[send.recipient_run_id], self.channels[send.channel_id]
        found = resolve_send(send, self.runs.get(send.recipient_run_id), context, channel)
        content = self._content(send, context, channel) if send.has_moved else send.content
        if not isinstance(found, Destination):
            return Obstacle(found, self.owner_of(send).id)
        if not isinstance(content, Content):
            return Obstacle(content, self.owner_of(send).id)
        tracking = tracker.tracking(send, self.workflow, context, channel)
        # Whoever gets the message in the place of its recipient must not refuse others in the recipient's name.
        url = None if content.is_redirected else unsubscribe_url(self.workflow, context, channel)
        return Reached(found, content, url, tracking)

    def owner_of(self, send: ClaimedSend) -> Identity:
        return owner_of(send, self.runs.get(send.recipient_run_id))

    def _content(self, send: ClaimedSend, context: StepContext, stand_in: Channel) -> Content | Document:
        """Returns what a stand-in sends, or why it sends nothing: the recipient may refuse the step's channel now."""
        channel = self.channels[send.step_channel_id]
        obstacle = unwanted(kind_of(channel), channel, context.preferences, context.kinds)
        if obstacle is not None:
            return obstacle
        try:
            return send.content.through(stand_in, channel, context.scope)
        except TemplateError:
            return UNFIT_FOR_STAND_IN


async def read_known(
    pool: Pool, reader: Reader, run: Run, sends: Iterable[ClaimedSend], now: datetime, links: LinkUrls
) -> KnownSends:
    """Returns what sends depend on. The number of queries does not depend on the number of sends."""
    sends = list(sends)
    ids = {send.recipient_run_id for send in sends}
    rows = await pool.fetch(*SQL["runs_of_sends"](environment_id=run.environment_id, ids=ids))
    runs = {row["id"]: recipient_run_from(run.environment_id, row) for row in rows}
    of_sends = {send.recipient_run_id: run_of(send, runs) for send in sends}
    contexts = await read_contexts(pool, reader, run, list(of_sends.values()), now, links)
    channels = {channel.id: channel for each in contexts[:1] for channel in each.channels.values()}
    return KnownSends(run.workflow, runs, dict(zip(of_sends, contexts, strict=True)), channels)


async def resolve_sends(
    pool: Pool,
    reader: Reader,
    run: Run | None,
    sends: Sequence[ClaimedSend],
    now: datetime,
    links: LinkUrls,
    tracker: Tracker = NO_TRACKER,
) -> Mapping[str, Reached | Obstacle]:
    """Returns the destination of each send of a run, or why it is not to be tried, by the ids of sends.

    The number of queries does not depend on the number of sends. A run that is missing was erased with its recipients.
    """
    if run is None:
        return {send.id: Obstacle(MISSING, send.recipient.id) for send in sends}
    known = await read_known(pool, reader, run, sends, now, links)
    resolved = {send.id: known.resolve(send, tracker) for send in sends}
    reached = [send for send in sends if isinstance(resolved[send.id], Reached)]
    copies = {send.id: [Address(send.address.kind, each) for each in send.content.copied_to] for send in reached}
    addresses = {*(send.address for send in reached), *chain.from_iterable(copies.values())}
    suppressed = await find_suppressed(pool, run.environment_id, addresses)
    for send in reached:
        if (suppression := suppressed.get(send.address)) is not None:
            resolved[send.id] = Obstacle(suppression.obstacle, known.owner_of(send).id)
        elif without := [address.value for address in copies[send.id] if address in suppressed]:
            found = resolved[send.id]
            assert isinstance(found, Reached)
            resolved[send.id] = found._replace(content=found.content.without_copies_to(without))
    return resolved


def owner_of(send: ClaimedSend, run: RecipientRun | None) -> Identity:
    """Returns the recipient of a send's run, which is that of the send where the run is gone."""
    return send.recipient if run is None else run.recipient


def run_of(send: ClaimedSend, runs: Mapping[UUID, RecipientRun]) -> RecipientRun:
    """Returns the run of a send with the recipient of the send, which differs once the run's own was merged."""
    found = runs.get(send.recipient_run_id)
    if found is None:
        return RecipientRun(send.recipient_run_id, send.recipient, {}, RunStatus.COMPLETED)
    return replace(found, recipient=send.recipient)


def resolve_send(
    send: ClaimedSend, run: RecipientRun | None, context: StepContext, channel: Channel
) -> Destination | Document:
    """Returns the destination of a send, or why it is not to be tried, but for suppressions.

    Transient recipients are what their run says of them: only cancelling it prevents a send. An address that is empty
    was that of somebody else, who is erased.
    """
    if run is not None and run.status is RunStatus.CANCELLED:
        return CANCELLED
    if not send.address.value:
        return MISSING
    if send.recipient.collection == TRANSIENT and send.address == own_address(channel):
        return OWN_DESTINATION
    if context.recipient is None:
        return destination_named(send.address) if send.recipient.collection == TRANSIENT else MISSING
    if send.recipient.collection == TRANSIENT:
        known = known_addresses(context.recipient, channel, context.tenant_data(channel)).get(send.address)
        return destination_named(send.address) if known is None else known.destination
    if send.content.is_redirected:
        obstacle = unwanted(kind_of(channel), channel, context.preferences, context.kinds)
        return destination_named(send.address) if obstacle is None else obstacle
    return resolve(
        send.address,
        context.recipient,
        channel,
        context.preferences,
        context.kinds,
        context.tenant_data(channel),
        by_email=send.content.finds_by_email,
    )
