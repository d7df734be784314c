"""The rate of e-mails by SMTP, beside a bare loop that sends the same e-mails over ten connections.

What is timed is delivery alone: the workflow's messages wait for their channel, which pauses, until all of them are
made; then it goes on. How many leave in a second when they are made meanwhile is told beside it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosmtplib
import asyncpg
from knockapi import Knock

from addressee.channels.email.message import Email, RawEmail, compose
from addressee.database.installation import Installation
from addressee.database.pool import prepare
from bench.cpu import cpu_seconds
from bench.fanout import knock_of
from bench.mail_sink import MailSink, mail_sink
from bench.options import Options
from bench.results import ROUNDS, AtLeast, Result, Turns
from tests.messaging.office import write_files
from tests.support.kernel import descendants
from tests.support.service import Service, running_service

PEOPLE = 1000
ROWS = 1000
CONNECTIONS = 10

# A server that takes so long for each e-mail, and how many are to be under way to it at once.
SLOW_SECONDS = 0.1
CONCURRENCY = 40

# The words in the command lines of the processes whose CPU is told.
COMMANDS = WORKER, DATABASE = "addressee.cli work", "postgres"

POLL_SECONDS = 0.05
LONGEST_SECONDS = 120

SENDER = "Example <hello@example.com>"
SUBJECT = "Welcome, {}!"
HTML = (
    "<h1>Welcome, {}!</h1><p>Here is what you can do first:</p><ul><li>Invite the others</li><li>Write a page</li></ul>"
    '<p><a href="https://app.example/start">Start here</a>, and tell us what you miss.</p>'
)
TEXT = "Welcome, {}!\n\nInvite the others, write a page, and tell us what you miss: https://app.example/start\n"

CHANNEL = """
type: email
provider: smtp
settings:
  host: 127.0.0.1
  port: {port}
  security: none
  from: {sender}
"""
WORKFLOW = """
steps:
  - ref: mail
    channel: {channel}
    template: {{subject: "{subject}", html: '{html}', text: "{text}"}}
"""

HOLD = """
INSERT INTO addressee.channel_states (environment_id, channel_id, paused_for, paused_at, paused_until)
SELECT environment_id, id, 'rate_limited', now(), now() + interval '1 hour' FROM addressee.channels
ON CONFLICT (environment_id, channel_id) DO UPDATE
SET paused_for = excluded.paused_for, paused_at = excluded.paused_at, paused_until = excluded.paused_until
"""
GO_ON = (
    "UPDATE addressee.channel_states SET paused_for = NULL, paused_at = NULL, paused_until = NULL",
    "UPDATE addressee.sends SET due_at = now() WHERE due_at IS NOT NULL",
    "UPDATE addressee.jobs SET due_at = now() WHERE name = 'send'",
    "SELECT pg_notify('addressee_jobs', '')",
)
IS_BEING_MADE = """
SELECT EXISTS (
  SELECT FROM addressee.jobs WHERE name <> 'send' OR due_at < now() OR claimed_until > now()
)
"""
WAITING = "SELECT count(*) FROM addressee.sends WHERE due_at IS NOT NULL"


def measure(options: Options) -> Iterator[Result]:
    with (
        tempfile.TemporaryDirectory() as folder,
        mail_sink() as quick,
        mail_sink(SLOW_SECONDS) as slow,
        running_service(Path(folder) / "data", "--workers", "1") as service,
        asyncio.Runner() as loop,
    ):
        prepare_service(service, Path(folder) / "files", quick, slow)
        bench = loop.run(Delivery.connected(service))
        told = loop.run(bench.tell("quick"))
        ours, bare = [], []
        for _ in range(ROUNDS):
            loop.run(bench.make("quick"))
            with options.profiled("smtp", bench.workers[0]):
                ours.append(loop.run(bench.deliver(quick)))
            bare.append(loop.run(send_bare(quick)))
        both = Turns([each.rate for each in ours], bare)
        cost = f"{both.detail}; CPU an e-mail: {ours[-1].shown}; {told:,.0f}/s from the trigger on"
        yield Result("e-mail by SMTP ÷ bare aiosmtplib over ten connections", both.ratio, AtLeast(0.8), cost)
        loop.run(bench.make("slow"))
        delivered = loop.run(bench.deliver(slow))
        share = delivered.rate / (CONCURRENCY / SLOW_SECONDS)
        detail = f"{delivered.rate:,.0f}/s, {share:.2f} of what so many could be; CPU an e-mail: {delivered.shown}"
        yield Result(
            f"e-mails under way to a server that takes {SLOW_SECONDS:g} s",
            slow.counts().most,
            AtLeast(CONCURRENCY),
            detail,
        )
        loop.run(bench.connection.close())


@dataclass(frozen=True)
class Delivered:
    """The e-mails sent in a second, and the microseconds of CPU that each of them took."""

    rate: float
    worker: float
    database: float

    @property
    def shown(self) -> str:
        return f"{self.worker:,.0f} µs of the worker, {self.database:,.0f} µs of PostgreSQL"


@dataclass(frozen=True)
class Delivery:
    """A service whose users have e-mail addresses, and a connection to its database."""

    service: Service
    knock: Knock
    connection: asyncpg.Connection[asyncpg.Record]

    @classmethod
    async def connected(cls, service: Service) -> Delivery:
        connection = await asyncpg.connect(**Installation(service.data_dir).target().arguments)
        await prepare(connection)
        return cls(service, knock_of(service), connection)

    @property
    def workers(self) -> list[int]:
        return [pid for pid, command in descendants(os.getpid()).items() if WORKER in command]

    async def tell(self, workflow: str) -> float:
        """Triggers for everyone, and waits until all e-mails are sent; returns how many in a second."""
        started = time.perf_counter()
        self.trigger(workflow)
        await self.until("SELECT NOT EXISTS (SELECT FROM addressee.jobs)")
        seconds = time.perf_counter() - started
        await self.check()
        return PEOPLE / seconds

    async def make(self, workflow: str) -> None:
        """Makes everyone's message, whose channel pauses."""
        await self.connection.execute(HOLD)
        self.trigger(workflow)
        await self.until(f"SELECT NOT ({IS_BEING_MADE.strip().removeprefix('SELECT')})")
        waiting = await self.connection.fetchval(WAITING)
        if waiting != PEOPLE:
            sys.exit(f"{waiting} of {PEOPLE} e-mails wait:\n{self.service.log[-2000:]}")

    async def deliver(self, sink: MailSink) -> Delivered:
        """Ends the pause, and waits until all e-mails are sent and that is stored."""
        taken = sink.counts().taken
        before = [cpu_seconds(self.service, command) for command in COMMANDS]
        started = time.perf_counter()
        async with self.connection.transaction():
            for statement in GO_ON:
                await self.connection.execute(statement)
        await self.until("SELECT NOT EXISTS (SELECT FROM addressee.sends WHERE due_at IS NOT NULL)")
        seconds = time.perf_counter() - started
        worker, database = (
            (now - then) / PEOPLE * 1e6
            for now, then in zip((cpu_seconds(self.service, command) for command in COMMANDS), before, strict=True)
        )
        await self.check()
        if (sent := sink.counts().taken - taken) != PEOPLE:
            sys.exit(f"The server took {sent} e-mails, not {PEOPLE}.")
        return Delivered(PEOPLE / seconds, worker, database)

    async def check(self) -> None:
        unsent = await self.connection.fetchval("SELECT count(*) FROM addressee.messages WHERE status <> 'sent'")
        if unsent:
            sys.exit(f"{unsent} e-mails were not sent:\n{self.service.log[-2000:]}")

    async def until(self, question: str) -> None:
        until = time.perf_counter() + LONGEST_SECONDS
        while not await self.connection.fetchval(question):
            if time.perf_counter() > until:
                sys.exit(f"This did not become true:\n{question}\n{self.service.log[-2000:]}")
            await asyncio.sleep(POLL_SECONDS)

    def trigger(self, workflow: str) -> None:
        for numbers in pages():
            self.knock.workflows.trigger(workflow, recipients=[id_of(number) for number in numbers])


