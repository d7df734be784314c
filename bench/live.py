"""Live feeds: how soon open pages are told of new items, and the memory of pages that are told nothing.

The delay of an item is from its commit, as PostgreSQL says (`track_commit_timestamp`), to the event that counts it, as
the client's process gets it. Both are on one clock.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx

from addressee.database.installation import Installation
from bench.cpu import cpu_seconds
from bench.fanout import knock_of
from bench.memory import feed_of
from bench.options import Options
from bench.results import AtLeast, AtMost, Result
from tests.messaging.office import IN_APP, write_files
from tests.support.kernel import descendants
from tests.support.service import Service, running_service

PAGES = 1_000
MESSAGES_A_SECOND = 500
WRITING_SECONDS = 12
TRIGGERS_A_SECOND = 20
RECIPIENTS = MESSAGES_A_SECOND // TRIGGERS_A_SECOND

# The last items may be on their way for so long.
LAST_SECONDS = 20
POLL_SECONDS = 0.1

IDLE_PAGES = 10_000

FILES = {
    "channels/in-app.yaml": IN_APP,
    "workflows/note.yaml": "steps: [{ref: feed, channel: in-app, template: {body: 'A note for {{ recipient.name }}'}}]",
}
COMMITS = """
SELECT recipient_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS committed_at
FROM addressee.messages
ORDER BY recipient_id, inserted_at
"""
IDENTIFIED_AT_ONCE = 1_000


class Written(NamedTuple):
    """A measurement: the milliseconds from the commit of each item until it was told, and the items stored a second."""

    delays: Sequence[float]
    rate: float
    api: float  # seconds of CPU in a second
    untold: int

    def delay(self, percent: int) -> float:
        return statistics.quantiles(self.delays, n=100)[percent - 1]


def measure(options: Options) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, service_of(Path(folder)) as service:
        channel = feed_of(service)
        with pages(service, channel, PAGES) as opened, options.profiled("live", service.process.pid):
            written = asyncio.run(under_load(service, opened))
        yield Result(
            f"delay from commit to socket, p99 of {PAGES:,} pages",
            written.delay(99),
            AtMost(250),
            f"median {written.delay(50):,.0f} ms, longest {max(written.delays):,.0f} ms; "
            f"{written.rate:,.0f} messages/s, API {written.api:.0%} of a core",
            unit=" ms",
        )
        yield Result("items that were not told of", written.untold, AtMost(0), f"of {len(written.delays):,}")
        before = api_memory(service)
        with pages(service, channel, IDLE_PAGES) as opened:
            each = (api_memory(service) - before) / IDLE_PAGES
            answered = opened.ask("beat")
        yield Result(f"heartbeats answered of {IDLE_PAGES:,} idle sockets", answered, AtLeast(IDLE_PAGES))
        yield Result("memory of an idle socket with its feed", each, AtMost(160), "API process", unit=" kB")


@contextmanager
def service_of(folder: Path) -> Iterator[Service]:
    """A service whose people have never got anything."""
    setting = ("--postgres-setting", "track_commit_timestamp=on")
    with running_service(folder / "data", "--workers", "1", *setting) as service:
        write_files(folder / "files", FILES)
        service.command("push", str(folder / "files"), "--environment", "development")
        with knock_of(service) as knock:
            for start in range(0, PAGES, IDENTIFIED_AT_ONCE):
                numbers = range(start, start + IDENTIFIED_AT_ONCE)
                knock.users.bulk.identify(users=[{"id": f"user-{n}", "name": f"Person {n}"} for n in numbers])
        yield service


class Opened:
    """Open pages (`bench/pages.py`)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("The pages could not be opened.")
        return json.loads(line)


@contextmanager
def pages(service: Service, channel: str, count: int) -> Iterator[Opened]:
    command = [
        sys.executable,
        "-m",
        "bench.pages",
        str(service.port),
        service.create_key("public"),
        channel,
        str(count),
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    opened = Opened(process)
    try:
        opened.answer()
        yield opened
    finally:
        process.kill()
        process.wait()


async def under_load(service: Service, opened: Opened) -> Written:
    """Writes so many messages a second, and returns what became of them."""
    before, began = api_cpu(service), time.time()
    await write(service)
    until = time.time() + LAST_SECONDS
    while opened.ask("count") < MESSAGES_A_SECOND * WRITING_SECONDS and time.time() < until:
        await asyncio.sleep(POLL_SECONDS)
    api = (api_cpu(service) - before) / (time.time() - began)
    told: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number, total, at in opened.ask("end"):
        told[number].append((total, at))
    commits = await commits_of(service)
    delays = [
        (at - committed_at) * 1000
        for number, times in commits.items()
        for total, committed_at in enumerate(times, 1)
        if (at := first(told[number], total)) is not None
    ]
    times = sorted(at for each in commits.values() for at in each)
    return Written(delays, len(times) / (times[-1] - times[0]), api, len(times) - len(delays))


async def write(service: Service) -> None:
    """Triggers the workflow at a steady pace, each time for those whose turn it is."""
    async with httpx.AsyncClient(
        base_url=service.url, headers={"authorization": f"Bearer {service.create_key()}"}, timeout=30
    ) as http:
        loop, sending = asyncio.get_running_loop(), set[asyncio.Task[httpx.Response]]()
        began = loop.time()
        for turn in range(WRITING_SECONDS * TRIGGERS_A_SECOND):
            await asyncio.sleep(max(0, began + turn / TRIGGERS_A_SECOND - loop.time()))
            people = [f"user-{(turn * RECIPIENTS + n) % PAGES}" for n in range(RECIPIENTS)]
            sending.add(asyncio.create_task(http.post("/v1/workflows/note/trigger", json={"recipients": people})))
        for answer in await asyncio.gather(*sending):
            answer.raise_for_status()


async def commits_of(service: Service) -> dict[int, list[float]]:
    """Returns when the items of each page were committed, in their order."""
    connection = await asyncpg.connect(**Installation(service.data_dir).target().arguments)
    commits: dict[int, list[float]] = defaultdict(list)
    for user, committed_at in await connection.fetch(COMMITS):
        commits[int(user.removeprefix("user-"))].append(committed_at)
    await connection.close()
    return commits


def first(events: Sequence[tuple[int, float]], total: int) -> float | None:
    """Returns when the first event came that counted so many items."""
    return min((at for counted, at in events if counted >= total), default=None)


def api_cpu(service: Service) -> float:
    return cpu_seconds(service, "addressee.cli.api")


def api_memory(service: Service) -> float:
    """Returns the kilobytes of the largest process of the API, which is the one that answers."""
    pids = [pid for pid, words in descendants(service.process.pid).items() if "addressee.cli.api" in words]
    return max(map(resident, pids))


def resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Rss:"))
