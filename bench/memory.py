"""The memory of a service's processes: after so many minutes of mixed load ÷ after the first one.

The load is bounded, so that what grows is memory and no queue: a cycle of writes, reads, triggers by the app and by
e-mail to the outbox, feeds, merges, deletions and refused requests, among a fixed set of users. A process's memory is
its share (Pss) without memory that is shared on purpose, which are PostgreSQL's buffers. PostgreSQL has a process for
each connection, whose number follows the load: what counts is the mean of them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.options import Options
from bench.requests import service_of
from bench.results import AtMost, Result
from tests.messaging.office import IN_APP, OUTBOX, write_files
from tests.support.kernel import descendants
from tests.support.service import Service

MINUTE = 60.0
REQUESTS_A_SECOND = 60
CLIENTS = 16
PEOPLE = 2000
BULK_ROWS = 20

WORKFLOW = """
name: Comment
steps:
  - ref: feed
    channel: in-app
    template: {body: "**{{ actor.name }}** wrote {{ data.text }}"}
  - ref: mail
    channel: email
    template: {subject: "A comment", text: "Hello {{ recipient.name }}: {{ data.text }}"}
"""
FILES = {"channels/in-app.yaml": IN_APP, "channels/email.yaml": OUTBOX, "workflows/comment.yaml": WORKFLOW}

# What stands in the command line of a process, and what its row calls it.
KINDS = {"addressee.cli serve": "supervisor", "addressee.cli.api": "API", "addressee.cli work": "worker"}
POSTGRES = "PostgreSQL, the mean of its processes"
SHARED_ON_PURPOSE = "Pss_Shmem"


class Request(NamedTuple):
    """A request of the load, and the status that answers it."""

    method: str
    path: str
    status: int
    body: object = None


def measure(options: Options) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, service_of(Path(folder) / "data") as service:
        files = Path(folder) / "files"
        write_files(files, FILES)
        service.command("push", str(files), "--environment", "development")
        before, after = asyncio.run(under_load(service, options.minutes))
    for name in (*KINDS.values(), POSTGRES):
        sizes = [(then, after[process]) for process, then in before.items() if process.name == name]
        shown = ", ".join(f"{then:.1f} → {now:.1f} MB" for then, now in sizes)
        ratio = max(now / then for then, now in sizes)
        yield Result(f"{name}: memory after {options.minutes} minutes ÷ after one", ratio, AtMost(1.1), shown)


class Process(NamedTuple):
    """A process, or any of PostgreSQL's, whose number is 0."""

    name: str
    pid: int


async def under_load(service: Service, minutes: int) -> tuple[Mapping[Process, float], Mapping[Process, float]]:
    """Returns the megabytes of each process after one minute, and after so many."""
    async with httpx.AsyncClient(
        base_url=service.url, headers={"authorization": f"Bearer {service.create_key()}"}, timeout=30
    ) as http:
        turns, feed = itertools.count(), feed_of(service)
        load = [asyncio.create_task(go_on(http, feed, turns)) for _ in range(CLIENTS)]
        sizes = []
        for minute in range(1, minutes + 1):
            for failed in (await asyncio.wait(load, timeout=MINUTE, return_when=asyncio.FIRST_COMPLETED))[0]:
                failed.result()
            sizes.append(memory_of(service))
            shown = ", ".join(f"{process.name} {size:.1f}" for process, size in sizes[-1].items())
            print(f"    minute {minute}, after {next(turns):,} turns: {shown} MB", flush=True)
        for each in load:
            each.cancel()
        await asyncio.wait(load)
    return sizes[0], sizes[-1]


def feed_of(service: Service) -> str:
    """The id of the channel that is a feed."""
    lines = service.command("channels", "list", "--environment", "development", "--json").splitlines()
    return next(str(channel["id"]) for channel in map(json.loads, lines) if channel["key"] == "in-app")


async def go_on(http: httpx.AsyncClient, feed: str, turns: Iterator[int]) -> None:
    """Takes turns for ever, at the pace of one of so many clients. Raises RuntimeError when an answer is unexpected."""
    loop = asyncio.get_running_loop()
    for turn in turns:
        for request in requests_of(turn, feed):
            began = loop.time()
            answer = await http.request(request.method, request.path, json=request.body)
            if answer.status_code != request.status:
                raise RuntimeError(f"{request} was answered with {answer.status_code}: {answer.text}")
            await asyncio.sleep(max(0, began + CLIENTS / REQUESTS_A_SECOND - loop.time()))


def requests_of(turn: int, feed: str) -> Iterator[Request]:
    """Yields a turn of the load: one of everything. Those who come in it, leave in it."""
    user = f"/v1/users/user-{turn % PEOPLE}"
    rows = [{"id": f"user-{(turn + row) % PEOPLE}", "row": turn} for row in range(BULK_ROWS)]
    told = {"recipients": [f"user-{turn % PEOPLE}"], "actor": f"user-{turn % PEOPLE}", "data": {"text": f"No. {turn}"}}
    yield Request("PUT", user, 200, {"name": f"User {turn}", "email": f"user-{turn}@example.com", "turn": turn})
    yield Request("GET", user, 200)
    yield Request("POST", "/v1/users/bulk/identify", 200, {"users": rows})
    yield Request("POST", "/v1/workflows/comment/trigger", 200, told)
    yield Request("GET", f"{user}/feeds/{feed}", 200)
    yield Request("GET", f"{user}/messages", 200)
    yield Request("PUT", f"/v1/users/guest-{turn}", 200, {"name": "Guest"})
    yield Request("POST", f"{user}/merge", 200, {"from_user_id": f"guest-{turn}"})
    yield Request("PUT", f"/v1/users/leaver-{turn}", 200, {"name": "Leaver"})
    yield Request("DELETE", f"/v1/users/leaver-{turn}", 204)
    yield Request("GET", f"/v1/users/nobody-{turn}", 404)
    yield Request("PUT", user, 422, {"name": turn})
    yield Request("POST", f"/v1/workflows/none-{turn}/trigger", 404, told)
    yield Request("GET", f"/none-{turn}", 404)


def memory_of(service: Service) -> dict[Process, float]:
    """Returns the megabytes of the service's processes."""
    sizes: dict[Process, float] = {}
    of_postgres: list[float] = []
    commands = {service.process.pid: "addressee.cli serve", **descendants(service.process.pid)}
    for pid, command in commands.items():
        kind = next((name for part, name in KINDS.items() if part in command), None)
        if kind is not None:
            sizes[Process(kind, pid)] = own_megabytes(pid)
        elif "postgres" in command:
            of_postgres.append(own_megabytes(pid))
    return {Process(POSTGRES, 0): statistics.mean(of_postgres), **sizes}


def own_megabytes(pid: int) -> float:
    """Its share of the memory that it uses, without what is shared on purpose; nothing when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    kilobytes = {name: int(size.split()[0]) for name, _, size in (line.partition(":") for line in lines)}
    return (kilobytes["Pss"] - kilobytes[SHARED_ON_PURPOSE]) / 1024
