"""A messaging room with its workers at hand: the test says when they work, and what time it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import msgspec

from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.requests.fetchable_hosts import ADVICE
from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.channels.sender import SenderContext
from addressee.database.jobs.queue import Job, Wakeup
from addressee.database.jobs.worker import JobHandler
from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.dialects.webhook_forms import FORMS
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.groups.topics import TOPICS
from addressee.directory.merges.merges import Merge
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.receipts import Receipt
from addressee.directory.writing.writes import Write
from addressee.messaging.environment import channels as stored_channels
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.feeds.feed import Feed, FeedFilter
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.model import Message
from addressee.messaging.messaging import Messaging
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.trigger import Trigger
from addressee.messaging.worker import WebhookDelivery, job_handlers
from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.messaging.workflows.deploying.effects import Deployed
from tests.support.clock import MovedClock

SEALER = Sealer(bytes(32))

IN_APP = "type: in_app_feed"
OUTBOX = "type: email\nprovider: outbox\nsettings:\n  from: Example <hello@example.com>"
WELCOME = """
name: Welcome
categories: [onboarding]
steps:
  - ref: in-app
    channel: in-app
    template:
      body: "**Welcome, {{ recipient.name }}!**"
      action_url: "{{ vars.app_url }}/start"
  - ref: email
    channel: email
    template:
      subject: Welcome, {{ recipient.name }}!
      html: <p>Hello {{ recipient.name }}</p>
      text: Hello {{ recipient.name }}
