"""What pages are told of that was done elsewhere, by SuprSend's calls or by Knock's (realtime-suprsend.md §3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.dialects.suprsend.realtime.conftest import Told, mark
from tests.dialects.suprsend.realtime.page import page

Auth = dict[str, Any]


@pytest.fixture
async def elsewhere(api: str, auth: Auth) -> AsyncIterator[httpx.AsyncClient]:
    """SuprSend's REST calls of another page, of the same user and tenant."""
    whose = {"distinct_id": "ada", "tenant_id": "default"}
    headers = {"authorization": auth["authorization"]}
    async with httpx.AsyncClient(base_url=f"{api}/v1/feed/", params=whose, headers=headers, verify=False) as client:
        yield client


async def changed(elsewhere: httpx.AsyncClient, method: str, path: str, body: Any = None) -> None:
    answer = await elsewhere.request(method, path, json={} if body is None else body)
    assert answer.is_success, answer.text


def update(id: str, action: str) -> list[Any]:
    return ["notification_update", {"n_id": id, "action": action}]


async def test_marks_on_another_page_are_told(api: str, auth: Auth, told: Told, elsewhere: httpx.AsyncClient) -> None:
    id = await told()
    async with page(api) as first, page(api) as second:
        for opened in (first, second):
            await opened.connect(auth)
        for call, action in (("seen", "seen"), ("read", "read"), ("unread", "unread"), ("archive", "archived")):
            await changed(elsewhere, "PATCH", f"notifications/{id}/{call}")
            assert await first.event() == update(id, action)
            assert await second.event() == update(id, action)


async def test_marks_by_knocks_calls_are_told(api: str, auth: Auth, told: Told, native: httpx.Client) -> None:
    id = await told()
    async with page(api) as opened:
        await opened.connect(auth)
        await asyncio.to_thread(mark, native, id, "read")
        assert await opened.event() == update(id, "read")
        await asyncio.to_thread(mark, native, id, "archived")
        assert await opened.event() == update(id, "archived")


async def test_several_that_were_seen_are_told_at_once(
    api: str, auth: Auth, told: Told, elsewhere: httpx.AsyncClient
) -> None:
    ids = [await told(), await told()]
    async with page(api) as opened:
        await opened.connect(auth)
        await changed(elsewhere, "POST", "bulk/notifications/seen", {"notification_ids": ids})
        name, data = await opened.event()
        assert (name, data["action"]) == ("bulk_notification_update", "seen")
        assert sorted(data["notification_ids"]) == sorted(ids)


READ_ALL = ["bulk_notification_update", {"notification_ids": "all", "action": "read"}]


async def test_all_that_was_read_is_told_to_its_tenant(
    api: str, auth: Auth, told: Told, elsewhere: httpx.AsyncClient
) -> None:
    await told(tenant_id="acme")
    for _ in range(2):
        await told()
    async with page(api) as opened, page(api) as acme:
        await opened.connect(auth)
        await acme.connect({**auth, "tenant_id": "acme"})
        await changed(elsewhere, "PATCH", "mark_all_read")
        while (event := await opened.event()) != READ_ALL:
            assert event[1]["action"] == "seen"  # which is stored before, and may be told before
        last = await told(tenant_id="acme")
        assert await acme.event() == ["new_notification", {"n_id": last}]


async def test_all_that_was_read_by_knocks_calls_has_the_counts_fetched(
    api: str, auth: Auth, told: Told, native: httpx.Client, pushed: dict[str, UUID]
) -> None:
    ids = [await told(), await told()]
    async with page(api) as opened:
        await opened.connect(auth)
        path = f"/v1/channels/{pushed['in-app']}/messages/bulk/read"
        answer = await asyncio.to_thread(native.post, path, json={"recipient_ids": ["ada"]})
        assert answer.is_success, answer.text
        assert [await opened.event(), await opened.event()] == [READ_ALL, ["notification_update", {"n_id": ids[-1]}]]


async def test_a_bell_that_was_reset_is_told_to_its_tenant(
    api: str, auth: Auth, told: Told, elsewhere: httpx.AsyncClient
) -> None:
    await told()
    async with page(api) as opened, page(api) as acme:
        await opened.connect(auth)
        await acme.connect({**auth, "tenant_id": "acme"})
        await changed(elsewhere, "PATCH", "reset_bell_count")
        assert await opened.event() == ["reset_badge"]
        last = await told(tenant_id="acme")
        assert await acme.event() == ["new_notification", {"n_id": last}]


async def test_a_page_that_lost_its_connection_is_told_what_it_missed(
    api: str, auth: Auth, told: Told, native: httpx.Client
) -> None:
    before = await told()
    async with page(api) as opened:
        await opened.connect(auth)
        pid = opened.pid
        await opened.leave()
    await asyncio.to_thread(mark, native, before, "archived")
    missed = await told()
    async with page(api) as opened:
        await opened.connect({**auth, "pid": pid})
        assert [await opened.event(), await opened.event()] == [
            ["notification_update", {"n_id": before}],
            ["notification_update", {"n_id": missed}],
        ]
        last = await told()
        assert await opened.event() == ["new_notification", {"n_id": last}]


@pytest.mark.parametrize("pid", [1, "", "x", "-1", "9" * 40, "٣", {}])
async def test_other_pids_are_passed_over(api: str, auth: Auth, told: Told, pid: Any) -> None:
    await told()
    async with page(api) as opened:
        await opened.connect({**auth, "pid": pid})
        last = await told()
        assert await opened.event() == ["new_notification", {"n_id": last}]
