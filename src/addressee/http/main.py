"""The service as an ASGI application: opens the services when a process starts, closes them when it ends."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog

from addressee import logs
from addressee.api.services import Services
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.migrate import check
from addressee.database.pool import Pool, is_away, open_pool
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.dialects.knock import KNOCK
from addressee.dialects.native import NATIVE
from addressee.dialects.notiflows import NOTIFLOWS
from addressee.dialects.suprsend import SUPRSEND
from addressee.directory.access.keys import KeyRing
from addressee.directory.directory import Directory
from addressee.http import system_routes
from addressee.http.application import ASGIApp, RawPaths, build
from addressee.http.public_url import configured_url
from addressee.messaging.messaging import Messaging
from addressee.preferences.preferences import Preferences
from addressee.processes import die_with_parent

Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

POOL_SIZE = 10
COLLECT_AFTER_OBJECTS = 50_000
DIALECTS = (KNOCK, SUPRSEND, NOTIFLOWS, NATIVE)

# A database that answers by then is checked before the first request is taken.
CHECK_SECONDS = 1.0
PAUSE_SECONDS = 0.2

log = structlog.get_logger()


def create() -> Service:
    """Returns the ASGI application of one process of the HTTP server. The process ends if it cannot work as set up."""
    logs.configure()
    die_with_parent()
    installation = Installation.from_environment()
    try:
        return Service(installation.target(), Sealer(installation.master_key()))
    except SetupError as error:
        log.error("the API cannot start", reason=str(error))
        sys.exit(1)


def spare_the_collector() -> None:
    """What was made at the start stays, and requests leave few cycles: look for them less often.

    With Python's defaults the collector takes about a seventh of a request's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 50)


async def check_once_reached(pool: Pool) -> None:
    """Returns when the database answers and fits this code. Raises what trying again does not help against."""
    while True:
        try:
            await check(pool)
        except Exception as error:
            if not is_away(error):
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


def end_unless_it_fits(checking: asyncio.Task[None]) -> None:
    """Ends this process in order when the database that it was waiting for is not one for it."""
    if not checking.cancelled() and (error := checking.exception()) is not None:
        log.error("the API cannot go on", reason=why(error))
        signal.raise_signal(signal.SIGTERM)


def why(error: BaseException) -> str:
    """The message of an error only where it is one of ours: a driver's may hold what is secret."""
    return str(error) if isinstance(error, SetupError) else type(error).__name__


class Service:
    """Owns a process's connections for as long as the process serves.

    It serves whether the database is there or not: what needs it is answered 503 until it is.
    """

    def __init__(self, target: Target, sealer: Sealer) -> None:
        self._target = target
        self._sealer = sealer
        self._application: ASGIApp | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            assert self._application is not None
            await self._application(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        try:
            await self._live_until_told(receive, send)
        finally:
            logs.write_out()

    async def _live_until_told(self, receive: Receive, send: Send) -> None:
        await receive()
        pool = await open_pool(self._target, min_size=0, max_size=POOL_SIZE)
        checking = asyncio.create_task(check_once_reached(pool))
        await asyncio.wait((checking,), timeout=CHECK_SECONDS)
        if checking.done() and (error := checking.exception()) is not None:
            await send({"type": "lifespan.startup.failed", "message": why(error)})
            return
        checking.add_done_callback(end_unless_it_fits)
        directory = Directory(pool, sealer=lambda: self._sealer)
        self._application = RawPaths(self._build(pool, directory, self._sealer))
        spare_the_collector()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        checking.cancel()
        await directory.writer.drain()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _build(self, pool: Pool, directory: Directory, sealer: Sealer) -> ASGIApp:
        preferences = Preferences(pool, directory.reader)
        messaging = Messaging.beside(directory)
        keys = KeyRing(pool, sealer)
        app = build(
            DIALECTS, Services(directory, preferences, messaging, keys), system_routes.nowhere, configured_url()
        )
        description = system_routes.Description(DIALECTS)
        app.add_route("/health/live", system_routes.Live())
        app.add_route("/health/ready", system_routes.Ready(pool))
        app.add_route("/metrics", system_routes.Metrics(pool))
        app.add_route("/openapi.json", description)
        app.add_route("/docs", description, suffix="page")
        app.add_route("/docs/errors/{code}", description, suffix="error")
        return app
