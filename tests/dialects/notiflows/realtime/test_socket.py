"""The socket that is a guess, and off unless an environment turns it on (realtime-notiflows.md §4)."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID

import httpx
import pytest
from notiflows import Notiflows

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from tests.conftest import Environment
from tests.dialects.knock.realtime.phoenix import BEATEN, joined, page, refusal, refused
from tests.dialects.notiflows.conftest import Acting, Pair, user_token
from tests.dialects.notiflows.ran import run
from tests.support.signing import use_shared_key

PATH = "/notiflows/ws/v1/websocket"


@pytest.fixture
async def turned_on(pool: Pool, environment: Environment) -> None:
    """Before anybody calls: processes remember the settings of an environment for a second."""
    await Environments(pool).change(
        environment.name, {"notiflows_socket": True, "allowed_origins": ["https://app.example.com"]}
    )


async def query_of_ada(pool: Pool, environment: Environment, pair: Pair, notiflows: Notiflows) -> str:
    signing_key = await use_shared_key(pool, environment.name)
    await asyncio.to_thread(notiflows.users.upsert, "ada", first_name="Ada")
    return f"api_key={pair.public}&user_key={user_token(signing_key, 'ada')}&vsn=2.0.0"


@pytest.fixture
async def query(turned_on: None, pool: Pool, environment: Environment, pair: Pair, notiflows: Notiflows) -> str:
    """The query of Ada's client, in an environment that has turned the socket on."""
    return await query_of_ada(pool, environment, pair, notiflows)


def entries(client: httpx.Client, feed_id: UUID) -> list[Any]:
    items: list[Any] = client.get(f"/user/v1/channels/{feed_id}/feed/entries").json()["items"]
    return items


async def test_it_is_off_unless_the_environment_says_otherwise(
    api: str, pool: Pool, environment: Environment, pair: Pair, notiflows: Notiflows
) -> None:
    query = await query_of_ada(pool, environment, pair, notiflows)
    for path in (PATH, "/notiflows/ws/v1"):
        assert await refusal(api, query, path) == 403


@pytest.mark.parametrize("topic", ["feed:{feed}", "feeds:{feed}:ada"])
async def test_a_new_entry_is_told_whole(
    api: str, query: str, notiflows: Notiflows, acting: Acting, pushed: dict[str, UUID], topic: str
) -> None:
    topic = topic.format_map(pushed)
    async with page(api, query, PATH) as opened:
        assert await opened.join(topic, {}) == joined(topic)
        await asyncio.to_thread(run, notiflows, "quiet", "ada", data={"n": 1})
        join_ref, ref, named, event, entry = await opened.frame()
        assert (join_ref, ref, named, event) == (None, None, topic, "delivery")
        assert [entry] == await asyncio.to_thread(entries, acting("ada"), pushed["feed"])
        await opened.send("1", "2", topic, "phx_leave", {})
        assert await opened.frame() == [*joined(topic)[:1], "2", *joined(topic)[2:]]
        assert await opened.frame() == ["1", "1", topic, "phx_close", {}]
        assert await opened.beat() == BEATEN


async def test_nobody_joins_the_feed_of_another(api: str, query: str, pushed: dict[str, UUID]) -> None:
    async with page(api, query, PATH) as opened:
        for topic in (f"feed:{pushed['feed']}:bob", "feed:unknown", "feed", "rooms:lobby"):
            assert await opened.join(topic, {}) == refused(topic, "unmatched topic")


async def test_a_second_join_ends_the_first(api: str, query: str, pushed: dict[str, UUID]) -> None:
    topic = f"feed:{pushed['feed']}"
    async with page(api, query, PATH) as opened:
        assert await opened.join(topic, {}, "1") == joined(topic, "1")
        assert await opened.join(topic, {}, "2") == ["1", "1", topic, "phx_close", {}]
        assert await opened.frame() == joined(topic, "2")


@pytest.mark.parametrize("text", ["40{}", "[]", "{}", '{"type": "subscribe"}'])
async def test_what_is_no_frame_of_the_guess_closes_the_socket(api: str, query: str, text: str) -> None:
    async with page(api, query, PATH) as opened:
        await opened.send_text(text)
        assert await opened.close_code() == 1007


async def test_who_may_not_call_gets_no_socket(api: str, pair: Pair, query: str) -> None:
    assert await refusal(api, f"api_key={pair.public}", PATH) == 403
    assert await refusal(api, f"api_key={pair.public}&user_key=nonsense", PATH) == 403
    assert await refusal(api, f"api_key={pair.public}&user_id=%C3%A9", PATH) == 403
    assert await refusal(api, query.replace(pair.public, pair.secret), PATH) == 403
    assert await refusal(api, query, PATH, origin="https://evil.example") == 403
    assert await refusal(api, query, PATH, origin="https://app.example.com") is None


async def test_an_open_socket_ends_with_its_token(
    api: str, pool: Pool, environment: Environment, pair: Pair, query: str
) -> None:
    signing_key = await use_shared_key(pool, environment.name)
    ending = user_token(signing_key, "ada", exp=int(time.time()) - 28)
    async with page(api, f"apiKey={pair.public}&userKey={ending}", PATH) as opened:
        assert await opened.close_code() == 4401
