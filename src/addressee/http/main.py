"""The ASGI application of one process: opens its connections at startup and closes them at shutdown."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable
from pathlib import Path

import structlog

from addressee import logs
from addressee.api.live.connections import Connections, watch_keys
from addressee.api.services import Services
from addressee.database.errors import SetupError
from addressee.database.installation import Installation
from addressee.database.jobs.held import HeldJobs
from addressee.database.jobs.queue import Wakeup
from addressee.database.migrate import check
from addressee.database.pool import Pool, is_away, open_pool
from addressee.database.public_url import configured_url
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.dialects.knock import KNOCK
from addressee.dialects.management import MANAGEMENT
from addressee.dialects.native import NATIVE
from addressee.dialects.notiflows import NOTIFLOWS
from addressee.dialects.suprsend import SUPRSEND
from addressee.dialects.webhook_forms import FORMS
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Keys
from addressee.directory.access.links import Links
from addressee.directory.directory import Directory
from addressee.http.application import Application
from addressee.http.connection_limits import configured_connections
from addressee.http.metrics.request_times import REQUEST_TIMES
from addressee.http.request import Receive, Scope, Send
from addressee.http.resources.callback_routes import ProviderCallbackRoute
from addressee.http.resources.consent_routes import add_consent_routes
from addressee.http.resources.dashboard_resources import add_dashboard
from addressee.http.resources.dialect_resources import add_dialect
from addressee.http.resources.page_resources import add_pages
from addressee.http.resources.system_routes import add_system_routes
from addressee.http.resources.tracking_routes import TrackingRoutes, add_tracking
from addressee.messaging.chat_accounts.chat_accounts import ChatAccounts
from addressee.messaging.delivery.channels.trials import Trials
from addressee.messaging.feedback.callbacks import ProviderCallbacks
from addressee.messaging.feedback.engagements import Engagements
from addressee.messaging.messaging import Messaging
from addressee.messaging.realtime.hub import Hub
from addressee.messaging.realtime.listening import FeedListening
from addressee.messaging.webhooks.delivering.trials import Trials as WebhookTrials
from addressee.messaging.webhooks.endpoints.hosts import webhook_hosts
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.operators.openid.settings import OpenIdSettings, configured_openid
from addressee.operators.operators import Operators
from addressee.preferences.preferences import Preferences
from addressee.process_memory import tune_memory
from addressee.processes import die_with_parent
from addressee.traffic.counting import counting
from addressee.traffic.traffic import Traffic

POOL_SIZE = 10
DIALECTS = (KNOCK, SUPRSEND, NOTIFLOWS, NATIVE, MANAGEMENT)

# A database that answers within this time is checked before the first request.
CHECK_SECONDS = 1.0
PAUSE_SECONDS = 0.2

# The time that sockets get to be closed at shutdown.
LAST_WORDS_SECONDS = 2.0

log = structlog.get_logger()


def create() -> Process:
    """Returns the ASGI application of one process of the HTTP server. Exits on a faulty setup."""
    logs.configure()
    die_with_parent()
    installation = Installation.from_environment()
    try:
        sealer, outbox = Sealer(installation.master_key()), installation.data_dir / "outbox"
        return Process(installation.target(), sealer, outbox, configured_connections(), configured_openid())
    except SetupError as error:
        log.error("the API cannot start", reason=str(error))
        sys.exit(1)


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


async def stop(application: Application, hub: Hub) -> None:
    """Ends what would last until its client leaves, and then has the server end the rest in order.

    Sockets are told, so that their clients know where they are. The server stops at either signal, and waits for
    answers that are on their way.
    """
    hub.close()
    await application.close_sockets(LAST_WORDS_SECONDS)
    signal.raise_signal(signal.SIGINT)


def public_message(error: BaseException) -> str:
    """Returns the message of an error of ours, else its type: a driver's message may hold secrets."""
    return str(error) if isinstance(error, SetupError) else type(error).__name__


class Process:
    """The ASGI application of a process, which owns the process's connections during its lifespan.

    It serves with or without a database: calls that need one are answered 503 until it is reached.
    """

    def __init__(
        self,
        target: Target,
        sealer: Sealer,
        outbox: Path,
        connections: Connections,
        provider: OpenIdSettings | None,
    ) -> None:
        self._target = target
        self._sealer = sealer
        self._outbox = outbox
        self._connections = connections
        self._provider = provider
        self._application: Application | None = None
        self._stopping: asyncio.Task[None] | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return self._run_lifespan(receive, send)
        assert self._application is not None
        return self._application(scope, receive, send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        try:
            await self._serve(receive, send)
        finally:
            REQUEST_TIMES.add()
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
        messaging = Messaging.from_directory(directory)
        listening = asyncio.create_task(FeedListening(self._target, pool, messaging.hub).run())
        keys = KeyRing(pool, self._sealer)
        watching = asyncio.create_task(watch_keys(self._connections, keys))
        chat_accounts = ChatAccounts(directory, self._sealer)
        services = Services(
            directory,
            Preferences(pool, directory.reader),
            messaging,
            chat_accounts,
            keys,
            Links(pool, self._sealer, directory.clock),
            self._connections,
            Operators(pool, self._sealer, directory.clock, self._provider),
            Keys(pool, self._sealer, directory.clock),
            HeldJobs(pool, Wakeup(pool)),
            Trials(pool, self._sealer, self._outbox, directory.clock),
            Traffic(pool),
            WebhookTrials(pool, lambda: self._sealer, directory.clock, webhook_hosts(), FORMS),
            Publishing(pool, self._sealer, directory.clock),
        )
        engagements = Engagements(pool, Wakeup(pool))
        self._application = build(services, callbacks, TrackingRoutes(engagements, self._sealer))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop, self._application, messaging.hub)
        tune_memory()
        async with counting(pool):
            await send({"type": "lifespan.startup.complete"})
            await receive()
            checking.cancel()
            await directory.writer.drain()
            await callbacks.close()
            await engagements.close()
            await chat_accounts.close()
            await services.operators.close()
            await messaging.announcer.drain()
        listening.cancel()
        watching.cancel()
        await asyncio.wait((listening, watching))
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _stop(self, application: Application, hub: Hub) -> None:
        self._stopping = asyncio.create_task(stop(application, hub))


def build(services: Services, callbacks: ProviderCallbacks, tracking: TrackingRoutes) -> Application:
    """Returns the application of all dialects and pages."""
    app = Application(configured_url())
    for dialect in DIALECTS:
        add_dialect(app, dialect, services)
    add_pages(app, services)
    add_tracking(app, tracking)
    add_dashboard(app, services)
    add_system_routes(app, DIALECTS, services.directory.pool)
    add_consent_routes(app, services)
    app.add("/providers/{channel_id}/{secret}", ProviderCallbackRoute(callbacks).resource)
    return app
