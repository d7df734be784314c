"""Bulk calls: listed newest first, each with its progress and the rows that were refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.directory.writing.bulk import BulkOperation, Failure, fail, store
from tests.conftest import Environment
from tests.support.browsing import load

At = Callable[..., str]

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def keep(pool: Pool, environment: Environment, *failures: Failure, done: bool = True) -> BulkOperation:
    ended = BEGAN + timedelta(seconds=10) if done else None
    operation = BulkOperation(uuid7(), "users.identify", 1200, failures, BEGAN, ended)
    async with pool.acquire() as connection:
        await store(connection, environment.id, operation, None if done else b"{}")
    return operation


async def test_calls_are_listed_newest_first(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    assert "No bulk call yet" in (await load(viewer, at("bulk"))).text
    done = await keep(pool, environment, Failure("$users", "ada", "too long"))
    going = await keep(pool, environment, done=False)
    await keep(pool, other_environment)
    page = await load(viewer, at("bulk"))
    rows = page.one("tbody").all("tr")
    assert [row.one("a").attributes["href"] for row in rows] == [at("bulk", going.id), at("bulk", done.id)]
    assert [[cell.text for cell in row.all("td")] for row in rows] == [
        ["Goes on", "1,200", "0", "2026-01-02 03:04:05 UTC", "–"],
        ["Completed", "1,200", "1", "2026-01-02 03:04:05 UTC", "2026-01-02 03:04:15 UTC"],
    ]


async def test_pages_lead_on(viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment) -> None:
    for _ in range(51):
        await keep(pool, environment)
    first = await load(viewer, at("bulk"))
    following = await load(viewer, first.one("a", rel="next").attributes["href"] or "")
    assert [len(page.one("tbody").all("tr")) for page in (first, following)] == [50, 1]
    assert following.one("a", rel="prev").attributes["href"] == at("bulk")


async def test_a_call_shows_its_refused_rows_as_text(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment
) -> None:
    hostile = "<script>alert(1)</script>/../%?"
    operation = await keep(pool, environment, Failure("$users", hostile, "<b>refused</b>"), Failure("$users", "", "no"))
    page = await load(viewer, at("bulk", operation.id))
    first, second = page.one("tbody").all("tr")
    assert (first.one("a").text, first.one("td").text) == (hostile, "<b>refused</b>")
    assert first.one("a").attributes["href"] == at("users", hostile)
    assert second.one("th").text == "without an id"
    assert "1,200 (120 a second)" in page.text


async def test_a_call_with_many_refused_rows_stays_small(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment
) -> None:
    failures = [Failure("$users", f"user-{number}", "x" * 50_000) for number in range(20)]
    failures += [Failure("$users", f"user-{number}", "refused") for number in range(2000)]
    operation = await keep(pool, environment, *failures)
    answer = await viewer.get(at("bulk", operation.id))
    assert answer.status_code == 200
    assert len(answer.content) < 200_000
    assert "The first 500 of 2,020." in answer.text


async def test_an_import_that_stopped_says_how_to_go_on(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment
) -> None:
    operation = BulkOperation(uuid7(), "users.import", 3000, (), BEGAN, None)
    async with pool.acquire() as connection:
        await store(connection, environment.id, operation)
    assert "it reads its file line by line" in (await load(viewer, at("bulk", operation.id))).text
    await fail(pool, environment.id, operation.id, BEGAN + timedelta(minutes=1))
    page = await load(viewer, at("bulk", operation.id))
    assert "Failed" in page.text
    assert "run addressee import again, which changes nothing of it" in page.text


async def test_one_that_is_not_there_is_said(
    viewer: httpx.AsyncClient, at: At, pool: Pool, other_environment: Environment
) -> None:
    operation = await keep(pool, other_environment)
    for id in (operation.id, "x", "a/b"):
        answer = await viewer.get(at("bulk", id))
        assert answer.status_code == 404
    assert "There is no such bulk call" in answer.text
