"""The milliseconds of a feed's first page with its three counts, for people with 100,000 messages in it, by HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.history import MESSAGES, History
from bench.options import Options
from bench.results import AtMost, Result
from tests.support.service import Service, running_service

REQUESTS = 60
WARMUP = 10
PAGE = 50

COUNTS = """
SELECT count(*), count(*) FILTER (WHERE read_at IS NULL), count(*) FILTER (WHERE seen_at IS NULL)
FROM addressee.messages
WHERE recipient_id = $1 AND archived_at IS NULL
"""
Counts = tuple[int, ...]

PEOPLE = {"all unread": "ada", "mixed": "grace"}


def measure(options: Options) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder) / "data", "--workers", "1") as service:
        history, counts = asyncio.run(filled(service, Path(folder) / "files"))
        with options.profiled("feed", service.process.pid):
            found = {name: first_page(history, id, counts[id]) for name, id in PEOPLE.items()}
    detail = ", ".join(f"{name} {milliseconds:,.1f} ms" for name, milliseconds in found.items())
    what = f"feed's first page with counts, {MESSAGES:,} messages"
    yield Result(what, max(found.values()), AtMost(15), detail, unit=" ms")


async def filled(service: Service, folder: Path) -> tuple[History, dict[str, Counts]]:
    """Returns the service with its people, and what their counts must say."""
    history = await History.prepared(service, folder)
    await history.fill(PEOPLE["all unread"])
    await history.fill(PEOPLE["mixed"], mixed=True)
    counts = {id: Counts(await history.connection.fetchrow(COUNTS, id) or ()) for id in PEOPLE.values()}
    await history.connection.close()
    return history, counts


def first_page(history: History, user_id: str, counts: Counts) -> float:
    """Returns the median of the milliseconds of one request after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", history.service.port)
    path = f"/v1/users/{user_id}/feeds/{history.channel_id}?page_size={PAGE}"
    taken = []
    for _ in range(WARMUP + REQUESTS):
        started = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {history.key}"})
        answer = connection.getresponse()
        body = answer.read()
        taken.append((time.perf_counter() - started) * 1000)
        page = json.loads(body)
        meta = page.get("meta", {})
        told = tuple(meta.get(f"{each}_count") for each in ("total", "unread", "unseen"))
        if len(page.get("entries", ())) != PAGE or told != counts:
            sys.exit(f"The page of {user_id} is not what it must be: {answer.status} {meta}")
    connection.close()
    return statistics.median(taken[WARMUP:])
