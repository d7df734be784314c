"""The rates at which the service writes and reads, beside what bounds them, in one run on one machine.

Rates differ from machine to machine and from hour to hour; the ratios are what to compare.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from knockapi import Knock

from addressee.database.embedded.binaries import programs_for
from tests.support.service import Service, running_service

HERE = Path(__file__).parent
SECONDS = 10
CONNECTIONS = 64
LEAST_WRITE_RATIO = 0.5

PEOPLE = 10_000  # as in users.lua and upsert.sql
BULK_ROWS = 1000


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("The benchmark needs wrk (Debian: apt install wrk).")
    with tempfile.TemporaryDirectory() as folder, service_of(Path(folder)) as service:
        key = service.create_key()
        identify_everyone(service, key)
        upserts = pgbench(service, "simple")
        prepared = pgbench(service, "prepared")
        puts = wrk(service, key, "PUT", "/")
        gets = wrk(service, key, "GET", "/")
        floor = wrk(service, key, "GET", "/health/live", script=None)
    print(f"(a) pgbench, single-row upserts   {upserts:>8,.0f}/s")
    print(f"    the same, prepared            {prepared:>8,.0f}/s")
    print(f"(b) PUT /v1/users/{{id}}            {puts:>8,.0f}/s    b/a {puts / upserts:.2f}")
    print(f"    beside prepared statements                 b/a {puts / prepared:.2f}")
    print(f"(c) GET /v1/users/{{id}}            {gets:>8,.0f}/s    c/d {gets / floor:.2f}")
    print(f"(d) GET a static 200              {floor:>8,.0f}/s")
    if puts / upserts < LEAST_WRITE_RATIO:
        sys.exit(f"b/a fell below {LEAST_WRITE_RATIO}.")


def service_of(folder: Path) -> AbstractContextManager[Service]:
    """As an operator runs it on this machine: one API process for each core."""
    return running_service(folder / "data", "--workers", str(os.cpu_count()))


def identify_everyone(service: Service, key: str) -> None:
    """Creates the users that are then written and read."""
    with Knock(api_key=key, base_url=service.url) as knock:
        for start in range(1, PEOPLE + 1, BULK_ROWS):
            knock.users.bulk.identify(users=[{"id": f"user-{id}"} for id in range(start, start + BULK_ROWS)])


def wrk(service: Service, key: str, method: str, path: str, script: Path | None = HERE / "users.lua") -> float:
    """Requests a second; exits when one of them failed."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *(["-s", str(script)] if script else [])]
    output = subprocess.run(
        [*command, service.url + path],
        env={**os.environ, "BENCH_KEY": key, "BENCH_METHOD": method},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"{method} {path} failed under load:\n{output}")
    return figure(r"Requests/sec:\s+([\d.]+)", output)


def pgbench(service: Service, protocol: str) -> float:
    """Transactions a second of the same upserts, sent straight to the service's database.

    `simple` is what pgbench does unless told otherwise; `prepared` saves the server the parsing and planning.
    """
    postgres = service.data_dir / "postgres"
    environment = {
        **os.environ,
        "PGHOST": str(postgres / "socket"),
        "PGUSER": "addressee",
        "PGDATABASE": "addressee",
        "PGOPTIONS": "-c client_min_messages=warning",
        "PGPASSWORD": (postgres / "password").read_text().strip(),
    }
    tools = programs_for(None)
    table = "CREATE TABLE IF NOT EXISTS bench_recipients (LIKE addressee.recipients INCLUDING ALL)"
    subprocess.run([tools / "psql", "-qc", table], env=environment, check=True)
    clients = ["-M", protocol, "-c", str(CONNECTIONS), "-j", "2", "-T", str(SECONDS)]
    output = subprocess.run(
        [str(tools / "pgbench"), "-n", *clients, "-f", str(HERE / "upsert.sql")],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return figure(r"tps = ([\d.]+)", output)


def figure(pattern: str, output: str) -> float:
    found = re.search(pattern, output)
    if found is None:
        sys.exit(f"No figure in:\n{output}")
    return float(found[1])
