"""Routes that every installation has besides those of dialects."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from addressee.database.pool import Pool
from addressee.http.metrics import exposition
from addressee.http.resources import system_routes
from addressee.messaging.workflows.files.schema import workflow_schema
from tests.support.raw_http import ask


async def scrape(scraped: system_routes.Metrics) -> bytes:
    answer = await scraped.respond(SimpleNamespace(), {})  # type: ignore[arg-type]
    return answer.body


async def test_requests_are_answered_while_the_metrics_are_made(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    other_requests = threading.Event()
    made = []

    def slow(queue: Any) -> bytes:
        assert other_requests.wait(10)
        made.append(queue)
        return b"done"

    monkeypatch.setattr(exposition, "render", slow)
    scraped = system_routes.Metrics(pool)
    both = asyncio.gather(scrape(scraped), scrape(scraped))
    asyncio.get_running_loop().call_later(0, other_requests.set)
    assert list(await both) == [b"done", b"done"]
    assert len(made) == 1


def test_the_schema_of_workflows_needs_no_key(api: str) -> None:
    reply = ask(api, "GET", "/schemas/workflow.json")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/schema+json")
    assert reply.json == workflow_schema()
