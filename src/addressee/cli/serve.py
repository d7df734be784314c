"""The command `serve`: a supervisor of the database, the API and the workers, its child processes."""

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
from addressee.channels.requests.fetchable_hosts import fetchable_hosts
from addressee.cli.api import GRACE_SECONDS
from addressee.cli.metrics_folder import metrics_folder
from addressee.cli.signals import run_until_signal
from addressee.database.embedded.memory import memory_bytes
from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.embedded.settings import chosen, sized_for
from addressee.database.environment_variables import KNOWN, METRICS_FOLDER, PREFIX
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.migrate import migrate
from addressee.database.opening import confirm_master_key
from addressee.database.pool import open_pool
from addressee.database.public_url import configured_url
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.http.connection_limits import configured_connections
from addressee.messaging.webhooks.endpoints.hosts import webhook_hosts
from addressee.operators.openid.settings import configured_openid
from addressee.processes import ProcessError, Service, StopSignal, Together, start, stop
from addressee.suggestions import nearest

STOP_SIGNALS = (StopSignal(signal.SIGTERM, GRACE_SECONDS + 5), StopSignal(signal.SIGKILL, 5))

READY_SECONDS = 60.0
POLL_SECONDS = 0.05

# The wildcard addresses, and the loopback addresses to connect to instead.
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}

EXAMPLE_ENVIRONMENT = "development"

SQL = load(__package__)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Processes:
    """The number of processes of each kind: `api` answer requests, `senders` are workers."""

    api: int
    senders: int


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        host = LOCAL.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


async def serve(
    installation: Installation, host: str, port: int, processes: Processes, own_settings: Sequence[str]
) -> None:
    """Serves until a signal. `own_settings` are the operator's for the embedded PostgreSQL, as `name=value`."""
    logs.configure()
    settings = choose_settings(installation, own_settings)
    check_environment_variables()
    warn_of_unknown_variables(os.environ)
    await run_until_signal(supervise(installation, free_address(host, port), processes, settings))


def check_environment_variables() -> None:
    """Raises SetupError for a variable that a child process could not work with, before anything starts."""
    configured_url()
    fetchable_hosts()
    webhook_hosts()
    configured_connections()
    configured_openid()


def warn_of_unknown_variables(environment: Mapping[str, str]) -> None:
    """Names the variables that look like Addressee's and are not: a misspelt one would be missed silently."""
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in KNOWN:
            log.warning("environment variable unknown", name=name, nearest=nearest(name, KNOWN))


def choose_settings(installation: Installation, own: Sequence[str]) -> dict[str, str]:
    """Returns the settings of the embedded PostgreSQL. Raises SetupError for one that the operator cannot set."""
    if own and installation.database_url is not None:
        raise SetupError("--postgres-setting is for the embedded PostgreSQL; set up the one of --database-url itself.")
    return {**sized_for(memory_bytes()), **chosen(own)}


async def supervise(
    installation: Installation, address: Address, processes: Processes, settings: Mapping[str, str]
) -> None:
    """Runs all processes until it is cancelled, then ends them in order: API, workers, database.

    Raises SetupError or ProcessError when one cannot be started or kept running.
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
        # The API starts before the workers: its imports take a second of CPU, and callers wait for it alone.
        api = Service("API", partial(start_api, environment, address, processes.api), STOP_SIGNALS)
        workers = [
            Service("worker", partial(start_worker, environment), STOP_SIGNALS) for _ in range(processes.senders)
        ]
        services.append(await stack.enter_async_context(api))
        services += await stack.enter_async_context(Together(workers))
        # It also ends first, so that the workers can finish the requests it has accepted.
        stack.push_async_exit(api)
        log.info("ready", url=address.url)
        await asyncio.gather(*(service.running for service in services))


async def offer_example(installation: Installation) -> None:
    """Gives a new data folder channels and a workflow to try."""
    pool = await open_pool(installation.target(), max_size=2)
    try:
        if not await pool.fetchval(*SQL["has_channels"](environment=EXAMPLE_ENVIRONMENT)):
            # Imported here, because it would slow down every start.
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
        await stop(process, STOP_SIGNALS)
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
    """Resolves the host and tries to listen there. Raises SetupError when it cannot."""
    try:
        # The HTTP server takes numeric addresses only. Of a name with both kinds, more clients try IPv4.
        family, kind, _, _, place = min(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            number, free_port = probe.getsockname()[:2]
            return Address(number, free_port)
    except OSError as error:
        reason = error.strerror
    except UnicodeError:  # the resolver's, of a name with an empty or a long part
        reason = "no name of a host is written like this"
    raise SetupError(f"Cannot listen on {host}, port {port}: {reason}. Choose another --host or --port.")
