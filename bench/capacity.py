"""The costs of one of everything: processor time, write-ahead log, and bytes left in the database.

It prints a table and judges nothing: docs/scale.md reckons from it how many machines a load needs.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import asyncpg

from addressee.database.installation import Installation
from bench import bulk, fanout, smtp
from bench.cpu import cpu_seconds
from bench.mail_sink import mail_sink
from bench.options import Options
from bench.requests import SECONDS, service_of, wrk
from bench.results import Result
from tests.support.service import Service

# All processes of the service itself, and those of its database.
SERVICE, DATABASE = "addressee.cli", "postgres"

WRITTEN = """
SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS log,
       sum(pg_total_relation_size(oid))::bigint AS stored
FROM pg_class
WHERE relnamespace = 'addressee'::regnamespace AND relkind = 'r'
"""


def measure(options: Options) -> Iterator[Result]:
    print(f"{'each costs':<44}{'service':>10}{'PostgreSQL':>12}{'WAL':>10}{'stored':>10}")
    with asyncio.Runner() as loop:
        with tempfile.TemporaryDirectory() as folder, service_of(Path(folder)) as service:
            of_requests(loop, service)
        with tempfile.TemporaryDirectory() as folder, service_of(Path(folder) / "data") as service:
            fanout.prepare_service(service, Path(folder) / "files")
            of_messages(loop, service)
        with tempfile.TemporaryDirectory() as folder, mail_sink() as sink, service_of(Path(folder) / "data") as service:
            smtp.prepare_service(service, Path(folder) / "files", sink, sink)
            of_emails(loop, service)
    return iter(())


def of_requests(loop: asyncio.Runner, service: Service) -> None:
    key = service.create_key()
    turns = count()

    def identify() -> float:
        requests = [bulk.request(key, rows) for rows in bulk.slices(next(turns))]
        loop.run(bulk.send_all(service, requests))
        return bulk.PEOPLE

    with meter_of(loop, service) as meter:
        meter.show("user identified in bulk, a new one", identify)
        meter.show("user identified in bulk, with a change", identify)
        meter.show("PUT /v1/users/{id}, with a change", lambda: wrk(service.url, key, "PUT") * SECONDS)
        meter.show("GET /v1/users/{id}", lambda: wrk(service.url, key, "GET") * SECONDS)


def of_messages(loop: asyncio.Runner, service: Service) -> None:
    bench = loop.run(fanout.FanOut.connected(service))

    def tell() -> float:
        loop.run(bench.tell())
        return fanout.SUBSCRIBERS

    with meter_of(loop, service) as meter:
        meter.show("message in the app, by a fan-out", tell)
    loop.run(bench.connection.close())


def of_emails(loop: asyncio.Runner, service: Service) -> None:
    bench = loop.run(smtp.Delivery.connected(service))

    def tell() -> float:
        loop.run(bench.tell("quick"))
        return smtp.PEOPLE

    with meter_of(loop, service) as meter:
        meter.show("e-mail by SMTP, from its trigger on", tell)
    loop.run(bench.connection.close())


class State(NamedTuple):
    """The seconds of processors spent, and the bytes written, since the service began."""

    service: float
    database: float
    log: int
    stored: int


class Meter(NamedTuple):
    """A service, and a connection to its database that tells what is written."""

    loop: asyncio.Runner
    service: Service
    connection: asyncpg.Connection[asyncpg.Record]

    def show(self, what: str, do: Callable[[], float]) -> None:
        """Prints what each of those costs that `do` does; it returns how many they are."""
        before = self.state()
        times = do()
        service, database, log, stored = ((now - then) / times for now, then in zip(self.state(), before, strict=True))
        print(
            f"{what:<44}{service * 1e6:>7,.0f} µs{database * 1e6:>9,.0f} µs{log:>8,.0f} B{stored:>8,.0f} B", flush=True
        )

    def state(self) -> State:
        [written] = self.loop.run(self.connection.fetch(WRITTEN))
        return State(
            cpu_seconds(self.service, SERVICE), cpu_seconds(self.service, DATABASE), written["log"], written["stored"]
        )


@contextmanager
def meter_of(loop: asyncio.Runner, service: Service) -> Iterator[Meter]:
    connection = loop.run(asyncpg.connect(**Installation(service.data_dir).target().arguments))
    yield Meter(loop, service, connection)
    loop.run(connection.close())
