"""The inbox by raw packets of Socket.IO: connecting, refusals, limits, garbage (realtime-suprsend.md §3, §6)."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.dialects.suprsend.realtime.socket import MAX_ATTEMPTS, MAX_PACKETS_BETWEEN_PINGS
from addressee.directory.access.environments import Environments
from tests.conftest import Environment
from tests.dialects.suprsend.realtime.conftest import Told, token
from tests.dialects.suprsend.realtime.page import PATH, WRONG_TOKEN, page
from tests.support.api import running_api

Auth = dict[str, Any]


async def test_a_client_connects_and_is_told_of_a_new_message(api: str, auth: Auth, told: Told) -> None:
    async with page(api) as opened:
        await opened.connect(auth)
        id = await told()
        assert await opened.event() == ["new_notification", {"n_id": id}]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"authorization": None}, "Send a public key that is in force"),
        ({"authorization": "unknown"}, "Send a public key that is in force"),
        ({"authorization": 1}, "authorization must be a string."),
        ({"authorization": "\ud800"}, "authorization contains half of a surrogate pair"),
        ({"distinct_id": None}, "distinct_id must be a text of 1 to 255 characters."),
        ({"distinct_id": {}}, "distinct_id must be a text of 1 to 255 characters."),
        ({"tenant_id": "?"}, "tenant_id must be 1 to 64 letters, digits, - and _."),
    ],
)
async def test_who_may_not_connect_is_told_why(api: str, auth: Auth, changes: Auth, reason: str) -> None:
    async with page(api) as opened:
        assert (await opened.refusal({**auth, **changes})).startswith(reason)
        await opened.connect(auth)


@pytest.mark.parametrize("nothing", [None, [], "text", 1])
async def test_a_client_that_says_nothing_of_itself_is_refused(api: str, nothing: Any) -> None:
    async with page(api) as opened:
        assert (await opened.refusal(nothing)).startswith("Send a public key")


async def test_a_token_opens_its_users_inbox(api: str, auth: Auth, signing_key: str, told: Told) -> None:
    async with page(api) as opened:
        assert await opened.refusal(auth) == "This environment needs a user token: x-ss-signature."
        for other in ("x", token(signing_key + "\n", seconds=-3600)):
            assert await opened.refusal({**auth, "x-ss-signature": other})
        assert "another user's" in await opened.refusal({**auth, "x-ss-signature": token(signing_key, "bob")})
        await opened.connect({**auth, "x-ss-signature": token(signing_key)})
        id = await told()
        assert await opened.event() == ["new_notification", {"n_id": id}]


async def test_an_expired_token_is_refused_and_a_fresh_one_connects(api: str, auth: Auth, signing_key: str) -> None:
    async with page(api) as opened:
        expired = token(signing_key, seconds=-100)
        assert await opened.refusal({**auth, "x-ss-signature": expired}) == "The user token has expired."
        await opened.connect({**auth, "x-ss-signature": token(signing_key)})


async def test_a_socket_ends_with_its_token(api: str, auth: Auth, signing_key: str) -> None:
    # It has run out, but for the half minute by which clocks may differ.
    async with page(api) as opened:
        await opened.connect({**auth, "x-ss-signature": token(signing_key, seconds=-27)})
        assert await opened.close_code() == 4401


async def test_a_token_may_be_of_one_tenant(api: str, auth: Auth, signing_key: str) -> None:
    of_acme = {**auth, "x-ss-signature": token(signing_key, scope={"tenant_id": "acme"})}
    async with page(api) as opened:
        assert "another tenant" in await opened.refusal(of_acme)
        await opened.connect({**of_acme, "tenant_id": "acme"})


async def test_tenants_are_told_of_their_own_messages(api: str, auth: Auth, told: Told) -> None:
    async with page(api) as default, page(api) as acme:
        await default.connect(auth)
        await acme.connect({**auth, "tenant_id": "acme"})
        of_none, of_acme, of_default = [await told(tenant_id=tenant) for tenant in (None, "acme", "default")]
        last = await told(tenant_id="acme")
        assert [await default.event() for _ in range(2)] == [
            ["new_notification", {"n_id": id}] for id in (of_none, of_default)
        ]
        assert [await acme.event() for _ in range(2)] == [["new_notification", {"n_id": id}] for id in (of_acme, last)]


async def test_an_environment_without_an_inbox_has_nothing_to_tell(api: str, public_key: str) -> None:
    async with page(api) as opened:
        await opened.connect({"authorization": public_key, "distinct_id": "ada"})


async def test_the_path_of_a_host_is_a_namespace_and_changes_nothing(api: str, auth: Auth, told: Told) -> None:
    async with page(api) as opened:
        await opened.ask(auth, "/addressee,")
        await opened.packet("40/addressee,")
        id = await told()
        assert await opened.packet("42/addressee,") == ["new_notification", {"n_id": id}]
        await opened.ask({}, "/addressee,")
        assert (await opened.packet("44/addressee,"))["message"] == WRONG_TOKEN


async def test_what_clients_say_is_passed_over(api: str, auth: Auth) -> None:
    async with page(api) as opened:
        for text in ('42["hello",{}]', '421["hello"]', "43[]", "430[]", "3"):
            await opened.send_text(text)
        await opened.connect(auth)


@pytest.mark.parametrize("text", ["1", "41"])
async def test_clients_may_say_that_they_leave(api: str, auth: Auth, text: str) -> None:
    async with page(api) as opened:
        await opened.connect(auth)
        await opened.send_text(text)
        assert await opened.close_code() == 1000


@pytest.mark.parametrize(
    "garbage", ["", "x", "2", "2probe", "5", "6", "9", "4", "4{}", "49", "40{", "45-[]", "451-[]", "b4AA=", "bA", "4²"]
)
async def test_garbage_closes_that_socket_alone(api: str, auth: Auth, garbage: str) -> None:
    async with page(api) as other, page(api) as opened:
        await opened.send_text(garbage)
        assert await opened.close_code() == 1007
        await other.connect(auth)


@pytest.mark.parametrize(
    "nested", ["4" + "[" * 50_000, "40" + "[" * 50_000, "42" + '{"a":' * 15_000, "42" + "9" * 5_000]
)
async def test_what_cannot_be_read_is_garbage(api: str, nested: str) -> None:
    async with page(api) as opened:
        await opened.send_text(nested)
        assert await opened.close_code() == 1007


async def test_binary_packets_and_long_ones_close_the_socket(api: str) -> None:
    async with page(api) as opened:
        await opened.send_bytes(b"\x04")
        assert await opened.close_code() == 1003
    async with page(api) as opened:
        await opened.send_text("42" + " " * 100_000)
        assert await opened.close_code() == 1009


async def test_floods_close_the_socket(api: str, auth: Auth) -> None:
    async with page(api) as opened:
        for _ in range(MAX_PACKETS_BETWEEN_PINGS + 1):
            await opened.send_text('42["hello"]')
        assert await opened.close_code() == 1008
    async with page(api) as opened:
        for _ in range(MAX_ATTEMPTS):
            await opened.refusal({})
        await opened.ask(auth)
        assert await opened.close_code() == 1008


@pytest.mark.parametrize("query", ["", "EIO=3&transport=websocket", "EIO=4&transport=polling", f"{PATH[12:]}&sid=abc"])
async def test_other_handshakes_are_refused(api: str, query: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with page(api, f"/socket.io/?{query}"):
            pass
    assert refused.value.status == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_long_polling_is_refused_and_told_what_to_do(api: str, method: str) -> None:
    async with httpx.AsyncClient(base_url=api, verify=False) as client:
        answer = await client.request(method, "/socket.io/?EIO=4&transport=polling")
    assert (answer.status_code, answer.json()["status"]) == (400, "error")
    assert answer.json()["message"] == (
        "This path takes WebSockets only. Connect by one, which for Socket.IO is transports: ['websocket']; "
        "a proxy in between must pass Upgrade on."
    )


@pytest.mark.slow
async def test_clients_are_told_that_the_service_restarts(installation: Installation, auth: Auth) -> None:
    service = running_api(installation)
    async with page(await asyncio.to_thread(service.__enter__)) as opened:
        await opened.connect(auth)
        stopping = asyncio.create_task(asyncio.to_thread(service.__exit__, None, None, None))
        assert await opened.close_code() == 1012
        await stopping


async def test_a_tokens_environment_may_require_a_tenant(
    api: str, auth: Auth, signing_key: str, pool: Pool, environment: Environment
) -> None:
    await Environments(pool).change(environment.name, {"require_tenant_scope": True})
    async with page(api) as opened:
        assert "another tenant" in await opened.refusal({**auth, "x-ss-signature": token(signing_key)})
