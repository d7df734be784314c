"""The messaging room as one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from addressee.database.errors import SetupError
from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Pool
from addressee.database.public_url import configured_url
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.directory.reading.reader import Reader
from addressee.messaging.delivery.channels.health import Healths
from addressee.messaging.delivery.resending import Resender
from addressee.messaging.environment.channel_groups import ChannelGroups
from addressee.messaging.environment.channels import Channels
from addressee.messaging.environment.links import NO_LINKS, LinkUrls
from addressee.messaging.feedback.browser_receipts import BrowserReceipts
from addressee.messaging.feeds.feed import Feeds
from addressee.messaging.feeds.inboxes import Inboxes
from addressee.messaging.lifecycle.lifecycle import Lifecycle
from addressee.messaging.messages.marks.marks import Marks
from addressee.messaging.messages.messages import Messages
from addressee.messaging.preview.simulations import Simulations
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.realtime.hub import Hub
from addressee.messaging.runs.runs import Runs
from addressee.messaging.schedules.schedules import Schedules
from addressee.messaging.suppressions.suppressions import Suppressions
from addressee.messaging.triggers.triggers import Triggers
from addressee.messaging.webhooks.deliveries.deliveries import Deliveries
from addressee.messaging.webhooks.deliveries.replays import Replays
from addressee.messaging.webhooks.endpoints.endpoints import Endpoints
from addressee.messaging.webhooks.endpoints.hosts import webhook_hosts
from addressee.messaging.workflows.audiences.listing import Audiences
from addressee.messaging.workflows.commits.resources import Resources
from addressee.messaging.workflows.listing import Workflows
from addressee.messaging.workflows.shared_templates.listing import SharedTemplateList
from addressee.messaging.workflows.translations.listing import TranslationList


def no_sealer() -> Sealer:
    """Raises SetupError."""
    raise SetupError("The secrets of webhooks are sealed: pass a sealer.")


class Messaging:
    """The services that accept triggers, and that read and mark what came of them. Workers do what lies between.

    Whoever keeps people's connections has `hub` hear of changes, by a `FeedListening`. Messages that are rendered again
    have the links that `links` makes. `sealer` returns the Sealer of webhooks' secrets, once these are used.
    """

    def __init__(
        self,
        pool: Pool,
        reader: Reader,
        wakeup: Wakeup,
        clock: Clock | None = None,
        links: LinkUrls | None = None,
        sealer: Callable[[], Sealer] = no_sealer,
    ) -> None:
        clock = clock or Clock()
        links = links or NO_LINKS
        self.triggers = Triggers(pool, reader, wakeup, clock)
        self.runs = Runs(pool, reader, clock)
        self.simulations = Simulations(pool, reader, clock)
        self.messages = Messages(pool, reader)
        self.announcer = Announcer(pool)
        self.hub = Hub()
        self.marks = Marks(pool, reader, wakeup, self.announcer, clock)
        self.feeds = Feeds(pool, reader, self.announcer, clock)
        self.inboxes = Inboxes(pool, reader, self.marks, self.announcer, clock)
        self.schedules = Schedules(pool, reader, clock)
        self.lifecycle = Lifecycle(pool, wakeup, clock, links)
        self.workflows = Workflows(pool, clock)
        self.resources = Resources(pool)
        self.shared_templates = SharedTemplateList(pool)
        self.translations = TranslationList(pool)
        self.audiences = Audiences(pool, clock)
        self.channels = Channels(pool)
        self.channel_groups = ChannelGroups(pool)
        self.channel_healths = Healths(pool, clock)
        self.suppressions = Suppressions(pool, clock)
        self.resender = Resender(pool, reader, wakeup, clock, links)
        self.browser_receipts = BrowserReceipts(pool, wakeup, clock)
        self.webhook_deliveries = Deliveries(pool)
        self.webhook_replays = Replays(pool, clock)
        self.webhook_endpoints = Endpoints(pool, sealer, clock, webhook_hosts())

    @classmethod
    def from_directory(cls, directory: Directory) -> Self:
        """Returns the services on the connections and the clock of a directory."""
        links = LinkUrls(lambda: directory.links, configured_url())
        return cls(directory.pool, directory.reader, Wakeup(directory.pool), directory.clock, links, directory.sealer)
