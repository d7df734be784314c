"""The API and a worker as real processes on the tests' database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from addressee.database.environment_variables import ALLOW_PRIVATE_WEBHOOKS
from addressee.database.installation import Installation
from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Pool
from addressee.directory.writing.erase import Erase
from tests.support.raw_http import ask
from tests.support.service import POLL_SECONDS, START_SECONDS, STOP_SECONDS, free_port
from tests.support.waiting import until

API = "addressee.cli.api"
COMMANDS = "addressee.cli"


@contextmanager
def running(installation: Installation, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `python -m …` on this installation until the block ends. `settings` are environment variables."""
    environment = {**os.environ, **installation.to_environment(), **settings}
    log = installation.data_dir / f"{arguments[0]}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


@contextmanager
def running_api(installation: Installation, health: str = "/health/ready", **settings: str) -> Iterator[str]:
    """Runs the API on a free port and yields its URL once it is healthy."""
    with running_api_at(free_port(), installation, health, **settings) as url:
        yield url


@contextmanager
def running_api_at(
    port: int, installation: Installation, health: str = "/health/ready", **settings: str
) -> Iterator[str]:
    """Does the same on this port."""
    url = f"http://127.0.0.1:{port}"
    with running(installation, API, "127.0.0.1", str(port), "1", **settings) as process:
        until = time.monotonic() + START_SECONDS
        while not answers(url, health):
            assert process.poll() is None, (installation.data_dir / f"{API}.log").read_text()
            assert time.monotonic() < until
            time.sleep(POLL_SECONDS)
        yield url


@contextmanager
def running_worker(installation: Installation) -> Iterator[None]:
    # It may tell receivers of tests, as any worker of an installation must be able to.
    with running(installation, COMMANDS, "work", **{ALLOW_PRIVATE_WEBHOOKS: "127.0.0.1"}):
        yield


async def until_at_work(pool: Pool) -> None:
    """Waits until a worker has done a job: starting takes seconds."""
    job = Erase([], sweeps=0)
    async with pool.acquire() as connection:
        await enqueue(connection, [job])
    waiting = "SELECT count(*) FROM addressee.jobs WHERE name = $1 AND arguments = $2"

    async def is_done() -> bool:
        return bool(await pool.fetchval(waiting, job.name, msgspec.json.encode(job)) == 0)

    await until(is_done, START_SECONDS)


def answers(url: str, health: str) -> bool:
    try:
        return ask(url, "GET", health).status == 200
    except OSError:
        return False
