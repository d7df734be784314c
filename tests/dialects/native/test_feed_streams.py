"""A user's feed as a stream: new items whole, marks, counts, and what came while nobody listened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp
import httpx
import msgspec
import pytest

from addressee.api.live.client_addresses import TrustedProxies
from addressee.api.live.connections import Connections, Limits
from addressee.api.live.event_streams import events_of, lasting
from addressee.database.pool import Pool
from addressee.dialects.native.routes.feed_streams import end_of, events
from addressee.dialects.native.wire.authentication import Caller
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.messaging.feeds.following import News
from tests.conftest import Environment
from tests.support.raw_http import ask
from tests.support.signing import sign, use_shared_key
from tests.support.waiting import until

PATIENCE_SECONDS = 15
COUNTS = "counts"


class Event(NamedTuple):
    name: str
    id: str | None
    data: Any


class Stream:
    """An open stream."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def event(self) -> Event:
        """Returns the next event; comments and other lines are passed over."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._answer.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "event" in fields:
                    return Event(fields["event"], fields.get("id"), msgspec.json.decode(fields["data"]))
        raise AssertionError("The stream has ended.")

    async def events(self, count: int) -> list[Event]:
        return [await self.event() for _ in range(count)]


@pytest.fixture
async def public_key(keys: Keys, environment: Environment) -> str:
    return (await keys.create(environment.name, "public")).key


@asynccontextmanager
async def stream(
    api: str, key: str, user: str = "ada", channel: str = "in-app", query: str = "", **headers: str
) -> AsyncIterator[Stream]:
    path = f"/directory/v1/users/{user}/feeds/{channel}/stream?api_key={key}{query}"
    async with aiohttp.ClientSession(api) as session, session.get(path, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream"), await answer.text()
        yield Stream(answer)


def tell(http: httpx.Client) -> None:
    recipients = [{"id": "ada", "name": "Ada", "email": "ada@example.com"}]
    assert http.post("/v1/workflows/welcome/trigger", json={"recipients": recipients}).status_code == 200


def counts(total: int, unread: int, unseen: int) -> Event:
    return Event(COUNTS, None, {"total": total, "unread": unread, "unseen": unseen})


async def test_new_items_come_whole_with_counts(api: str, public_key: str, http: httpx.Client, welcome: None) -> None:
    async with stream(api, public_key) as opened:
        assert await opened.event() == counts(0, 0, 0)
        await asyncio.to_thread(tell, http)
        item, counted = await opened.events(2)
        assert (item.name, item.id) == ("item", item.data["cursor"])
        assert (item.data["workflow"], item.data["read_at"], item.data["tenant"]) == ("welcome", None, None)
        assert "Ada" in item.data["blocks"][0]["rendered"]
        assert counted == counts(1, 1, 1)


async def test_marks_are_told_in_all_open_streams(api: str, public_key: str, http: httpx.Client, welcome: None) -> None:
    async with stream(api, public_key) as first, stream(api, public_key) as second:
        await asyncio.to_thread(tell, http)
        _, item, _ = await first.events(3)
        await second.events(3)
        http.put(f"/v1/messages/{item.data['id']}/read")
        told = [Event("changed", None, {"change": "read", "ids": [item.data["id"]]}), counts(1, 0, 1)]
        assert await first.events(2) == told
        assert await second.events(2) == told


async def test_who_comes_back_gets_what_came(api: str, public_key: str, http: httpx.Client, welcome: None) -> None:
    async with stream(api, public_key) as opened:
        await opened.event()
        await asyncio.to_thread(tell, http)
        item, _ = await opened.events(2)
    for _ in range(2):
        await asyncio.to_thread(tell, http)

    async with stream(api, public_key) as watching:
        while (await watching.event()).data != {"total": 3, "unread": 3, "unseen": 3}:
            pass
    assert item.id is not None
    async with stream(api, public_key, **{"Last-Event-ID": item.id}) as opened:
        two, three, counted = await opened.events(3)
        assert item.data["inserted_at"] < two.data["inserted_at"] < three.data["inserted_at"]
        assert counted == counts(3, 3, 3)


async def refusal(api: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession(api) as session, session.get(f"/directory/v1/users/{path}") as answer:
        return answer.status, (await answer.json())["error"]["code"]


async def test_what_cannot_be_streamed_says_why(api: str, public_key: str, welcome: None) -> None:
    assert await refusal(api, f"ada/feeds/email/stream?api_key={public_key}") == (404, "not_found")
    assert await refusal(api, f"ada/feeds/in-app/stream?api_key={public_key}&last_event_id=x") == (422, "invalid")
    assert await refusal(api, f"ada/feeds/in-app/stream?api_key={public_key}&archived=x") == (422, "invalid")
    assert await refusal(api, "ada/feeds/in-app/stream") == (401, "unauthenticated")


async def test_tokens_open_the_streams_of_their_users(
    api: str, public_key: str, pool: Pool, environment: Environment, welcome: None
) -> None:
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    private = await use_shared_key(pool, environment.name)
    token = sign({"sub": "ada", "exp": int(time.time()) + 60}, private)
    async with stream(api, public_key, query=f"&user_token={token}") as opened:
        assert await opened.event() == counts(0, 0, 0)
    of_bob = f"bob/feeds/in-app/stream?api_key={public_key}"
    assert await refusal(api, f"{of_bob}&user_token={token}") == (403, "forbidden")
    assert await refusal(api, of_bob) == (401, "unauthenticated")
    assert await refusal(api, f"{of_bob}&user_token=x") == (401, "unauthenticated")


@pytest.mark.parametrize(("seconds", "lines"), [(-61, 1), (60, 2)])
async def test_a_stream_ends_with_its_token(seconds: int, lines: int) -> None:
    async def quiet() -> AsyncGenerator[News | None, None]:
        yield None

    connections = Connections(Limits(), TrustedProxies())
    holder = connections.admit(None, {}, UUID(int=1))
    connection = lasting(connections, holder, end_of(Caller("ada", time.time() + seconds)))
    assert len([part async for part in events_of(quiet(), connection, events)]) == lines


async def test_a_stream_ends_with_its_client(api: str, public_key: str, welcome: None) -> None:
    def listeners() -> float:
        lines = ask(api, "GET", "/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("addressee_feed_listeners"))

    before = await asyncio.to_thread(listeners)
    async with stream(api, public_key) as opened:
        await opened.event()
        assert await asyncio.to_thread(listeners) == before + 1

    async def has_ended() -> bool:
        return await asyncio.to_thread(listeners) == before

    await until(has_ended)


async def test_many_open_streams_leave_room_for_requests(api: str, public_key: str, welcome: None) -> None:
    """More than the server would take of connections by default."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(api, connector=aiohttp.TCPConnector(limit=0)))
        path = f"/directory/v1/users/ada/feeds/in-app/stream?api_key={public_key}"
        for _ in range(1_100):
            await stack.enter_async_context(session.get(path))
        async with session.get("/health/live") as answer:
            assert answer.status == 200
