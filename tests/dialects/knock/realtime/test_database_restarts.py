"""PostgreSQL is killed under open sockets: they stay, are answered meanwhile, and are told of what comes later."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from tests.dialects.knock.realtime.phoenix import BEATEN, Page, joined, page
from tests.messaging.office import IN_APP, write_files
from tests.support.service import running_service
from tests.support.waiting import until
from tests.test_crashes import kill, postgres

READY_SECONDS = 60

FILES = {
    "channels/in-app.yaml": IN_APP,
    "workflows/note.yaml": "steps: [{ref: feed, channel: in-app, template: {body: Hi}}]",
}


async def trigger(http: aiohttp.ClientSession, number: int) -> None:
    """Triggers the workflow for Ada, as soon as that is accepted; once, however often it must be asked for."""
    body, headers = {"recipients": [{"id": "ada"}]}, {"idempotency-key": str(number)}

    async def is_accepted() -> bool:
        async with http.post("/v1/workflows/note/trigger", json=body, headers=headers) as answer:
            assert answer.status in {200, 503}, await answer.text()
            return answer.status == 200

    await until(is_accepted, READY_SECONDS)


async def hear_of(opened: Page, total: int) -> None:
    """Reads frames until one counts this many: each reconnection may repeat an earlier count, before or after it."""
    counts = [0]
    while counts[-1] != total:
        counts.append((await opened.frame())[-1]["metadata"]["total_count"])
    assert counts == sorted(counts)


async def hear_heartbeat(opened: Page) -> None:
    """Sends a heartbeat, and reads frames until its answer."""
    frame = await opened.beat()
    while frame != BEATEN:
        assert frame[3] == "new-message"
        frame = await opened.frame()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_sockets_outlive_a_restart_of_the_database(tmp_path: Path) -> None:
    write_files(tmp_path / "files", FILES)
    with running_service(tmp_path / "data") as service:
        service.command("push", str(tmp_path / "files"), "--environment", "development")
        topic, key = "feeds:in-app:ada", service.create_key("public")
        headers = {"authorization": f"Bearer {service.create_key()}"}
        async with (
            aiohttp.ClientSession(service.url, headers=headers) as http,
            page(service.url, f"api_key={key}") as opened,
        ):
            assert await opened.join(topic, {}) == joined(topic)
            await trigger(http, 1)
            await hear_of(opened, 1)
            for total in (2, 3):
                await kill(postgres(service))
                await hear_heartbeat(opened)
                await trigger(http, total)
                await hear_of(opened, total)
