"""A client that follows a feed as Knock's do: it reads what is newer when it is told, and hears nothing meanwhile.

A burst ends with one event more (realtime-knock.md §7, test_channel.py). Without it, such a client could miss its end.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from tests.dialects.knock.realtime.phoenix import Page, joined, page

PATIENCE_SECONDS = 60
WRITERS = 100


class Follower:
    """A client with all items of a feed, oldest first, up to the newest that it has read."""

    def __init__(self, http: aiohttp.ClientSession, path: str) -> None:
        self._http = http
        self._path = path
        self._cursor: str | None = None
        self._reading: asyncio.Task[None] | None = None
        self.items: list[str] = []
        self.totals: list[int] = []

    async def read(self) -> None:
        """Reads what is newer than the newest item, as many pages as there are."""
        while True:
            query = {"page_size": "50"} | ({"before": self._cursor} if self._cursor else {})
            async with self._http.get(self._path, params=query) as answer:
                entries = (await answer.json())["entries"]
            if entries:
                self._cursor = entries[0]["__cursor"]
                self.items += [entry["id"] for entry in reversed(entries)]
            if len(entries) < 50:
                return

    async def is_told(self, opened: Page) -> None:
        """Takes the next event. It is not heard while the last one is looked into."""
        frame = await opened.frame()
        assert frame[3] == "new-message"
        self.totals.append(frame[4]["metadata"]["total_count"])
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self.read())

    async def end(self) -> None:
        if self._reading is not None:
            await self._reading


async def trigger(http: aiohttp.ClientSession, key: str) -> None:
    body = {"recipients": ["ada"], "data": {"thread": 1}}
    headers = {"Authorization": f"Bearer {key}"}
    async with http.post("/v1/workflows/new-comment/trigger", json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


@pytest.mark.timeout(120)
async def test_a_client_that_follows_misses_nothing_of_a_hundred_who_write_at_once(
    api: str, public_key: str, secret_key: str, pushed: dict[str, UUID]
) -> None:
    topic = f"feeds:{pushed['in-app']}:ada"
    headers = {"Authorization": f"Bearer {public_key}"}
    async with aiohttp.ClientSession(api, headers=headers) as http, page(api, f"api_key={public_key}") as opened:
        follower = Follower(http, f"/v1/users/ada/feeds/{pushed['in-app']}")
        async with http.put("/v1/users/ada", json={}, headers={"Authorization": f"Bearer {secret_key}"}) as answer:
            assert answer.status == 200
        assert await opened.join(topic, {}) == joined(topic)
        await trigger(http, secret_key)
        await follower.is_told(opened)
        await follower.end()
        writing = asyncio.gather(*(trigger(http, secret_key) for _ in range(WRITERS)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(follower.items) < 1 + WRITERS:
                await follower.is_told(opened)
                if follower.totals[-1] == 1 + WRITERS:
                    await follower.end()
        await writing
        stored = await all_items(http, f"/v1/users/ada/feeds/{pushed['in-app']}")
    assert follower.items == stored
    assert len(set(stored)) == 1 + WRITERS
    assert follower.totals == sorted(follower.totals)


async def all_items(http: aiohttp.ClientSession, path: str) -> list[str]:
    """Returns the ids of all items, oldest first, by pages from the newest on."""
    found: list[str] = []
    query: dict[str, Any] = {"page_size": "50"}
    while True:
        async with http.get(path, params=query) as answer:
            body = await answer.json()
        found += [entry["id"] for entry in body["entries"]]
        if body["page_info"]["after"] is None:
            return found[::-1]
        query["after"] = body["page_info"]["after"]
