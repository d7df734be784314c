"""The rates at which batches are joined and closed: by many triggers for one person, and for many people at once.
Beside it, the rate of triggers of which each tells somebody else in the app.

One worker, as `serve` has it, on a database of its own. The clock is moved, so that no time passes by waiting.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import structlog

from addressee.database.jobs.worker import work
from addressee.database.migrate import migrate
from addressee.database.pool import open_pool
from addressee.directory.edits.recipients import Identify
from addressee.directory.writing.writes import Write
from addressee.messaging.schedules.scheduler import start_due
from bench.options import Options
from bench.results import AtMost, Result
from tests.messaging.office import IN_APP, Office
from tests.support.clock import MovedClock
from tests.support.servers import installation_of_the_tests

TRIGGERS = 10_000
PEOPLE = 100_000
AT_ONCE = 1000
CALLERS = 8

HOUR = timedelta(hours=1)

WORKFLOW = """
steps:
  - ref: collect
    type: batch
    settings: {batch_window: 1h}
  - ref: feed
    channel: in-app
    template: {body: "{{ total_activities }} by {{ total_actors }}, last {{ data.n }}"}
"""

TOLD = """
steps:
  - ref: feed
    channel: in-app
    template: {body: "{{ data.n }}"}
"""
FILES = {"channels/in-app.yaml": IN_APP, "workflows/comment.yaml": WORKFLOW, "workflows/told.yaml": TOLD}


class Measured(NamedTuple):
    """The seconds that something took, and the statements that were sent meanwhile."""

    seconds: float
    statements: int

    def shown(self, what: str, count: int) -> str:
        rate = count / self.seconds
        return f"{what:<44}{rate:>8,.0f}/s {self.seconds:>7.1f} s {self.statements / count:>7.2f} statements each"


def measure(options: Options) -> Iterator[Result]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with options.profiled("batch"):
        seconds = asyncio.run(measure_all())
    yield Result("10,000 triggers for one person that join a batch", seconds, AtMost(60), unit=" s")


async def measure_all() -> float:
    """Returns the seconds that one person's triggers took."""
    async with office() as bench:
        await bench.push(FILES)
        seconds = await one_person(bench)
        await many_people(bench)
        await one_by_one(bench)
        return seconds


@asynccontextmanager
async def office() -> AsyncIterator[Office]:
    """An office with a worker, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with installation_of_the_tests() as installation:
            await migrate(installation.target(), finish=True)
            pool = await open_pool(installation.target(), max_size=20)
            bench = Office(pool, 1, Path(folder), MovedClock())
            stop = asyncio.Event()
            working = asyncio.create_task(work(installation.target(), bench.handlers.values(), stop))
            yield bench
            stop.set()
            await working
            await pool.close()


async def one_person(bench: Office) -> float:
    """Many triggers for one person: all join one batch, one after the other. Returns the seconds that they took."""
    await bench.identify("ada")

    async def join_all() -> None:
        await trigger_all(bench, "comment", ["ada"])
        await until(bench, "SELECT count(*) FROM addressee.batch_items", TRIGGERS)

    joining = await measured(join_all)
    print(joining.shown("one person: triggers that join a batch", TRIGGERS))
    closing = await measured(lambda: close(bench, 1))
    print(f"    it closes with {TRIGGERS:,} items in {closing.seconds:.1f} s, {closing.statements} statements")
    return joining.seconds


async def trigger_all(bench: Office, workflow: str, ids: Sequence[str]) -> None:
    """Triggers a workflow so often, for one after the other of these people."""
    callers = asyncio.Semaphore(CALLERS)

    async def trigger(n: int) -> None:
        async with callers:
            await bench.trigger(ids[n % len(ids)], workflow=workflow, data={"n": n})

    await asyncio.gather(*(trigger(n) for n in range(TRIGGERS)))


async def one_by_one(bench: Office) -> None:
    """A trigger with one step in the app for each of many people."""

    async def tell_all() -> None:
        await trigger_all(bench, "told", [f"user-{number}" for number in range(TRIGGERS)])
        await until(bench, "SELECT count(*) FROM addressee.messages WHERE workflow = 'told'", TRIGGERS)

    print((await measured(tell_all)).shown("triggers of one person each, with a message each", TRIGGERS))


async def many_people(bench: Office) -> None:
    """A batch for each of many people: all are opened, joined once more, and close in the same second."""
    ids = [f"user-{number}" for number in range(PEOPLE)]
    for start in range(0, PEOPLE, AT_ONCE):
        await bench.directory.write_all([Write(bench.user(id), (Identify(),)) for id in ids[start : start + AT_ONCE]])

    async def tell_all(n: int) -> None:
        for start in range(0, PEOPLE, AT_ONCE):
            await bench.trigger(*ids[start : start + AT_ONCE], workflow="comment", data={"n": n})
        await until(bench, "SELECT count(*) FROM addressee.batch_items", TRIGGERS + PEOPLE * n)

    print((await measured(lambda: tell_all(1))).shown(f"{PEOPLE:,} people: batches opened", PEOPLE))
    print((await measured(lambda: tell_all(2))).shown("    joined", PEOPLE))
    print((await measured(lambda: close(bench, 1 + PEOPLE))).shown("    closed, with a message each", PEOPLE))


async def close(bench: Office, messages: int) -> None:
    """Has what is due close, and waits for so many messages in all."""
    bench.clock.move(HOUR)
    while await bench.pool.fetchval("SELECT count(*) FROM addressee.messages") < messages:
        await start_due(bench.pool, bench.clock.now())
        await asyncio.sleep(0.2)


async def until(bench: Office, counted: str, rows: int) -> None:
    while await bench.pool.fetchval(counted) < rows:
        await asyncio.sleep(0.2)


async def measured(what: Callable[[], Awaitable[None]]) -> Measured:
    with counting() as sent:
        started = time.perf_counter()
        await what()
        return Measured(time.perf_counter() - started, sent[0])


@contextmanager
def counting() -> Iterator[list[int]]:
    """Counts the statements that this process sends, BEGIN and COMMIT included."""
    sent = [0]
    names = ("execute", "fetch", "fetchrow", "fetchval")
    originals = {name: getattr(asyncpg.Connection, name) for name in names}

    def counted(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(self: Any, *arguments: Any, **rest: Any) -> Any:
            sent[0] += 1
            return await original(self, *arguments, **rest)

        return run

    for name, original in originals.items():
        setattr(asyncpg.Connection, name, counted(original))
    try:
        yield sent
    finally:
        for name, original in originals.items():
            setattr(asyncpg.Connection, name, original)
