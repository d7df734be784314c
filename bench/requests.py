"""The rates of single requests: a write with its history, a read, and an answer that needs nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from knockapi import Knock

from addressee.database.embedded.binaries import programs_for
from bench.bare import bare_server
from bench.options import Options
from bench.results import AtLeast, Result, in_turns
from tests.support.service import Service, running_service

HERE = Path(__file__).parent
SCRIPT = HERE / "users.lua"
SECONDS = 5
CONNECTIONS = 64

PEOPLE = 10_000  # as in upsert.sql
BULK_ROWS = 1000


def measure(options: Options) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, service_of(Path(folder)) as service, bare_server() as bare:
        key = service.create_key()
        identify_everyone(service, key)
        create_table_beside(service)

        def put() -> float:
            with options.profiled("put", service.process.pid):
                return wrk(service.url, key, "PUT")

        def get() -> float:
            with options.profiled("get", service.process.pid):
                return wrk(service.url, key, "GET")

        def live() -> float:
            return wrk(f"{service.url}/health/live", key, "GET", script=None)

        def constant(script: Path | None) -> float:
            return wrk(bare, key, "GET", script)

        puts = in_turns(put, lambda: pgbench(service, "simple"))
        yield puts.result("PUT /v1/users/{id} ÷ single-row upserts by pgbench", AtLeast(1.0, 1.2))
        prepared = in_turns(put, lambda: pgbench(service, "prepared"))
        yield prepared.result("PUT /v1/users/{id} ÷ the same upserts, prepared", AtLeast(0.5))
        gets = in_turns(get, partial(constant, SCRIPT))
        yield gets.result("GET /v1/users/{id} ÷ a constant by a bare application", AtLeast(0.45, 0.6))
        alive = in_turns(live, partial(constant, None))
        yield alive.result("GET /health/live ÷ a constant by a bare application", AtLeast(0.8))


def service_of(folder: Path) -> AbstractContextManager[Service]:
    """As an operator runs it on this machine: one API process for each core."""
    return running_service(folder / "data", "--workers", str(os.cpu_count()))


def identify_everyone(service: Service, key: str) -> None:
    """Creates the users that are then written and read."""
    with Knock(api_key=key, base_url=service.url) as knock:
        for start in range(1, PEOPLE + 1, BULK_ROWS):
            knock.users.bulk.identify(users=[{"id": f"user-{id}"} for id in range(start, start + BULK_ROWS)])


def wrk(url: str, key: str, method: str, script: Path | None = SCRIPT, people: int = PEOPLE) -> float:
    """Requests a second, of random ones among so many people; exits when one of them failed.

    Without a script they are all the same, which costs the client less.
    """
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *(["-s", str(script)] if script else [])]
    output = subprocess.run(
        [*command, url],
        env={**os.environ, "BENCH_KEY": key, "BENCH_METHOD": method, "BENCH_PEOPLE": str(people)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"{method} {url} failed under load:\n{output}")
    return figure(r"Requests/sec:\s+([\d.]+)", output)


def pgbench(service: Service, protocol: str) -> float:
    """Transactions a second of the same upserts, sent straight to the service's database.

    `simple` is what pgbench does unless told otherwise; `prepared` saves the server the parsing and planning.
    """
    clients = ["-M", protocol, "-c", str(CONNECTIONS), "-j", "2", "-T", str(SECONDS)]
    output = subprocess.run(
        [programs_for(None) / "pgbench", "-n", *clients, "-f", HERE / "upsert.sql"],
        env=database_environment(service),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return figure(r"tps = ([\d.]+)", output)


def create_table_beside(service: Service) -> None:
    """Creates the table that pgbench writes to, like the one of recipients."""
    table = "CREATE TABLE bench_recipients (LIKE addressee.recipients INCLUDING ALL)"
    subprocess.run([programs_for(None) / "psql", "-qc", table], env=database_environment(service), check=True)


def database_environment(service: Service) -> dict[str, str]:
    postgres = service.data_dir / "postgres"
    return {
        **os.environ,
        "PGHOST": str(postgres / "socket"),
        "PGUSER": "addressee",
        "PGDATABASE": "addressee",
        "PGOPTIONS": "-c client_min_messages=warning",
        "PGPASSWORD": (postgres / "password").read_text().strip(),
    }


def figure(pattern: str, output: str) -> float:
    found = re.search(pattern, output)
    if found is None:
        sys.exit(f"No figure in:\n{output}")
    return float(found[1])
