"""The times of a recipient's messages grow in the order of commits: whoever follows a list misses nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from addressee.database.paging import page_request, write_cursor
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.model import Position
from tests.messaging.office import FILES, WELCOME, Office, WaitingJob
from tests.support.clock import MovedClock

PLAIN = "steps: [{ref: feed, channel: in-app, template: {body: Hi}}]"
TWICE = """
steps:
  - {ref: first, channel: in-app, template: {body: "1"}}
  - {ref: second, channel: in-app, template: {body: "2"}}
"""
PUSHED = {
    **FILES,
    "workflows/welcome.yaml": WELCOME,
    "workflows/plain.yaml": PLAIN,
    "workflows/twice.yaml": TWICE,
}

Newer = Callable[[Office, str | None], Awaitable[tuple[list[str], str | None]]]

# How often so many write at once.
ROUNDS = [(12, 12), (2, 100)]

# Workers on several machines, whose clocks do not agree.
SKEWS = (timedelta(0), timedelta(seconds=-2), timedelta(seconds=3))


@pytest.fixture
async def filled(office: Office) -> Office:
    await office.push(PUSHED)
    await office.identify("ada", email="ada@example.com")
    return office


async def triggered(office: Office, *ids: str, workflow: str = "plain", times: int = 1) -> list[WaitingJob]:
    """Triggers a workflow some times; what is left to do is to write the messages."""
    for _ in range(times):
        await office.trigger(*ids, workflow=workflow)
    advances = [job for job in await office.jobs() if job.name == "begin"]
    await office.pool.execute("DELETE FROM addressee.jobs")
    return advances


async def newer_items(office: Office, cursor: str | None) -> tuple[list[str], str | None]:
    """The ids of feed items before a cursor, oldest first, and the next cursor."""
    feed = await office.feed("ada", page=page_request(50, None, cursor, Position))
    items = feed.items.entries
    return [item.message.id for item in reversed(items)], items[0].cursor if items else cursor


async def newer_messages(office: Office, cursor: str | None) -> tuple[list[str], str | None]:
    """The same of the list of the person's messages."""
    asked = page_request(50, None, cursor, Position)
    found = (
        await office.messaging.messages.list(office.environment_id, [office.user("ada")], MessageFilter(), asked)
    ).entries
    return [message.id for message in reversed(found)], write_cursor(found[0].position) if found else cursor


@pytest.mark.parametrize(("rounds", "writers"), ROUNDS)
@pytest.mark.parametrize("newer", [newer_items, newer_messages])
async def test_a_follower_gets_all_that_is_written_at_once(
    filled: Office, newer: Newer, rounds: int, writers: int
) -> None:
    offices = [
        Office(filled.pool, filled.environment_id, filled.folder, MovedClock(filled.clock.now() + skew))
        for skew in SKEWS
    ]
    for job in await triggered(filled, "ada"):
        await filled.run(job)
    followed, cursor = await newer(filled, None)
    for _ in range(rounds):
        jobs = await triggered(filled, "ada", times=writers)
        writing = asyncio.gather(*(offices[number % len(offices)].run(job) for number, job in enumerate(jobs)))
        while True:
            done = writing.done()
            found, cursor = await newer(filled, cursor)
            followed += found
            if done:
                break
        await writing
    stored = await filled.pool.fetch(
        "SELECT id FROM addressee.messages WHERE environment_id = $1", filled.environment_id
    )
    assert len(followed) == 1 + rounds * writers
    assert sorted(followed) == sorted(row["id"] for row in stored)


async def times(office: Office, id: str) -> list[datetime]:
    """When each of somebody's messages was written, oldest first."""
    return sorted(message.inserted_at for message in await office.messages(id))


async def test_messages_of_one_moment_are_a_millisecond_apart_in_the_order_of_steps(filled: Office) -> None:
    (job,) = await triggered(filled, "ada", workflow="twice")
    await filled.run(job)
    now = filled.clock.now()
    second, first = await filled.messages("ada")
    assert [(each.step_ref, each.inserted_at) for each in (first, second)] == [
        ("first", now),
        ("second", now + timedelta(milliseconds=1)),
    ]


async def test_a_clock_that_is_slow_does_not_write_into_the_past(filled: Office) -> None:
    for job in await triggered(filled, "ada"):
        await filled.run(job)
    newest = filled.clock.now()
    filled.clock.move(timedelta(hours=-1))
    for job in await triggered(filled, "ada", times=2):
        await filled.run(job)
    assert await times(filled, "ada") == [newest + timedelta(milliseconds=number) for number in range(3)]


async def test_pages_that_tell_the_same_people_wait_for_each_other_in_one_order(filled: Office) -> None:
    people = [f"person-{number}" for number in range(40)]
    for id in people:
        await filled.identify(id)
    jobs = []
    for _ in range(8):
        random.shuffle(people)
        jobs += await triggered(filled, *people, workflow="twice")
    await asyncio.gather(*map(filled.run, jobs))
    for id in people:
        found = await times(filled, id)
        assert len(found) == 16
        assert all(after - before >= timedelta(milliseconds=1) for before, after in pairwise(found))


async def test_nothing_of_a_head_is_left_of_who_was_deleted(filled: Office) -> None:
    for job in await triggered(filled, "ada"):
        await filled.run(job)
    heads = "SELECT recipient_id FROM addressee.message_heads WHERE environment_id = $1"
    assert [row["recipient_id"] for row in await filled.pool.fetch(heads, filled.environment_id)] == ["ada"]
    await filled.delete("ada")
    await filled.work()
    assert await filled.pool.fetch(heads, filled.environment_id) == []
