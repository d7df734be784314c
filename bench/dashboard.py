"""The times of the dashboard's lists, searches and pages of people, among `options.people` users, over HTTP.

Each kind of page is asked for by one browser, one time after the other, for random people; all must be in it who must.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from addressee.dashboard.cookies import NAME
from addressee.dashboard.urls import environment_url
from addressee.database.installation import Installation
from addressee.database.paging import write_cursor
from addressee.database.pool import open_pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.recipient import USERS, Place
from addressee.operators.model import Role
from addressee.operators.operators import Operators
from bench.large import populate
from bench.options import Options
from bench.requests import service_of
from bench.results import AtMost, Result
from tests.support.service import Service

REQUESTS = 300
WARMUP = 20

ENVIRONMENT_ID = 1
ENVIRONMENT = "development"
DEVICE_EVERY = 10  # as in searched_people.sql
PHONE_NUMBERS_FROM = 491_500_000_000

FIRST_NAMES = ("Ada", "Farid", "Ines", "Zoe")


class Asked(NamedTuple):
    """A page to ask for, and what must be in it."""

    path: str
    shows: str


class Browser(NamedTuple):
    """The cookie of an operator, and the uids of some users, by their numbers."""

    cookie: str
    uids: dict[int, UUID]


def measure(options: Options) -> Iterator[Result]:
    numbers = chosen(options.people)
    with tempfile.TemporaryDirectory() as folder, service_of(Path(folder)) as service:
        populate(service, options.people, "searched_people.sql")
        browser = asyncio.run(signed_in(service, numbers))
        for what, asked in kinds(browser).items():
            with options.profiled(f"dashboard-{what}".replace(" ", "-"), service.process.pid):
                times = taken(service, browser, [asked(number) for number in numbers])
            yield result(f"dashboard, {what}, among {options.people:,} users", times)


def kinds(browser: Browser) -> dict[str, Callable[[int], Asked]]:
    """Returns the kinds of pages, each with what is asked for about a user."""

    def page(number: int, *segments: str, **query: str) -> Asked:
        return Asked(at(*segments, **query), at("users", f"user-{number}"))

    def table(*segments: str, **query: str) -> Asked:
        return Asked(at(*segments, **query), "<table>")

    def search(number: int, text: str) -> Asked:
        return page(number, "search", q=text)

    def beginning(number: int) -> str:
        """Of an id: one that ten users have, or the id itself if it is short."""
        return f"user-{str(number)[:-1]}"

    return {
        "first page of the list": lambda _: table("users"),
        "deep page of the list": lambda number: table("users", after=write_cursor(browser.uids[number])),
        "list of an id's beginning": lambda number: page(number, "users", prefix=beginning(number)),
        "list of a common beginning": lambda number: table("users", prefix=f"user-{str(number)[0]}"),
        "search by id": lambda number: search(number, f"user-{number}"),
        "search by an id's beginning": lambda number: search(number, beginning(number)),
        "search by e-mail": lambda number: search(number, f"User{number}@example.com"),
        "search by an e-mail's beginning": lambda number: search(number, f"user{number}@"),
        "search by a name's beginning": lambda number: table("search", q=f"{first_name(number)} f"),
        "search by phone": lambda number: search(number, f"+{PHONE_NUMBERS_FROM + number}"),
        "search by token": lambda number: search(number, f"token-{number}"),
        "page of a person": lambda number: page(number, "users", f"user-{number}"),
    }


def chosen(people: int) -> Sequence[int]:
    """Returns the numbers of random users who have a device, always the same ones."""
    chance = random.Random(1)
    return [DEVICE_EVERY * chance.randint(1, people // DEVICE_EVERY) for _ in range(WARMUP + REQUESTS)]


def first_name(number: int) -> str:
    return FIRST_NAMES[number // DEVICE_EVERY % len(FIRST_NAMES)]


def at(*segments: str, **query: str) -> str:
    return environment_url(ENVIRONMENT, *segments, **query)


def result(what: str, times: Sequence[float]) -> Result:
    parts = statistics.quantiles(times, n=100)
    detail = f"p50 {parts[49]:,.1f}, p95 {parts[94]:,.1f}, p99 {parts[98]:,.1f} ms"
    return Result(what, parts[94], AtMost(100), detail, unit=" ms")


async def signed_in(service: Service, numbers: Sequence[int]) -> Browser:
    """Adds an operator who is signed in, and looks up users."""
    installation = Installation(service.data_dir, None)
    pool = await open_pool(installation.target())
    operators = Operators(pool, Sealer(installation.master_key()))
    await operators.accounts.add("bench@example.org", "Bench", {ENVIRONMENT_ID: Role.ADMIN}, "correct horse battery")
    (operator,) = await operators.accounts.list()
    token = await operators.sessions.begin(operator, "127.0.0.1", "bench")
    places = {Place(ENVIRONMENT_ID, USERS, f"user-{number}"): number for number in numbers}
    found = await Directory(pool).read_all(places)
    await pool.close()
    return Browser(f"{NAME}={token}", {places[place]: user.uid for place, user in found.items()})


def taken(service: Service, browser: Browser, asked: Sequence[Asked]) -> Sequence[float]:
    """Returns the milliseconds of each request past the first ones; exits when a page is not what it must be."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    times = []
    for path, shows in asked:
        started = time.perf_counter()
        connection.request("GET", path, headers={"cookie": browser.cookie})
        answer = connection.getresponse()
        body = answer.read().decode()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status != 200 or shows not in body:
            sys.exit(f"{path} is not what it must be: {answer.status}, without {shows}")
    connection.close()
    return times[WARMUP:]