async def send_bare(sink: MailSink) -> float:
    """Sends e-mails that are made beforehand over kept connections; returns the e-mails in a second."""
    mails = [mail(number) for number in range(PEOPLE)]
    clients = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False, use_tls=False)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(client.connect() for client in clients))
    left = iter(mails)

    async def send_some(client: aiosmtplib.SMTP) -> None:
        for each in left:
            await client.sendmail(each.sender.address, each.recipient.address, each.content)

    started = time.perf_counter()
    await asyncio.gather(*(send_some(client) for client in clients))
    seconds = time.perf_counter() - started
    await asyncio.gather(*(client.quit() for client in clients))
    return PEOPLE / seconds


def mail(number: int) -> RawEmail:
    name = name_of(number)
    return compose(
        Email(
            id=f"id{number}",
            sender=SENDER,
            to=address_of(number),
            subject=SUBJECT.format(name),
            html=HTML.format(name),
            text=TEXT.format(name),
            written_at=datetime.now(UTC),
        )
    )


def id_of(number: int) -> str:
    return f"user-{number}"


def name_of(number: int) -> str:
    return f"Person {number}"


def address_of(number: int) -> str:
    return f"{id_of(number)}@example.org"


def pages() -> Iterator[range]:
    return (range(start, min(start + ROWS, PEOPLE)) for start in range(0, PEOPLE, ROWS))


def prepare_service(service: Service, files: Path, quick: MailSink, slow: MailSink) -> None:
    """Pushes a workflow for each mail server, and identifies everyone."""
    parts = {
        name: text.format("{{ recipient.name }}").replace("\n", "\\n")
        for name, text in (("subject", SUBJECT), ("html", HTML), ("text", TEXT))
    }
    channels = {
        name: CHANNEL.format(port=sink.port, sender=SENDER) for name, sink in (("quick", quick), ("slow", slow))
    }
    channels["slow"] += f"  concurrency: {CONCURRENCY}\n"
    write_files(
        files,
        {f"channels/{name}.yaml": text for name, text in channels.items()}
        | {f"workflows/{name}.yaml": WORKFLOW.format(channel=name, **parts) for name in channels},
    )
    service.command("push", str(files), "--environment", "development")
    with knock_of(service) as knock:
        for numbers in pages():
            users: list[Any] = [
                {"id": id_of(number), "name": name_of(number), "email": address_of(number)} for number in numbers
            ]
            knock.users.bulk.identify(users=users)
