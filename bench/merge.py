"""Merges of people with 100,000 messages: the time until the answer, how long others wait meanwhile, and the rate at
which messages move.

Each merge takes the person that the last one left, with all its messages, into another one. The others write themselves
and read their feeds steadily. How long they wait without a merge is measured with the same requests before it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.history import MESSAGES, History
from bench.options import Options
from bench.results import ROUNDS, AtLeast, AtMost, Result
from tests.support.service import running_service

OTHERS = 4
PAUSE_SECONDS = 0.02
QUIET_SECONDS = 3.0
POLL_SECONDS = 0.05
LONGEST_SECONDS = 90

PEOPLE = [f"person-{number}" for number in range(ROUNDS + 1)]

# A look at one row; counting messages that are still to move would take a core of its own.
HAS_SETTLED = "SELECT settled_at IS NOT NULL FROM addressee.merges WHERE secondary_id = $1"


@dataclass(frozen=True)
class Merged:
    """The seconds until a merge was answered, until its messages had moved, and the longest wait of others."""

    answered: float
    moved: float
    longest: float


def measure(options: Options) -> Iterator[Result]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(Path(folder) / "data", "--workers", "1") as service,
        asyncio.Runner() as loop,
    ):
        history = loop.run(History.prepared(service, Path(folder) / "files"))
        others = [f"other-{number}" for number in range(OTHERS)]
        loop.run(history.tell(*others, *PEOPLE[1:]))
        loop.run(history.fill(PEOPLE[0]))
        quiets, merges = [], []
        for secondary, primary in pairwise(PEOPLE):
            with others_at_work(history, others) as waits:
                time.sleep(QUIET_SECONDS)
            quiets.append(max(waits))
            with options.profiled("merge", service.process.pid):
                merges.append(loop.run(merge(history, primary, secondary, others)))
        loop.run(history.connection.close())
    yield milliseconds("merge of 100,000 messages: until the answer", [each.answered for each in merges], AtMost(150))
    quiet = f"without a merge {statistics.median(quiets) * 1000:,.0f} ms"
    longest = [each.longest for each in merges]
    yield milliseconds("    longest wait of others meanwhile", longest, AtMost(50), quiet)
    rate = MESSAGES / statistics.median(each.moved for each in merges)
    yield Result("    messages moved", rate, AtLeast(10_000), unit="/s")


def milliseconds(what: str, seconds: list[float], must: AtMost, detail: str = "") -> Result:
    each = ", ".join(f"{one * 1000:,.0f}" for one in seconds)
    return Result(what, statistics.median(seconds) * 1000, must, f"{each} ms; {detail}".rstrip("; "), unit=" ms")


async def merge(history: History, primary: str, secondary: str, others: list[str]) -> Merged:
    """Merges one person into another, and waits until all messages have moved."""
    client = Client(history)
    with others_at_work(history, others) as waits:
        started = time.perf_counter()
        client.request("POST", f"/v1/users/{primary}/merge", {"from_user_id": secondary})
        answered = time.perf_counter() - started
        while not await history.connection.fetchval(HAS_SETTLED, secondary):
            if time.perf_counter() > started + LONGEST_SECONDS:
                sys.exit(f"Not all messages of {secondary} moved within {LONGEST_SECONDS} seconds.")
            await asyncio.sleep(POLL_SECONDS)
        moved = time.perf_counter() - started
    return Merged(answered, moved, max(waits))


@contextmanager
def others_at_work(history: History, others: list[str]) -> Iterator[list[float]]:
    """Has each of these people write and read in turn meanwhile; yields the seconds that each request takes."""
    waits: list[float] = []
    stop = threading.Event()

    def work(id: str) -> None:
        client, number = Client(history), 0
        while not stop.is_set():
            number += 1
            if number % 2:
                waits.append(client.request("PUT", f"/v1/users/{id}", {"name": f"Person {id}", "visits": number}))
            else:
                waits.append(client.request("GET", f"/v1/users/{id}/feeds/{history.channel_id}"))
            stop.wait(PAUSE_SECONDS)

    threads = [threading.Thread(target=work, args=(id,)) for id in others]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class Client:
    """A connection that stays open."""

    def __init__(self, history: History) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", history.service.port)
        self._headers = {"Authorization": f"Bearer {history.key}", "Content-Type": "application/json"}

    def request(self, method: str, path: str, body: object = None) -> float:
        """Returns the seconds that a request took, which must succeed."""
        sent = None if body is None else json.dumps(body)
        started = time.perf_counter()
        self._connection.request(method, path, sent, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        seconds = time.perf_counter() - started
        if answer.status != http.client.OK:
            sys.exit(f"{method} {path} was answered {answer.status}: {text!r}")
        return seconds
