"""Sockets by raw frames: joins, heartbeats, refusals, and what is told of new messages (realtime-knock.md §6)."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from tests.conftest import Environment
from tests.dialects.knock.realtime.phoenix import BEATEN, Page, joined, page, refusal, refused
from tests.support.signing import sign, use_shared_key


@pytest.fixture
def topic(pushed: dict[str, UUID]) -> str:
    return f"feeds:{pushed['in-app']}:ada"


@pytest.fixture
async def signing_key(pool: Pool, environment: Environment) -> str:
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    return await use_shared_key(pool, environment.name)


def token(signing_key: str, user: str = "ada", seconds: int = 3600) -> str:
    now = int(time.time())
    return sign({"sub": user, "iat": now, "exp": now + seconds}, signing_key)


def tell(knock: Knock, user: str = "ada", **trigger: Any) -> None:
    knock.users.update(user, name=user.title())
    knock.workflows.trigger("new-comment", recipients=[user], data={"thread": 1}, **trigger)


def counts(total: int) -> dict[str, int]:
    return {"total_count": total, "unread_count": total, "unseen_count": total}


async def message_of(opened: Page) -> dict[str, Any]:
    """Returns the payload of the next frame, which tells of a message."""
    join_ref, ref, _, event, payload = await opened.frame()
    assert (join_ref, ref, event) == (None, None, "new-message")
    found: dict[str, Any] = payload
    return found


async def test_a_heartbeat_is_answered_before_any_join(api: str, public_key: str) -> None:
    async with page(api, f"?&api_key={public_key}&&vsn=2.0.0") as opened:
        assert await opened.beat() == BEATEN


async def test_a_new_message_is_told_with_the_counts_of_each_client(
    api: str, public_key: str, knock: Knock, topic: str
) -> None:
    async with page(api, f"api_key={public_key}&vsn=2.0.0") as opened:
        clients = {"client_all": {"status": "all"}, "client_acme": {"tenant": "acme", "has_tenant": True}}
        assert await opened.join(topic, clients) == joined(topic)
        await asyncio.to_thread(tell, knock)
        assert await message_of(opened) == {
            "event": "new-message",
            "attn": ["client_all"],
            "data": {"client_all": {"metadata": counts(1)}, "client_acme": {"metadata": counts(0)}},
            "metadata": counts(1),
        }
        await asyncio.to_thread(tell, knock, tenant="acme")
        while (told := await message_of(opened))["attn"] == ["client_all"]:
            pass  # told once more, as it had just joined
        assert told["attn"] == ["client_all", "client_acme"]
        assert told["data"]["client_acme"] == {"metadata": counts(1)}


@pytest.mark.parametrize("payload", [{}, {"tenant": "", "page_size": 50, "__x": [], "archived": "exclude"}, None])
async def test_older_clients_join_flat(api: str, public_key: str, knock: Knock, topic: str, payload: Any) -> None:
    async with page(api, f"user_token=&api_key={public_key}") as opened:
        assert await opened.join(topic, payload) == joined(topic)
        await asyncio.to_thread(tell, knock)
        assert await message_of(opened) == {"event": "new-message", "attn": [], "data": {}, "metadata": counts(1)}


async def test_feeds_are_named_by_their_key_too_and_users_with_colons(
    api: str, public_key: str, knock: Knock, pushed: dict[str, UUID]
) -> None:
    async with page(api, f"api_key={public_key}") as opened:
        assert await opened.join("feeds:in-app:a:d:a", {}) == joined("feeds:in-app:a:d:a")
        await asyncio.to_thread(tell, knock, "a:d:a")
        assert (await message_of(opened))["metadata"] == counts(1)


async def test_a_second_join_closes_the_first(api: str, public_key: str, topic: str) -> None:
    async with page(api, f"api_key={public_key}") as opened:
        assert await opened.join(topic, {}, "1") == joined(topic, "1")
        assert await opened.join(topic, {}, "2") == ["1", "1", topic, "phx_close", {}]
        assert await opened.frame() == joined(topic, "2")


async def test_leaving_ends_what_is_told(api: str, public_key: str, knock: Knock, topic: str) -> None:
    async with page(api, f"api_key={public_key}") as opened, page(api, f"api_key={public_key}") as other:
        await opened.join(topic, {})
        await other.join(topic, {})
        await opened.send("1", "9", topic, "phx_leave", {})
        assert await opened.frame() == ["1", "9", topic, "phx_reply", {"status": "ok", "response": {}}]
        assert await opened.frame() == ["1", "1", topic, "phx_close", {}]
        await asyncio.to_thread(tell, knock)
        await message_of(other)
        assert await opened.beat() == BEATEN


@pytest.mark.parametrize("asked", ["guides:x", "feeds:x", "feeds::ada", "rooms:lobby", ""])
async def test_other_topics_are_refused(api: str, public_key: str, asked: str) -> None:
    async with page(api, f"api_key={public_key}") as opened:
        assert await opened.join(asked, {}) == refused(asked, "unmatched topic")
        await opened.send("1", "2", asked, "anything", {})
        assert await opened.frame() == ["1", "2", asked, "phx_reply", refused(asked, "unmatched topic")[-1]]
        assert await opened.beat() == BEATEN


async def test_what_cannot_be_joined_says_why(api: str, public_key: str, pushed: dict[str, UUID], topic: str) -> None:
    mail = f"feeds:{pushed['email']}:ada"
    async with page(api, f"api_key={public_key}") as opened:
        assert await opened.join(mail, {}) == refused(mail, "resource_missing")
        assert await opened.join(topic, {"status": "later"}) == refused(topic, "invalid")
        assert await opened.join(topic, {"trigger_data": {"a": {"b": 1}}}) == refused(topic, "invalid_params")


@pytest.mark.parametrize("garbage", ["", "{}", "[]", '["1","1","a","b"]', "[1,2,3,4,5]", "[" * 50_000])
async def test_garbage_closes_that_socket_alone(api: str, public_key: str, garbage: str) -> None:
    async with page(api, f"api_key={public_key}") as other, page(api, f"api_key={public_key}") as opened:
        await opened.send_text(garbage)
        assert await opened.close_code() == 1007
        assert await other.beat() == BEATEN


async def test_binary_frames_and_long_ones_close_the_socket(api: str, public_key: str) -> None:
    async with page(api, f"api_key={public_key}") as opened:
        await opened.send_bytes(b"\x00")
        assert await opened.close_code() == 1003
    async with page(api, f"api_key={public_key}") as opened:
        await opened.send_text(" " * 200_000)
        assert await opened.close_code() == 1009


async def test_a_key_of_this_kind_is_needed(api: str, public_key: str, secret_key: str) -> None:
    for query in ("", "api_key=", "api_key=pk_unknown", f"api_key={secret_key}"):
        assert await refusal(api, query) == 403
    assert await refusal(api, f"api_key={public_key}") is None


async def test_tokens_open_their_users_feeds(api: str, public_key: str, signing_key: str, topic: str) -> None:
    for query in ("", "&user_token=", "&user_token=x", f"&user_token={token(signing_key, seconds=-100)}"):
        assert await refusal(api, f"api_key={public_key}{query}") == 403
    async with page(api, f"api_key={public_key}&user_token={token(signing_key)}") as opened:
        others = topic.replace(":ada", ":bob")
        assert await opened.join(others, {}) == refused(others, "authorization")
        assert await opened.join(topic, {}) == joined(topic)


async def test_a_socket_ends_with_its_token(api: str, public_key: str, signing_key: str) -> None:
    # It has run out, but for the minute by which clocks may differ.
    async with page(api, f"api_key={public_key}&user_token={token(signing_key, seconds=-58)}") as opened:
        assert await opened.close_code() == 4401


async def test_who_comes_back_is_told_of_what_was_missed(api: str, public_key: str, knock: Knock, topic: str) -> None:
    clients: dict[str, Any] = {"client_one": {}}
    async with page(api, f"api_key={public_key}") as opened:
        await opened.join(topic, clients)
        await opened.leave()
    await asyncio.to_thread(tell, knock)
    async with page(api, f"api_key={public_key}") as watching:
        await watching.join(topic, {})
        assert (await message_of(watching))["metadata"] == counts(1)
        async with page(api, f"api_key={public_key}") as opened:
            assert await opened.join(topic, clients) == joined(topic)
            told = await message_of(opened)
            assert told["attn"] == ["client_one"]
            assert await message_of(opened) == told  # once more, as it may have been reading its feed


async def test_there_is_no_socket_elsewhere(api: str) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{api}/v1/websocket")
    assert refused.value.status == 404


async def test_a_socket_joins_a_hundred_feeds_and_no_more(api: str, public_key: str, pushed: dict[str, UUID]) -> None:
    async with page(api, f"api_key={public_key}") as opened:
        topics = [f"feeds:{pushed['in-app']}:user-{number}" for number in range(101)]
        for topic in topics:
            await opened.send("1", "1", topic, "phx_join", {})
        answers = [await opened.frame() for _ in topics]
        assert answers == [*map(joined, topics[:100]), refused(topics[100], "authorization")]


async def test_a_flood_of_one_client_leaves_others_alone(api: str, public_key: str) -> None:
    async with page(api, f"api_key={public_key}") as flooding, page(api, f"api_key={public_key}") as other:
        for _ in range(2_000):
            await flooding.send("1", "2", "rooms:lobby", "anything", {"x" * 100: "y" * 5_000})
        assert await other.beat() == BEATEN
        assert await flooding.frame() == ["1", "2", "rooms:lobby", "phx_reply", refused("", "unmatched topic")[-1]]