"""

FILES = {
    "channels/in-app.yaml": IN_APP,
    "channels/email.yaml": OUTBOX,
    "workflows/welcome.yaml": WELCOME,
    "public_variables.yaml": "app_url: https://app.example",
}


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@dataclass(frozen=True, slots=True)
class WaitingJob:
    id: int
    name: str
    arguments: bytes
    deferred: bool


@dataclass
class Office:
    pool: Pool
    environment_id: int
    folder: Path
    clock: MovedClock
    sealer: Sealer = SEALER
    public_url: str | None = None

    def __post_init__(self) -> None:
        self.senders = SenderContext(self.outbox, open_client(), self.clock, open_public_client())
        self.directory = Directory(self.pool, self.clock, sealer=lambda: self.sealer)
        links = LinkUrls(lambda: self.directory.links, self.public_url)
        wakeup, sealer = Wakeup(self.pool), self.directory.sealer
        self.messaging = Messaging(self.pool, self.directory.reader, wakeup, self.clock, links, sealer)
        self.loopback_client = open_public_client(allowed=AllowedHosts.listed("127.0.0.1", ADVICE))
        self.use_for_fetches(self.loopback_client)

    def use_for_fetches(self, client: httpx2.AsyncClient) -> None:
        """Has requests of steps be made by this client; the first one, and webhooks, may ask 127.0.0.1."""
        handlers = job_handlers(
            self.pool,
            self.sealer,
            self.senders,
            client,
            self.messaging.announcer,
            WebhookDelivery(self.loopback_client, FORMS),
            self.public_url,
        )
        self.handlers: Mapping[str, JobHandler[Any]] = {handler.job.name: handler for handler in handlers}

    def user(self, id: str) -> Place:
        return Place(self.environment_id, USERS, id)

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    async def push(
        self, files: Mapping[str, str] = FILES, environment: Mapping[str, str] | None = None
    ) -> list[Deployed]:
        folder = write_files(self.folder / "pushed", files)
        available = await read_available(self.pool, self.environment_id)
        configuration = read_configuration(folder, environment or {}, available)
        return await deploy(self.pool, self.sealer, self.environment_id, configuration, self.clock.now())

    async def identify(self, id: str, **attributes: Any) -> Recipient:
        edit = Identify(attributes={"name": id.title(), **attributes})
        written = await self.directory.write(Write(self.user(id), (edit,)))
        assert written.recipient is not None
        return written.recipient

    async def delete(self, id: str) -> None:
        await self.directory.write(Write(self.user(id), (Delete(),)))

    async def merge(self, into: str, other: str) -> Merge:
        done = await self.directory.merges.merge(self.user(into), self.user(other))
        await self.messaging.lifecycle.follow(done.merge)
        return done.merge

    async def undo(self, merge: Merge) -> None:
        undone = await self.directory.merges.undo(self.environment_id, merge.id)
        await self.messaging.lifecycle.follow(undone.merge)

    async def trigger(
        self,
        *ids: str,
        workflow: str = "welcome",
        receipt: Receipt | None = None,
        **rest: Any,
    ) -> UUID:
        what = Trigger(workflow, [self.user(id) for id in ids], **rest)
        return await self.messaging.triggers.accept(self.environment_id, what, receipt=receipt)

    async def subscribe(self, topic: str, *ids: str) -> None:
        users = [await self.identify(id) for id in ids]
        await self.directory.topics.subscribe(Place(self.environment_id, TOPICS, topic), users)

    async def tell(self, topic: str, workflow: str = "welcome") -> UUID:
        """Triggers a workflow for all who subscribe to a topic."""
        return await self.messaging.triggers.accept(
            self.environment_id, Trigger(workflow, [Place(self.environment_id, TOPICS, topic)])
        )

    async def channel_id(self, key: str = "in-app") -> UUID:
        return (await stored_channels.by_key(self.pool, self.environment_id))[key].id

    async def feed(self, id: str, filter: FeedFilter | None = None, page: PageRequest[Any] | None = None) -> Feed:
        return await self.messaging.feeds.read(
            self.user(id), await self.channel_id(), filter or FeedFilter(), page or PageRequest(50)
        )

    async def bodies(self, id: str = "ada") -> list[str]:
        """Returns the texts of somebody's feed in HTML, the oldest first."""
        return [item.blocks[0].rendered for item in reversed((await self.feed(id)).items.entries)]

    async def messages(self, id: str, **filter: Any) -> Sequence[Message]:
        found = await self.messaging.messages.list(
            self.environment_id, [self.user(id)], MessageFilter(**filter), PageRequest(50)
        )
        return found.entries

    async def events(self, message: Message) -> list[tuple[str, Any]]:
        found = await self.messaging.messages.events(self.environment_id, message.id, PageRequest(50))
        assert found is not None
        return [(event.type.removeprefix("message."), event.data) for event in found.entries]

    async def jobs(self) -> list[WaitingJob]:
        rows = await self.pool.fetch(
            """
            SELECT id, name, arguments, due_at > now() AS deferred
            FROM addressee.jobs
            ORDER BY id
            """
        )
        jobs = [WaitingJob(*row) for row in rows]
        return [job for job in jobs if self.environment_id in environments_of(msgspec.json.decode(job.arguments))]

    async def run(self, job: WaitingJob) -> None:
        self.clock.move(timedelta(milliseconds=1))
        await self.handlers[job.name].run(job.arguments)

    async def work(self, *, deferred: bool = False) -> None:
        """Runs jobs until only deferred ones wait; those too, once each, when it is said."""
        if deferred:
            await self.run_all([job for job in await self.jobs() if job.deferred])
        while due := [job for job in await self.jobs() if not job.deferred]:
            await self.run_all(due)

    async def run_all(self, jobs: Sequence[WaitingJob]) -> None:
        for job in jobs:
            await self.run(job)
            await self.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)

    async def work_after(self, wait: timedelta) -> None:
        """Lets time pass, then runs what was deferred."""
        self.clock.move(wait)
        await self.work(deferred=True)

    async def pass_time(self, by: timedelta) -> None:
        """Lets time pass, has happen what was due meanwhile, and runs the jobs that follow."""
        self.clock.move(by)
        await start_due(self.pool, self.clock.now())
        await self.work()

    async def carry_out(self, job: Job) -> None:
        await self.handlers[job.name].handle(job)

    async def recipient_runs(self) -> list[asyncpg.Record]:
        return await self.pool.fetch(
            "SELECT * FROM addressee.recipient_runs WHERE environment_id = $1 ORDER BY recipient_id",
            self.environment_id,
        )

    async def journal(self, id: str) -> list[dict[str, Any]]:
        (run,) = [run for run in await self.recipient_runs() if run["recipient_id"] == id]
        journal: list[dict[str, Any]] = msgspec.json.decode(run["journal"])
        return journal

    async def counts(self) -> dict[str, int]:
        """How many rows there are of what a run makes."""
        tables = ("workflow_runs", "recipient_runs", "messages", "events_of_messages", "sends")
        statement = "SELECT count(*) FROM addressee.{} WHERE environment_id = $1"
        return {table: await self.pool.fetchval(statement.format(table), self.environment_id) for table in tables}

    def emails(self) -> list[Path]:
        return sorted(self.outbox.rglob("*.eml"))


def environments_of(arguments: dict[str, Any]) -> list[int]:
    return [person[0] for person in arguments["people"]] if "people" in arguments else [arguments["environment_id"]]
