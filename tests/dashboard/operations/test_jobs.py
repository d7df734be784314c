"""Held jobs: shown with their reasons and nothing of their arguments, run again, and discarded, by admins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import ClassVar
from uuid import UUID

import httpx
import pytest

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.support.browsing import load, submit
from tests.support.html import parse

At = Callable[..., str]

RUN = UUID("01932f6c-0000-7000-8000-00000000000a")


class Held(Job, frozen=True):
    name: ClassVar[str] = "nobody_handles_this"

    environment_id: int
    run_id: UUID
    content: str = "to ada@example.com"


@pytest.fixture
async def job_id(pool: Pool, environment: Environment) -> AsyncIterator[int]:
    """A held job of the environment."""
    yield await hold(pool, environment)
    await pool.execute("DELETE FROM addressee.jobs WHERE name = $1", Held.name)


async def hold(pool: Pool, environment: Environment) -> int:
    async with pool.acquire() as connection, connection.transaction():
        await enqueue(connection, [Held(environment.id, RUN)])
        id = await connection.fetchval("SELECT max(id) FROM addressee.jobs WHERE name = $1", Held.name)
        await connection.execute(
            """
            UPDATE addressee.jobs
            SET held_at = now(), failures = 10, last_failure = 'KeyError at <b>sends.py</b>:3'
            WHERE id = $1
            """,
            id,
        )
    assert isinstance(id, int)
    return id


async def test_a_held_job_is_shown_with_its_reason(viewer: httpx.AsyncClient, at: At, job_id: int) -> None:
    page = await load(viewer, at("jobs"))
    table = page.one("div", **{"aria-label": "Held jobs"})
    (row,) = table.one("tbody").all("tr")
    assert row.one("th").text == f"nobody_handles_this No. {job_id} · its run"
    assert row.one("a", href=at("runs", RUN)).text == "its run"
    assert [cell.text for cell in row.all("td")][:2] == ["KeyError at <b>sends.py</b>:3", "10"]
    assert "ada@example.com" not in page.text
    assert page.all("a", href=at("jobs", job_id, "again")) == []


async def test_an_environment_without_one_says_so(
    viewer: httpx.AsyncClient, at: At, pool: Pool, other_environment: Environment
) -> None:
    id = await hold(pool, other_environment)
    assert "No job is held" in (await load(viewer, at("jobs"))).text
    await pool.execute("DELETE FROM addressee.jobs WHERE id = $1", id)


async def test_an_admin_has_a_job_run_again(
    admin: httpx.AsyncClient, at: At, job_id: int, pool: Pool, operators: Operators, environment: Environment
) -> None:
    page = await load(admin, at("jobs"))
    link = page.one("a", href=at("jobs", job_id, "again"))
    question = await load(admin, link.attributes["href"] or "")
    assert "tries it up to ten times more" in question.text
    form = question.one("form", action=at("jobs", job_id, "again"))
    answer = await submit(admin, form)
    assert parse(answer.text).one("p", role="status").text == "The job runs again."
    row = await pool.fetchrow("SELECT held_at, failures FROM addressee.jobs WHERE id = $1", job_id)
    assert row is not None
    assert tuple(row) == (None, 0)
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.subject, act.detail) == ("jobs.run_again", str(job_id), {"kind": "nobody_handles_this"})
    again = await submit(admin, form)
    assert again.status_code == 404
    assert "There is no such held job" in again.text


async def test_an_admin_discards_a_job(
    admin: httpx.AsyncClient, at: At, job_id: int, pool: Pool, operators: Operators, environment: Environment
) -> None:
    question = await load(admin, at("jobs", job_id, "discard"))
    assert "What the job was for is never done" in question.text
    answer = await submit(admin, question.one("form", action=at("jobs", job_id, "discard")))
    assert parse(answer.text).one("p", role="status").text == "The job is discarded."
    assert await pool.fetchval("SELECT count(*) FROM addressee.jobs WHERE id = $1", job_id) == 0
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.detail["run_id"], act.detail["kind"]) == ("jobs.discard", str(RUN), "nobody_handles_this")


async def test_all_jobs_of_the_environment_run_again_together(
    admin: httpx.AsyncClient, at: At, job_id: int, pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    own, other = await hold(pool, environment), await hold(pool, other_environment)
    page = await load(admin, at("jobs"))
    await submit(admin, page.one("form", action=at("jobs", "again")))
    rows = await pool.fetch(
        "SELECT id FROM addressee.jobs WHERE id = ANY($1::bigint[]) AND held_at IS NOT NULL ORDER BY id",
        [job_id, own, other],
    )
    assert [row["id"] for row in rows] == [other]


@pytest.mark.parametrize("id", ["0", "99999999999999999999", "x", "1' OR 1=1", "..", "%00"])
async def test_a_job_that_is_not_there_is_no_error(admin: httpx.AsyncClient, at: At, id: str) -> None:
    answer = await admin.get(at("jobs", id, "again"))
    assert answer.status_code in {400, 404}


async def test_jobs_of_another_environment_cannot_be_touched(
    admin: httpx.AsyncClient, at: At, pool: Pool, other_environment: Environment
) -> None:
    id = await hold(pool, other_environment)
    assert (await admin.get(at("jobs", id, "discard"))).status_code == 404
    await pool.execute("DELETE FROM addressee.jobs WHERE id = $1", id)


async def test_what_waits_is_counted_by_kind(
    viewer: httpx.AsyncClient, at: At, pool: Pool, environment: Environment, job_id: int
) -> None:
    await pool.execute("UPDATE addressee.jobs SET held_at = NULL, due_at = now() WHERE id = $1", job_id)
    page = await load(viewer, at("jobs"))
    rows = page.one("div", **{"aria-label": "Jobs by kind"}).one("tbody").all("tr")
    counted = {row.one("th").text: [cell.text for cell in row.all("td")][:3] for row in rows}
    assert counted["nobody_handles_this"] == ["0", "1", "0"]
