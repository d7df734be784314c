"""Routes of the installation itself: health, metrics, the OpenAPI document and its pages, schemas."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from addressee.api.answers import Answer
from addressee.api.dialect import Code, Dialect
from addressee.api.errors import UnknownPathError
from addressee.database.jobs.queue import queue_state
from addressee.database.pool import Pool, is_away, reaches
from addressee.http.application import OWN, Application, Resource, Responder
from addressee.http.documentation import openapi, reference_page
from addressee.http.metrics import exposition
from addressee.http.metrics.exposition import StoredState
from addressee.http.metrics.request_times import REQUEST_TIMES
from addressee.http.request import Request
from addressee.messaging.delivery.channels.channel_states import troubled_channels
from addressee.messaging.webhooks.deliveries.backlog import overdue_endpoints
from addressee.messaging.workflows.files.schema import workflow_schema

READY_TIMEOUT_SECONDS = 2

HTML = "text/html; charset=utf-8"
PLAIN_JSON = "application/json"
SCHEMA = "application/schema+json"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

LIVE = Answer(b'{"status":"live"}', content_type=PLAIN_JSON)
READY = Answer(b'{"status":"ready"}', content_type=PLAIN_JSON)
WAITING = Answer(b'{"status":"waiting for the database"}', 503, content_type=PLAIN_JSON)


def add_system_routes(app: Application, dialects: Sequence[Dialect], pool: Pool) -> None:
    live, ready = constant("health.live", LIVE), Ready(pool).respond
    schema = msgspec.json.format(msgspec.json.encode(workflow_schema()), indent=2)
    app.add("/health/live", Resource(OWN, {"GET": live, "HEAD": live}))
    app.add("/health/ready", Resource(OWN, {"GET": ready, "HEAD": ready}))
    app.add("/metrics", Resource(OWN, {"GET": Metrics(pool).respond}))
    app.add(
        "/schemas/workflow.json",
        Resource(OWN, {"GET": constant("schemas.workflow", Answer(schema, content_type=SCHEMA))}),
    )
    add_documentation(app, dialects)


def constant(label: str, answer: Answer) -> Responder:
    """Returns a responder that always answers the same. `label` is its name in the metrics."""

    async def respond(request: Request, path: Mapping[str, str]) -> Answer:
        request.label = label
        return answer

    return respond


class Ready:
    """`/health/ready`: the process reaches the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def respond(self, request: Request, path: Mapping[str, str]) -> Answer:
        request.label = "health.ready"
        return READY if await reaches(self._pool, READY_TIMEOUT_SECONDS) else WAITING


class Metrics:
    """`/metrics`, rendered in a thread, once for concurrent requests."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rendering: asyncio.Task[bytes] | None = None

    async def respond(self, request: Request, path: Mapping[str, str]) -> Answer:
        request.label = "metrics"
        if self._rendering is None or self._rendering.done():
            self._rendering = asyncio.create_task(self._render())
        return Answer(await asyncio.shield(self._rendering), content_type=PROMETHEUS)

    async def _render(self) -> bytes:
        stored = await self._stored()
        REQUEST_TIMES.add()
        return await asyncio.to_thread(exposition.render, stored)

    async def _stored(self) -> StoredState:
        """Returns nothing while the database is away, when the other metrics matter most."""
        try:
            now = datetime.now(UTC)
            return StoredState(
                await queue_state(self._pool),
                await troubled_channels(self._pool, now),
                await overdue_endpoints(self._pool, now),
            )
        except Exception as error:
            if not is_away(error):
                raise
            return StoredState()


def add_documentation(app: Application, dialects: Sequence[Dialect]) -> None:
    """Adds the OpenAPI document and its pages, rendered once."""
    document = openapi.document(dialects)
    codes = {name: code for dialect in dialects for name, code in dialect.codes.items()}
    schemas = msgspec.json.format(msgspec.json.encode(document["components"]["schemas"]), indent=2).decode()
    page = Answer(reference_page.page(document, schemas, codes).encode(), content_type=HTML)
    as_json = Answer(msgspec.json.encode(document), content_type=PLAIN_JSON)
    app.add("/openapi.json", Resource(OWN, {"GET": constant("openapi", as_json)}))
    app.add("/docs", Resource(OWN, {"GET": constant("openapi", page)}))
    app.add("/docs/errors/{code}", Resource(OWN, {"GET": ErrorPages(codes).respond}))


class ErrorPages:
    """`/docs/errors/{code}`: the pages that explain error codes."""

    def __init__(self, codes: Mapping[str, Code]) -> None:
        self._codes = codes

    async def respond(self, request: Request, path: Mapping[str, str]) -> Answer:
        """Raises UnknownPathError for a code that does not exist."""
        request.label = "openapi"
        known = self._codes.get(path["code"])
        if known is None:
            raise UnknownPathError
        return Answer(reference_page.error_page(path["code"], known).encode(), content_type=HTML)
