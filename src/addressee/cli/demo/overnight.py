"""A night in a second: ten comments become one e-mail, on a clock that the demo moves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import structlog

from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.sender import SenderContext
from addressee.cli.demo.delivery import PATIENCE_SECONDS, POLL_SECONDS, left_to_deliver, read_outbox
from addressee.database.installation import Installation
from addressee.database.jobs.queue import Wakeup
from addressee.database.jobs.worker import work
from addressee.database.opening import open_database
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.dialects.webhook_forms import FORMS
from addressee.directory.access.environments import Environments
from addressee.directory.clock import Clock
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messaging import Messaging
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.trigger import Trigger
from addressee.messaging.worker import WebhookDelivery, job_handlers
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy

SQL = load(__package__)

ENVIRONMENT = "staging"
ZONE = ZoneInfo("Europe/Amsterdam")
EVENING = datetime(2026, 11, 26, 17, 0, tzinfo=ZONE)
READER = "ada"
COMMENTERS = ("bob", "cleo", "dan")
COMMENTS = 10
CONNECTIONS = 4
APART = timedelta(minutes=7)

# The times at which the demo looks what is due.
MORNING = (EVENING.replace(day=27, hour=6), EVENING.replace(day=27, hour=7), EVENING.replace(day=27, hour=8))


class MovedClock(Clock):
    """A clock that shows the time that it was told last."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, to: datetime) -> None:
        self._now = max(self._now, to.astimezone(UTC))


class Entry(NamedTuple):
    """An entry of the journal of a run, at the local time of its recipient."""

    at: datetime
    event: str
    step: str | None


@dataclass(frozen=True, slots=True)
class Night:
    """`emails` are those that left by each of MORNING."""

    entries: Sequence[Entry]
    emails: Sequence[Sequence[EmailMessage]]


async def pass_a_night(installation: Installation) -> Night:
    """Plays the night on an installation whose service has stopped."""
    async with room(installation, MovedClock(EVENING.astimezone(UTC))) as there:
        await there.prepare()
        for number in range(COMMENTS):
            there.clock.move(EVENING + number * APART)
            await there.comment(COMMENTERS[number % len(COMMENTERS)], f"Comment {number + 1}")
        emails = []
        for at in MORNING:
            there.clock.move(at)
            await there.work()
            emails.append(read_outbox(installation.data_dir / "outbox" / ENVIRONMENT))
        return Night(await there.entries(), emails)


@dataclass(frozen=True, slots=True)
class Room:
    """An environment with a worker of its own, and the clock of both."""

    pool: Pool
    sealer: Sealer
    clock: MovedClock
    environment_id: int
    directory: Directory
    messaging: Messaging

    def user(self, id: str) -> Place:
        return Place(self.environment_id, USERS, id)

    async def prepare(self) -> None:
        """Pushes the workflow, and identifies everybody."""
        with as_file(files(__package__) / "night") as folder:
            configuration = read_configuration(Path(folder), {})
        await deploy(self.pool, self.sealer, self.environment_id, configuration, self.clock.now())
        reader = {"name": "Ada", "email": "ada@example.com", "timezone": ZONE.key}
        people = {READER: reader, **{id: {"name": id.title()} for id in COMMENTERS}}
        await self.directory.write_all([Write(self.user(id), (Identify(traits),)) for id, traits in people.items()])

    async def comment(self, by: str, text: str) -> None:
        what = Trigger("comments", [self.user(READER)], {"text": text}, self.user(by))
        await self.messaging.triggers.accept(self.environment_id, what)
        await self.work()

    async def work(self) -> None:
        """Starts what is due, and waits until the worker has nothing left to do, for a minute at most."""
        await start_due(self.pool, self.clock.now())
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if not await left_to_deliver(self.pool):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def entries(self) -> list[Entry]:
        journals = await self.pool.fetch(*SQL["journals"](environment_id=self.environment_id))
        entries = [entry for row in journals for entry in msgspec.json.decode(row["journal"])]
        shown = [
            Entry(datetime.fromisoformat(each["inserted_at"]).astimezone(ZONE), each["event"], each.get("step_ref"))
            for each in entries
        ]
        return sorted(shown, key=lambda entry: entry.at)


@asynccontextmanager
async def room(installation: Installation, clock: MovedClock) -> AsyncIterator[Room]:
    """Opens the installation's database with a worker that goes by this clock."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_database(installation, connections=CONNECTIONS))
        sealer = Sealer(installation.master_key())
        clients = [open_client(), open_public_client(), open_public_client()]
        for client in clients:
            stack.push_async_callback(client.aclose)
        senders = SenderContext(installation.data_dir / "outbox", clients[0], clock, clients[1])
        directory = Directory(pool, clock, sealer=lambda: sealer)
        messaging = Messaging(pool, directory.reader, Wakeup(pool), clock)
        environment = await Environments(pool).named(ENVIRONMENT)
        stop = asyncio.Event()
        handlers = job_handlers(
            pool, sealer, senders, clients[2], messaging.announcer, WebhookDelivery(clients[2], FORMS)
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(work(installation.target(), handlers, stop))
            yield Room(pool, sealer, clock, environment.id, directory, messaging)
            stop.set()
