"""Held jobs: listed for those who may see them, run again, or discarded; and how many of each kind are not held."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest

from addressee.database.jobs.held import HeldJobs, JobKind, Scope
from addressee.database.jobs.queue import Job, Later, Wakeup, enqueue
from addressee.database.paging import PageRequest, page_request
from addressee.database.pool import Pool
from tests.support.queue import Number, Start, add

RUN = UUID("01932f6c-0000-7000-8000-00000000000a")
FIRST: PageRequest[int] = PageRequest(10)


class OfEnvironment(Job, frozen=True):
    name: ClassVar[str] = "of_environment"

    environment_id: int
    run_id: UUID


class OfPeople(Job, frozen=True):
    name: ClassVar[str] = "of_people"

    people: list[tuple[int, str]]


@pytest.fixture
def held(queue: Pool) -> HeldJobs:
    return HeldJobs(queue, Wakeup(queue))


async def hold(queue: Pool, *jobs: Job) -> None:
    async with queue.acquire() as connection:
        await enqueue(connection, jobs)
    await queue.execute(
        "UPDATE addressee.jobs SET held_at = now(), failures = 10, last_failure = 'OSError at sends.py:3'"
    )


async def names(held: HeldJobs, scope: Scope) -> list[str]:
    return [job.name for job in (await held.list(scope, FIRST)).entries]


async def test_a_held_job_is_listed_with_what_it_tells(queue: Pool, held: HeldJobs) -> None:
    await hold(queue, OfEnvironment(7, RUN))
    (job,) = (await held.list(Scope(7, shared=False), FIRST)).entries
    assert (job.name, job.environment_id, job.run_id) == ("of_environment", 7, RUN)
    assert (job.failures, job.reason) == (10, "OSError at sends.py:3")
    assert await held.get(Scope(7, shared=False), job.id) == job


async def test_an_environment_sees_its_own_jobs_and_admins_those_of_none(queue: Pool, held: HeldJobs) -> None:
    await hold(
        queue,
        OfEnvironment(7, RUN),
        OfPeople([(7, "ada"), (7, "bob")]),
        OfPeople([(7, "ada"), (8, "bob")]),
        OfPeople([(8, "bob")]),
        Number(1),
    )
    assert await names(held, Scope(7, shared=False)) == ["of_people", "of_environment"]
    assert await names(held, Scope(7, shared=True)) == ["count", "of_people", "of_people", "of_environment"]
    assert await names(held, Scope(9, shared=False)) == []


async def test_pages_are_newest_first(queue: Pool, held: HeldJobs) -> None:
    await hold(queue, *(Number(number) for number in range(5)))
    scope = Scope(1, shared=True)
    first = await held.list(scope, PageRequest(3))
    rest = await held.list(scope, page_request(3, first.after, None, int))
    ids = [job.id for job in (*first.entries, *rest.entries)]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest.after) == (5, None)


async def test_a_job_runs_again_as_if_it_were_new(queue: Pool, held: HeldJobs) -> None:
    await hold(queue, OfEnvironment(7, RUN))
    (job,) = (await held.list(Scope(7, shared=False), FIRST)).entries
    assert not await held.run_again(Scope(8, shared=True), job.id)
    assert await held.run_again(Scope(7, shared=False), job.id)
    assert not await held.run_again(Scope(7, shared=False), job.id)
    row = await queue.fetchrow("SELECT failures, held_at, due_at <= now() AS is_due FROM addressee.jobs")
    assert row is not None
    assert tuple(row) == (0, None, True)


async def test_a_job_that_is_discarded_is_gone(queue: Pool, held: HeldJobs) -> None:
    await hold(queue, OfEnvironment(7, RUN))
    (job,) = (await held.list(Scope(7, shared=False), FIRST)).entries
    assert not await held.discard(Scope(8, shared=True), job.id)
    assert await held.discard(Scope(7, shared=False), job.id)
    assert await queue.fetchval("SELECT count(*) FROM addressee.jobs") == 0


async def test_a_job_that_is_not_held_is_neither_run_again_nor_discarded(queue: Pool, held: HeldJobs) -> None:
    await add(queue, 1)
    id = await queue.fetchval("SELECT id FROM addressee.jobs")
    scope = Scope(1, shared=True)
    assert await held.get(scope, id) is None
    assert not await held.run_again(scope, id)
    assert not await held.discard(scope, id)


async def test_all_jobs_of_an_environment_run_again(
    queue: Pool, held: HeldJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addressee.database.jobs.held.AGAIN_AT_A_TIME", 2)
    await hold(queue, *(OfEnvironment(7, RUN) for _ in range(5)), OfEnvironment(8, RUN))
    assert await held.run_all_again(Scope(7, shared=False)) == 5
    assert await names(held, Scope(7, shared=False)) == []
    assert await names(held, Scope(8, shared=False)) == ["of_environment"]


async def test_jobs_that_are_not_held_are_counted_by_kind(queue: Pool, held: HeldJobs) -> None:
    assert await held.kinds() == []
    await add(queue, 1, 2)
    await add(queue, 3, delay=3600)
    await add(queue, 4, kind=Start)
    await queue.execute(
        """
        UPDATE addressee.jobs
        SET claimed_by = gen_random_uuid(), claimed_until = now() + $1
        WHERE id = (SELECT min(id) FROM addressee.jobs)
        """,
        timedelta(minutes=5),
    )
    counted, start = await held.kinds()
    due_since = await queue.fetchval(
        "SELECT due_at FROM addressee.jobs WHERE name = 'count' ORDER BY id OFFSET 1 LIMIT 1"
    )
    assert counted == JobKind("count", 1, 1, 1, due_since, has_more=False)
    assert (start.name, start.running, start.due, start.later, start.has_more) == ("start", 0, 1, 0, False)
    async with queue.acquire() as connection:
        await enqueue(connection, [Later(Start(number), timedelta(seconds=60)) for number in range(10_000)])
    _, many = await held.kinds()
    assert many.has_more
