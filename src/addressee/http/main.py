"""The service as an ASGI application: opens the rooms when a process starts, closes them when it ends."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from addressee import logs
from addressee.database.installation import Installation
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.dialects.knock import KNOCK
from addressee.dialects.native import NATIVE
from addressee.dialects.notiflows import NOTIFLOWS
from addressee.dialects.operation import Rooms
from addressee.dialects.suprsend import SUPRSEND
from addressee.directory import Directory
from addressee.directory.keys import KeyRing
from addressee.http import own
from addressee.http.application import ASGIApp, RawPaths, build
from addressee.http.public_url import configured_url
from addressee.messaging import Messaging
from addressee.preferences import Preferences
from addressee.processes import die_with_parent

Message: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

POOL_SIZE = 10
COLLECT_AFTER_OBJECTS = 50_000
DIALECTS = (KNOCK, SUPRSEND, NOTIFLOWS, NATIVE)


def create() -> Service:
    """What the HTTP server calls in each of its processes."""
    logs.configure()
    die_with_parent()
    return Service(Installation.from_environment())


def spare_the_collector() -> None:
    """What was made at the start stays, and requests leave few cycles: look for them less often.

    With Python's defaults the collector takes about a seventh of a request's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 50)


class Service:
    """Owns a process's connections for as long as the process serves."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._application: ASGIApp | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            assert self._application is not None
            await self._application(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        pool = await open_pool(self._installation.target(), min_size=2, max_size=POOL_SIZE)
        sealer = Sealer(self._installation.master_key())
        directory = Directory(pool, sealer=lambda: sealer)
        self._application = RawPaths(self._build(pool, directory, sealer))
        spare_the_collector()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await directory.writer.drain()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _build(self, pool: Pool, directory: Directory, sealer: Sealer) -> ASGIApp:
        preferences = Preferences(pool, directory.reader)
        messaging = Messaging.beside(directory)
        keys = KeyRing(pool, sealer)
        app = build(DIALECTS, Rooms(directory, preferences, messaging, keys), own.nowhere, configured_url())
        description = own.Description(DIALECTS)
        app.add_route("/health/live", own.Live())
        app.add_route("/health/ready", own.Ready(pool))
        app.add_route("/metrics", own.Metrics(pool))
        app.add_route("/openapi.json", description)
        app.add_route("/docs", description, suffix="page")
        app.add_route("/docs/errors/{code}", description, suffix="error")
        return app
