"""Routes of the installation itself: health, metrics, the OpenAPI document and its pages, schemas."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import falcon
import msgspec
from falcon.asgi import Request, Response

from addressee.api.dialect import Dialect
from addressee.database.jobs.queue import queue_state
from addressee.database.pool import Pool, is_away, reaches
from addressee.http import metrics, openapi, reference_page
from addressee.http.metrics import StoredState
from addressee.messaging.delivery.channel_states import troubled_channels
from addressee.messaging.workflows.file_schema import workflow_schema

READY_TIMEOUT_SECONDS = 2


class Live:
    """`/health/live`: the process answers."""

    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.label = "health.live"
        resp.data = b'{"status":"live"}'

    on_head = on_get


class Ready:
    """`/health/ready`: the process reaches the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.label = "health.ready"
        if await reaches(self._pool, READY_TIMEOUT_SECONDS):
            resp.data = b'{"status":"ready"}'
        else:
            resp.status = falcon.HTTP_503
            resp.data = b'{"status":"waiting for the database"}'

    on_head = on_get


class Metrics:
    """`/metrics`, rendered in a thread, once for concurrent requests."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rendering: asyncio.Task[bytes] | None = None

    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.label = "metrics"
        resp.content_type = "text/plain; version=0.0.4; charset=utf-8"
        if self._rendering is None or self._rendering.done():
            self._rendering = asyncio.create_task(self._render())
        resp.data = await asyncio.shield(self._rendering)

    async def _render(self) -> bytes:
        return await asyncio.to_thread(metrics.render, await self._stored())

    async def _stored(self) -> StoredState:
        """Returns nothing while the database is away, when the other metrics matter most."""
        try:
            return StoredState(await queue_state(self._pool), await troubled_channels(self._pool, datetime.now(UTC)))
        except Exception as error:
            if not is_away(error):
                raise
            return StoredState()


class Documentation:
    """The OpenAPI document and its pages, rendered once."""

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        document = openapi.document(dialects)
        self._json = msgspec.json.encode(document)
        readable = msgspec.json.format(msgspec.json.encode(document["components"]["schemas"]), indent=2)
        self._codes = {name: code for dialect in dialects for name, code in dialect.codes.items()}
        self._page = reference_page.page(document, readable.decode(), self._codes)

    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.label = "openapi"
        resp.data = self._json

    async def on_get_page(self, req: Request, resp: Response) -> None:
        req.context.label = "openapi"
        resp.content_type = falcon.MEDIA_HTML
        resp.text = self._page

    async def on_get_error(self, req: Request, resp: Response, code: str) -> None:
        """Serves the page that explains an error code."""
        req.context.label = "openapi"
        known = self._codes.get(code)
        if known is None:
            await not_found(req, resp)
            return
        resp.content_type = falcon.MEDIA_HTML
        resp.text = reference_page.error_page(code, known)


class WorkflowSchema:
    """`/schemas/workflow.json`: the JSON schema of workflows' files, for editors."""

    def __init__(self) -> None:
        self._json = msgspec.json.format(msgspec.json.encode(workflow_schema()), indent=2)

    async def on_get(self, req: Request, resp: Response) -> None:
        req.context.label = "schemas.workflow"
        resp.content_type = "application/schema+json"
        resp.data = self._json


async def not_found(req: Request, resp: Response | None, **path: str) -> None:
    """Answers a path that has no route."""
    assert resp is not None
    resp.status = falcon.HTTP_404
    resp.data = b'{"status":404,"message":"There is nothing at this path; /docs describes what there is."}'
