"""An orderly end: what was answered is kept, what waits is finished or refused, and nothing hangs."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import httpx

from addressee.cli.api import GRACE_SECONDS
from tests.messaging.office import IN_APP, write_files
from tests.support.service import Service, running_service
from tests.support.waiting import eventually

CLIENTS = 16
FILES = {"channels/in-app.yaml": IN_APP}


def write_until_the_end(service: Service, key: str, client: int, answered: dict[str, int]) -> set[int]:
    """Writes one user again and again, notes what was answered, and returns the statuses that were no success."""
    id = f"user-{client}"
    with httpx.Client(
        base_url=service.url, headers={"authorization": f"Bearer {key}"}, timeout=60, verify=False
    ) as http:
        for turn in range(1, 1_000_000):
            try:
                answer = http.put(f"/v1/users/{id}", json={"turn": turn})
            except httpx.TransportError:
                return set()
            if answer.status_code != 200:
                return {answer.status_code}
            answered[id] = turn
    raise AssertionError("The service did not end.")


async def test_open_sockets_and_streams_hold_up_no_end(tmp_path: Path) -> None:
    with running_service(tmp_path / "data") as service:
        write_files(tmp_path / "files", FILES)
        service.command("push", str(tmp_path / "files"), "--environment", "development")
        key = service.create_key(kind="public")
        async with (
            aiohttp.ClientSession(service.url) as session,
            session.ws_connect(f"/ws/v1/websocket?api_key={key}") as socket,
            session.get(f"/directory/v1/users/ada/feeds/in-app/stream?api_key={key}") as stream,
        ):
            assert await stream.content.readline() == b"retry: 2000\n"
            service.process.send_signal(signal.SIGTERM)
            assert (await socket.receive(GRACE_SECONDS / 2)).data == 1012
            async with asyncio.timeout(GRACE_SECONDS / 2):
                assert (await stream.content.read()).endswith(b"\n\n")
        assert service.process.wait(60) == 0


def test_a_service_under_load_ends_in_order(tmp_path: Path) -> None:
    answered: dict[str, int] = {}
    with running_service(tmp_path / "data") as service, ThreadPoolExecutor(CLIENTS) as pool:
        key = service.create_key()
        running = [pool.submit(write_until_the_end, service, key, client, answered) for client in range(CLIENTS)]
        eventually(lambda: len(answered) == CLIENTS and min(answered.values()) >= 3)
        service.process.send_signal(signal.SIGTERM)
        refusals = set().union(*(client.result(timeout=60) for client in running))
        assert service.process.wait(60) == 0
        assert refusals <= {503}
        service.start()
        with httpx.Client(
            base_url=service.url, headers={"authorization": f"Bearer {key}"}, timeout=60, verify=False
        ) as http:
            stored = {id: http.get(f"/v1/users/{id}").json()["turn"] for id in answered}
    assert all(answered[id] <= stored[id] <= answered[id] + 1 for id in answered)
