"""A worker: carries out runs, sends messages, erases, keeps house, and keeps the time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.requests.fetchable_hosts import fetchable_hosts
from addressee.channels.requests.public_hosts import Lookups
from addressee.channels.sender import SenderContext
from addressee.database.installation import Installation
from addressee.database.jobs.queue import Wakeup
from addressee.database.jobs.worker import JobHandler, work
from addressee.database.pool import Pool, open_pool
from addressee.database.public_url import configured_url
from addressee.database.sealing import Sealer
from addressee.directory.access.links import Links
from addressee.directory.addresses.push_tokens import ReleaseTokens
from addressee.directory.clock import Clock
from addressee.directory.groups.list_members import EmitListEvents, ReconcileMembers
from addressee.directory.groups.lists import Lists
from addressee.directory.groups.subscriptions import Subscriptions
from addressee.directory.merges.merges import Follow
from addressee.directory.reading.reader import Reader
from addressee.directory.search.index import Indexer, IndexRecipients
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.token_transfers import TokenReleaser
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.zone_changes import FollowZones
from addressee.messaging.delivery.attachments import Attachments
from addressee.messaging.delivery.channels.open_channels import OpenChannels
from addressee.messaging.delivery.linked_files import LinkedFiles
from addressee.messaging.delivery.receipts import CheckReceipts
from addressee.messaging.delivery.send_job import SendHandler
from addressee.messaging.delivery.tracking import Tracker
from addressee.messaging.effects.batches import JoinBatches
from addressee.messaging.effects.closing_batches import CloseBatches
from addressee.messaging.effects.fetches import Fetch, Fetcher, Fetches
from addressee.messaging.effects.throttles import Throttles
from addressee.messaging.effects.updates import ListUpdates, RecipientUpdates, SubscriptionUpdates
from addressee.messaging.effects.wait_endings import WaitEndings
from addressee.messaging.effects.waits import Waits
from addressee.messaging.effects.workflow_triggers import WorkflowTriggers
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.environment.secrets import Secrets
from addressee.messaging.feedback.engagements import EngagementMarks, RecordEngagements
from addressee.messaging.feedback.provider_events import ApplyProviderEvents, ProviderEvents
from addressee.messaging.feedback.receipt_checks import ReceiptChecks
from addressee.messaging.lifecycle.erasure import Eraser
from addressee.messaging.lifecycle.maintenance import run_maintenance
from addressee.messaging.lifecycle.merge_mover import MergeMover
from addressee.messaging.lifecycle.redaction import Redact, Redactor
from addressee.messaging.messages.marks.bulk import BulkMarks, MarkAll
from addressee.messaging.messages.signals import EndWaits
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.runs.effects import Effects, OutsideEffect
from addressee.messaging.runs.fan_out import Expand, FanOut
from addressee.messaging.runs.model import Advance, Begin, BeginLarge, Send, Start
from addressee.messaging.runs.passes.advancing import Advancer
from addressee.messaging.runs.passes.beginning import Beginner
from addressee.messaging.runs.passes.passes import Passes
from addressee.messaging.runs.starting import Starter
from addressee.messaging.schedules.scheduler import run_scheduler
from addressee.messaging.schedules.time_zones import ScheduleMover
from addressee.messaging.tracking.tokens import tracking_key
from addressee.messaging.triggers.list_events import ListEvents
from addressee.messaging.webhooks.delivering.deliverer import Deliverer, DeliverWebhooks
from addressee.messaging.webhooks.delivering.events import Forms
from addressee.messaging.webhooks.delivering.scheduler import run_webhook_scheduler
from addressee.messaging.webhooks.endpoints.hosts import webhook_hosts
from addressee.messaging.webhooks.endpoints.removal import RemoveDeliveries, Remover
from addressee.traffic.counting import counting

if TYPE_CHECKING:
    import httpx2

# One is rendered while others are read or stored.
LARGE_PAGES_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """The means to deliver webhooks: a client that connects only to hosts that they may go to, and their forms."""

    client: httpx2.AsyncClient
    forms: Forms


async def run(installation: Installation, stop: asyncio.Event, webhook_forms: Forms) -> None:
    """Works until `stop` is set; what is being done then is finished first.

    It waits for a database that is away. Raises SetupError when the installation has none, no usable master key, or a
    public URL that is none.
    """
    sealer = Sealer(installation.master_key())
    public_url = configured_url()
    pool = await open_pool(installation.target(), min_size=0)
    clock = Clock()
    client, public_client = open_client(), open_public_client()
    lookups = Lookups()
    fetching_client = open_public_client(resolve=lookups.resolve, allowed=fetchable_hosts())
    webhook_client = open_public_client(resolve=lookups.resolve, allowed=webhook_hosts())
    announcer = Announcer(pool)
    senders = SenderContext(installation.data_dir / "outbox", client, clock, public_client)
    try:
        webhooks = WebhookDelivery(webhook_client, webhook_forms)
        handlers = job_handlers(pool, sealer, senders, fetching_client, announcer, webhooks, public_url)
        async with counting(pool):
            await asyncio.gather(
                work(installation.target(), handlers, stop),
                run_maintenance(pool, clock, stop),
                run_scheduler(pool, Wakeup(pool), clock, stop),
                run_webhook_scheduler(pool, Wakeup(pool), clock, stop),
            )
    finally:
        await client.aclose()
        await public_client.aclose()
        await fetching_client.aclose()
        await webhook_client.aclose()
        await announcer.drain()
        await pool.close()


def job_handlers(
    pool: Pool,
    sealer: Sealer,
    context: SenderContext,
    fetching_client: httpx2.AsyncClient,
    announcer: Announcer,
    webhooks: WebhookDelivery,
    public_url: str | None = None,
) -> list[JobHandler[Any]]:
    """Returns the handler of each kind of job. The requests of steps, and those for attachments, have a client of their
    own, as hosts are slow.

    Messages have links only with a `public_url`.
    """
    clock = context.clock
    links = LinkUrls(lambda: Links(pool, sealer, clock), public_url)
    reader = Reader(pool)
    channels = OpenChannels(pool, sealer, context)
    attachments = Attachments(pool, clock, LinkedFiles(pool, clock, fetching_client))
    tracker = Tracker(tracking_key(sealer), public_url)
    sends = SendHandler(pool, reader, Writer(pool, clock), channels, clock, links, attachments, tracker=tracker)
    effects = Effects(
        outside=directory_updates(pool, reader, Writer(pool, clock), clock),
        within=[Throttles(), CloseBatches(), JoinBatches(), Waits(), Fetches(), WorkflowTriggers(reader)],
    )
    passes = Passes(pool, reader, announcer, clock, effects, links)
    advancer = Advancer(pool, Wakeup(pool), passes)
    beginner = Beginner(pool, Wakeup(pool), passes, advancer)
    fetcher = Fetcher(pool, reader, Wakeup(pool), clock, Secrets(pool, sealer), fetching_client, links)
    deliverer = Deliverer(pool, reader, sealer, webhooks.client, clock, webhooks.forms)
    list_events = ListEvents(pool, reader, Wakeup(pool), clock)
    return [
        JobHandler(Start, Starter(pool, Wakeup(pool), clock).start),
        JobHandler(Begin, beginner.begin, together=beginner.begin_together),
        JobHandler(BeginLarge, beginner.begin, at_once=LARGE_PAGES_AT_ONCE),
        JobHandler(Advance, advancer.advance),
        JobHandler(Fetch, fetcher.fetch),
        JobHandler(EndWaits, WaitEndings(pool, Wakeup(pool), clock, reader).end),
        JobHandler(Expand, FanOut(pool, Wakeup(pool), clock).expand),
        JobHandler(Send, sends.send),
        JobHandler(CheckReceipts, ReceiptChecks(pool, channels, context.client, clock).check),
        JobHandler(RecordEngagements, EngagementMarks(pool, clock).record),
        JobHandler(ApplyProviderEvents, ProviderEvents(pool, reader, Writer(pool, clock), clock).apply),
        JobHandler(MarkAll, BulkMarks(pool, announcer, clock).resume),
        JobHandler(Erase, Eraser(pool, announcer, clock).erase),
        JobHandler(Redact, Redactor(pool, reader, clock, links).redact),
        JobHandler(Follow, MergeMover(pool, announcer, clock).follow),
        JobHandler(EmitListEvents, list_events.tell),
        JobHandler(ReconcileMembers, list_events.settle),
        JobHandler(FollowZones, ScheduleMover(pool).move),
        JobHandler(IndexRecipients, Indexer(pool).index),
        JobHandler(ReleaseTokens, TokenReleaser(pool, clock).release),
        JobHandler(DeliverWebhooks, deliverer.deliver),
        JobHandler(RemoveDeliveries, Remover(pool).remove),
    ]


def directory_updates(pool: Pool, reader: Reader, writer: Writer, clock: Clock) -> list[OutsideEffect]:
    """Returns the effects of steps that write to the directory."""
    return [
        RecipientUpdates(reader, writer),
        ListUpdates(reader, Lists(pool, reader, writer, clock)),
        SubscriptionUpdates(pool, reader, writer, Subscriptions(pool, clock)),
    ]
