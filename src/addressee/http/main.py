"""The ASGI application of one process: opens its connections at startup and closes them at shutdown."""

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
from addressee.database.jobs.queue import Wakeup
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
from addressee.http.callback_routes import ProviderCallbackRoute
from addressee.http.public_url import configured_url
from addressee.messaging.feedback.callbacks import ProviderCallbacks
from addressee.messaging.messaging import Messaging
from addressee.preferences.preferences import Preferences
from addressee.processes import die_with_parent

Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

POOL_SIZE = 10
COLLECT_AFTER_OBJECTS = 50_000
DIALECTS = (KNOCK, SUPRSEND, NOTIFLOWS, NATIVE)

# A database that answers within this time is checked before the first request.
CHECK_SECONDS = 1.0
PAUSE_SECONDS = 0.2

log = structlog.get_logger()


def create() -> Application:
    """Returns the ASGI application of one process of the HTTP server. Exits on a faulty setup."""
    logs.configure()
    die_with_parent()
    installation = Installation.from_environment()
    try:
        return Application(installation.target(), Sealer(installation.master_key()))
    except SetupError as error:
        log.error("the API cannot start", reason=str(error))
        sys.exit(1)


def tune_gc() -> None:
    """Exempts the objects of the start from garbage collection, and collects less often: requests leave few cycles.

    With Python's defaults the collector takes about a seventh of a request's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 50)


async def check_once_reached(pool: Pool) -> None:
    """Returns when the database answers and fits this code. Raises SetupError when it does not fit."""
    while True:
        try:
            await check(pool)
        except Exception as error:
            if not is_away(error):
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


def stop_if_unfit(checking: asyncio.Task[None]) -> None:
    """Shuts this process down when the database, once it answers, does not fit."""
    if not checking.cancelled() and (error := checking.exception()) is not None:
        log.error("the API cannot go on", reason=public_message(error))
        signal.raise_signal(signal.SIGTERM)


def public_message(error: BaseException) -> str:
    """Returns the message of an error of ours, else its type: a driver's message may hold secrets."""
    return str(error) if isinstance(error, SetupError) else type(error).__name__


class Application:
    """An ASGI application that owns the process's connections during its lifespan.

    It serves with or without a database: calls that need one are answered 503 until it is reached.
    """

    def __init__(self, target: Target, sealer: Sealer) -> None:
        self._target = target
        self._sealer = sealer
        self._application: ASGIApp | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        else:
            assert self._application is not None
            await self._application(scope, receive, send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        try:
            await self._serve(receive, send)
        finally:
            logs.flush()

    async def _serve(self, receive: Receive, send: Send) -> None:
        await receive()
        pool = await open_pool(self._target, min_size=0, max_size=POOL_SIZE)
        checking = asyncio.create_task(check_once_reached(pool))
        await asyncio.wait((checking,), timeout=CHECK_SECONDS)
        if checking.done() and (error := checking.exception()) is not None:
            await send({"type": "lifespan.startup.failed", "message": public_message(error)})
            return
        checking.add_done_callback(stop_if_unfit)
        directory = Directory(pool, sealer=lambda: self._sealer)
        callbacks = ProviderCallbacks(pool, self._sealer, Wakeup(pool), directory.clock)
        self._application = RawPaths(self._build(pool, directory, self._sealer, callbacks))
        tune_gc()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        checking.cancel()
        await directory.writer.drain()
        await callbacks.close()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _build(self, pool: Pool, directory: Directory, sealer: Sealer, callbacks: ProviderCallbacks) -> ASGIApp:
        preferences = Preferences(pool, directory.reader)
        messaging = Messaging.from_directory(directory)
        keys = KeyRing(pool, sealer)
        app = build(
            DIALECTS, Services(directory, preferences, messaging, keys), system_routes.not_found, configured_url()
        )
        documentation = system_routes.Documentation(DIALECTS)
        app.add_route("/health/live", system_routes.Live())
        app.add_route("/health/ready", system_routes.Ready(pool))
        app.add_route("/metrics", system_routes.Metrics(pool))
        app.add_route("/providers/{channel_id}/{secret}", ProviderCallbackRoute(callbacks))
        app.add_route("/schemas/workflow.json", system_routes.WorkflowSchema())
        app.add_route("/openapi.json", documentation)
        app.add_route("/docs", documentation, suffix="page")
        app.add_route("/docs/errors/{code}", documentation, suffix="error")
        return app
