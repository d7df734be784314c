"""The supervisor: the database, the API and one worker, each a child process that it keeps running."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial

import structlog

from addressee import logs
from addressee.cli.api import GRACE_SECONDS
from addressee.cli.metrics_folder import metrics_folder
from addressee.cli.signals import run_until_signal
from addressee.database.embedded.memory import memory_bytes
from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.embedded.settings import chosen, sized_for
from addressee.database.environment_variables import METRICS_FOLDER
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.migrate import migrate
from addressee.database.opening import confirm_master_key
from addressee.database.pool import open_pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.http.public_url import configured_url
from addressee.processes import ProcessError, Service, Stopping, start, stop

WAYS_TO_STOP = (Stopping(signal.SIGTERM, GRACE_SECONDS + 5), Stopping(signal.SIGKILL, 5))

READY_SECONDS = 60.0
POLL_SECONDS = 0.05

# An address that means every one of the machine, and the one to ask instead.
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}

EXAMPLE_ENVIRONMENT = "development"

SQL = load(__package__)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        host = LOCAL.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


async def serve(installation: Installation, host: str, port: int, workers: int, own_settings: Sequence[str]) -> None:
    """`own_settings` are the operator's for the embedded PostgreSQL, as `name=value`."""
    logs.configure()
    settings = choose_settings(installation, own_settings)
    configured_url()  # one that is none is refused before anything starts
    await run_until_signal(supervise(installation, free_address(host, port), workers, settings))


def choose_settings(installation: Installation, own: Sequence[str]) -> dict[str, str]:
    """Settings of the embedded PostgreSQL. Raises SetupError for what an operator cannot set."""
    if own and installation.database_url is not None:
        raise SetupError("--postgres-setting is for the embedded PostgreSQL; set up the one of --database-url itself.")
    return {**sized_for(memory_bytes()), **chosen(own)}


async def supervise(installation: Installation, address: Address, workers: int, settings: Mapping[str, str]) -> None:
    """Runs everything until it is cancelled, then ends it in order: API, worker, database.

    Raises SetupError or ProcessError when something cannot be started, or cannot be kept running.
    """
    async with AsyncExitStack() as stack:
        metrics = stack.enter_context(metrics_folder())
        environment = {**os.environ, **installation.to_environment(), METRICS_FOLDER: str(metrics)}
        services = []
        if installation.database_url is None:
            server = EmbeddedPostgres(installation.postgres_folder, settings=settings)
            await stack.enter_async_context(server)
            services.append(server.service)
        await migrate(installation.target(), finish=installation.database_url is None)
        await confirm_master_key(installation.target(), installation.master_key())
        if installation.database_url is None:
            await offer_example(installation)
        # The API alone first: what it imports takes a processor for a second, and callers wait for nothing else.
        api = Service("API", partial(start_api, environment, address, workers), WAYS_TO_STOP)
        worker = Service("worker", partial(start_worker, environment), WAYS_TO_STOP)
        for service in (api, worker):
            services.append(await stack.enter_async_context(service))
        # It ends first, too, so that the worker may finish what it has taken.
        stack.push_async_exit(api)
        log.info("ready", url=address.url)
        await asyncio.gather(*(service.running for service in services))


async def offer_example(installation: Installation) -> None:
    """Gives a new data folder channels and a workflow to try."""
    pool = await open_pool(installation.target(), max_size=2)
    try:
        if not await pool.fetchval(SQL["has_channels"], EXAMPLE_ENVIRONMENT):
            # Only now, as every start would wait for its import.
            from addressee.messaging.workflows.example import install_example

            await install_example(pool, Sealer(installation.master_key()))
    finally:
        await pool.close()


async def start_worker(environment: Mapping[str, str]) -> Process:
    return await start([sys.executable, "-m", "addressee.cli", "work"], environment=environment)


async def start_api(environment: Mapping[str, str], address: Address, workers: int) -> Process:
    process = await start(
        [sys.executable, "-m", "addressee.cli.api", address.host, str(address.port), str(workers)],
        environment=environment,
    )
    try:
        await wait_until_it_answers(process, address)
    except BaseException:
        await stop(process, WAYS_TO_STOP)
        raise
    return process


async def wait_until_it_answers(process: Process, address: Address) -> None:
    until = time.monotonic() + READY_SECONDS
    while not await answers(address):
        if process.returncode is not None:
            raise ProcessError("The API ended while it started; the log above says why.")
        if time.monotonic() >= until:
            raise ProcessError(f"The API did not answer within {READY_SECONDS:.0f} seconds.")
        await asyncio.sleep(POLL_SECONDS)


async def answers(address: Address) -> bool:
    with suppress(OSError, TimeoutError):
        host = LOCAL.get(address.host, address.host)
        reader, writer = await asyncio.open_connection(host, address.port)
        try:
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = await asyncio.wait_for(reader.readline(), READY_SECONDS)
        finally:
            writer.close()
        return status.split()[1:2] == [b"200"]
    return False


def free_address(host: str, port: int) -> Address:
    """Looks the host up and tries to listen there. Raises SetupError when that does not work."""
    try:
        # The HTTP server takes numbers only; of a name that has both kinds, IPv4 is the one that more clients try.
        family, kind, _, _, place = min(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            number, free_port = probe.getsockname()[:2]
            return Address(number, free_port)
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another --host or --port."
        ) from None
