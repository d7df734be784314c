"""The rate of a fan-out in the app: one trigger of an object, for all of its subscribers.

Beside it, the rows of messages that the product stored are inserted by nothing but an INSERT, in pages of 500.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from knockapi import Knock

from addressee.database.installation import Installation
from addressee.database.pool import prepare
from bench.cpu import cpu_seconds, cpu_seconds_of
from bench.options import Options
from bench.results import ROUNDS, AtLeast, Result, Turns
from tests.messaging.office import IN_APP, write_files
from tests.support.kernel import descendants
from tests.support.service import Service, running_service

SUBSCRIBERS = 50_000
ROWS = 1000
RECIPIENTS_A_ROW = 100
PAGE = 500

POLL_SECONDS = 0.1
LONGEST_SECONDS = 300

OBJECTS, POST = "posts", "lisbon"
WORKFLOW = """
name: Comments
steps:
  - ref: feed
    channel: in-app
    template:
      body: "**{{ actor.name }}** commented on {{ data.title }}: hello {{ recipient.name }}"
      action_url: "{{ vars.app_url }}/posts/{{ data.post_id }}"
"""
FILES = {
    "channels/in-app.yaml": IN_APP,
    "workflows/comments.yaml": WORKFLOW,
    "public_variables.yaml": "app_url: https://app.example",
}

IS_BUSY = (
    "SELECT EXISTS (SELECT FROM addressee.jobs WHERE name IN ('start', 'expand', 'begin', 'begin_large', 'advance'))"
)
IS_WORKED_ON_BY = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'addressee jobs'"
NEWEST_RUN = "SELECT id FROM addressee.workflow_runs ORDER BY id DESC LIMIT 1"
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = 'addressee.messages'::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


def measure(options: Options) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder) / "data", "--workers", "1") as service:
        prepare_service(service, Path(folder) / "files")
        with asyncio.Runner() as loop:
            bench = loop.run(FanOut.connected(service))
            ones, raws, twos = [], [], []
            for _ in range(ROUNDS):
                with options.profiled("fanout", bench.workers[0]):
                    ones.append(loop.run(bench.tell()))
                raws.append(loop.run(bench.insert_raw()))
                with second_worker(service):
                    loop.run(bench.until_worked_on_by(2))
                    twos.append(loop.run(bench.tell()))
                loop.run(bench.until_worked_on_by(1))
            loop.run(bench.connection.close())
    one = Turns([each.rate for each in ones], raws)
    cost = f"{one.detail}; CPU a recipient: {ones[-1].shown}"
    yield Result("in-app fan-out ÷ INSERT of its messages alone", one.ratio, AtLeast(0.25, 0.4), cost)
    both = Turns([each.rate for each in twos], one.ours)
    yield both.result("in-app fan-out by two workers ÷ by one", AtLeast(1.6))


@dataclass(frozen=True)
class Told:
    """The subscribers told in a second, and the microseconds of CPU that each of them took."""

    rate: float
    worker: float
    database: float

    @property
    def shown(self) -> str:
        return f"{self.worker:,.0f} µs of workers, {self.database:,.0f} µs of PostgreSQL"


@dataclass(frozen=True)
class FanOut:
    """A service whose object has its subscribers, and a connection to its database."""

    service: Service
    knock: Knock
    connection: asyncpg.Connection[asyncpg.Record]

    @classmethod
    async def connected(cls, service: Service) -> FanOut:
        connection = await asyncpg.connect(**Installation(service.data_dir).target().arguments)
        await prepare(connection)
        await connection.execute("CREATE TABLE public.raw_messages (LIKE addressee.messages INCLUDING ALL)")
        return cls(service, knock_of(service), connection)

    @property
    def workers(self) -> list[int]:
        return [pid for pid, command in descendants(os.getpid()).items() if "addressee.cli work" in command]

    async def tell(self) -> Told:
        """Triggers the workflow once, and waits until every subscriber has its message."""
        before = self.worker_cpu(), self.database_cpu()
        started = time.perf_counter()
        self.knock.workflows.trigger(
            "comments",
            recipients=[{"collection": OBJECTS, "id": POST}],
            actor="user-0",
            data={"title": "A walk in Lisbon", "post_id": "lisbon"},
        )
        while await self.connection.fetchval(IS_BUSY):
            if time.perf_counter() > started + LONGEST_SECONDS:
                sys.exit("The fan-out did not end.")
            await asyncio.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - started
        worker, database = (
            (now - then) / SUBSCRIBERS * 1e6
            for now, then in zip((self.worker_cpu(), self.database_cpu()), before, strict=True)
        )
        told = await self.connection.fetchval(
            "SELECT count(*) FROM addressee.messages WHERE status = 'delivered' AND run_id = $1",
            await self.newest_run(),
        )
        if told != SUBSCRIBERS + 1:  # the object itself has a feed too
            sys.exit(f"{told} of {SUBSCRIBERS + 1} messages were made:\n{self.service.log[-2000:]}")
        return Told(SUBSCRIBERS / seconds, worker, database)

    async def insert_raw(self) -> float:
        """Inserts what the last run stored into a table beside it; returns the rows in a second."""
        columns = await self.connection.fetch(COLUMNS)
        names = ", ".join(name for name, _ in columns)
        # A column of arrays goes as text: `unnest` would take it apart.
        arrays = ", ".join(
            f"${number}::{'text' if kind.endswith('[]') else kind}[]" for number, (_, kind) in enumerate(columns, 1)
        )
        casts = ", ".join(f"{name}::{kind}" if kind.endswith("[]") else name for name, kind in columns)
        reads = ", ".join(f"{name}::text" if kind.endswith("[]") else name for name, kind in columns)
        rows = await self.connection.fetch(
            f"SELECT {reads} FROM addressee.messages WHERE run_id = $1 ORDER BY inserted_at, id",
            await self.newest_run(),
        )
        pages = [list(zip(*rows[start : start + PAGE], strict=True)) for start in range(0, len(rows), PAGE)]
        insert = await self.connection.prepare(
            f"INSERT INTO raw_messages ({names}) SELECT {casts} FROM unnest({arrays}) AS made ({names})"
        )
        await self.connection.execute("TRUNCATE raw_messages")
        started = time.perf_counter()
        for page in pages:
            await insert.fetch(*page)
        return len(rows) / (time.perf_counter() - started)

    async def newest_run(self) -> Any:
        return await self.connection.fetchval(NEWEST_RUN)

    async def until_worked_on_by(self, workers: int) -> None:
        while await self.connection.fetchval(IS_WORKED_ON_BY) != workers:
            await asyncio.sleep(POLL_SECONDS)

    def worker_cpu(self) -> float:
        return cpu_seconds_of(self.workers)

    def database_cpu(self) -> float:
        return cpu_seconds(self.service, "postgres")


@contextmanager
def second_worker(service: Service) -> Iterator[None]:
    command = [sys.executable, "-m", "addressee.cli", "work", "--data-dir", str(service.data_dir)]
    process = subprocess.Popen(command, env=service.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def prepare_service(service: Service, files: Path) -> None:
    """Pushes the workflow, and subscribes everyone to the object."""
    write_files(files, FILES)
    service.command("push", str(files), "--environment", "development")
    ids = [f"user-{number}" for number in range(SUBSCRIBERS + 1)]  # the first one acts
    with knock_of(service) as knock:
        knock.objects.set(OBJECTS, POST)
        for start in range(0, len(ids), ROWS):
            knock.users.bulk.identify(
                users=[{"id": id, "name": f"Person {id}"} for id in ids[start : start + ROWS]],
            )
        for start in range(1, len(ids), ROWS):
            those = ids[start : start + ROWS]
            knock.objects.bulk.add_subscriptions(
                OBJECTS,
                subscriptions=[
                    {"id": POST, "recipients": those[first : first + RECIPIENTS_A_ROW]}
                    for first in range(0, len(those), RECIPIENTS_A_ROW)
                ],
            )


def knock_of(service: Service) -> Knock:
    return Knock(api_key=service.create_key(), base_url=service.url)
