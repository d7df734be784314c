"""Throttles in the database: never more than the limit in a window, whoever works and in whatever order."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.recipient import USERS, Identity
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.effects import throttles
from addressee.messaging.effects.throttles import Throttles, answer
from addressee.messaging.lifecycle.maintenance import delete_expired
from addressee.messaging.runs.effects import Asked, AskingPage
from addressee.messaging.runs.model import RunPage
from addressee.messaging.steps.flow.passages import Passage, PassageAnswer
from addressee.messaging.steps.run import RecipientRun, RunStatus
from tests.messaging.office import FILES, Office

HOUR = timedelta(hours=1)
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)

CAPPED = """
steps:
  - ref: cap
    type: throttle
    settings: {throttle_limit: 2, throttle_window: {hours: 1}}
  - ref: feed
    channel: in-app
    template: {body: hello}
"""


def capped(**settings: Any) -> str:
    written = msgspec.json.encode({"throttle_limit": 2, "throttle_window": {"hours": 1}, **settings}).decode()
    return CAPPED.replace("{throttle_limit: 2, throttle_window: {hours: 1}}", written)


async def push(office: Office, **workflows: str) -> None:
    await office.push({**FILES, **{f"workflows/{key}.yaml": text for key, text in workflows.items()}})


async def told(office: Office, *ids: str, workflow: str = "capped", **rest: Any) -> None:
    await office.trigger(*ids, workflow=workflow, **rest)
    await office.work()


async def received(office: Office, *ids: str) -> list[int]:
    return [len(await office.messages(id)) for id in ids]


async def windows(office: Office) -> list[tuple[str, str, str, int]]:
    rows = await office.pool.fetch(
        "SELECT recipient_id, name, key, passed FROM addressee.throttles WHERE environment_id = $1 ORDER BY 1, 2, 3",
        office.environment_id,
    )
    return [tuple(row) for row in rows]


async def test_so_many_pass_in_a_window_and_each_recipient_has_its_own(office: Office) -> None:
    await push(office, capped=CAPPED)
    await office.identify("ada")
    await office.identify("bob")
    for _ in range(4):
        await told(office, "ada")
    await told(office, "ada", "bob")
    assert await received(office, "ada", "bob") == [2, 1]
    assert await windows(office) == [("ada", "step/capped/cap", "", 2), ("bob", "step/capped/cap", "", 1)]


async def test_the_first_that_passes_opens_the_window_and_the_next_one_opens_when_it_is_over(office: Office) -> None:
    await push(office, capped=CAPPED)
    await office.identify("ada")
    await told(office, "ada")
    office.clock.move(timedelta(minutes=59))
    await told(office, "ada")
    await told(office, "ada")
    assert await received(office, "ada") == [2]
    office.clock.move(timedelta(minutes=2))
    await told(office, "ada")
    office.clock.move(timedelta(minutes=58))
    await told(office, "ada")
    await told(office, "ada")
    assert await received(office, "ada") == [4]


async def test_a_run_over_the_limit_says_so_and_makes_nothing(office: Office) -> None:
    await push(office, capped=capped(throttle_limit=1))
    await office.identify("ada")
    await told(office, "ada")
    await told(office, "ada")
    first, second = [
        [(entry["event"], entry.get("step_ref")) for entry in msgspec.json.decode(run["journal"])]
        for run in sorted(await office.recipient_runs(), key=lambda run: run["run_id"])
    ]
    assert first == [
        ("step_started", "cap"),
        ("step_started", "feed"),
        ("message_enqueued", "feed"),
        ("run_completed", None),
    ]
    assert second == [("run_stopped", "cap"), ("run_completed", None)]
    assert {run["status"] for run in await office.recipient_runs()} == {"completed"}


async def test_each_value_of_a_key_is_counted_by_itself(office: Office) -> None:
    await push(office, capped=capped(throttle_limit=1, throttle_key="page"))
    await office.identify("ada")
    for page in ("a", "a", "b", "a", "b"):
        await told(office, "ada", data={"page": page})
    assert await windows(office) == [("ada", "step/capped/cap", "a", 1), ("ada", "step/capped/cap", "b", 1)]


async def test_scopes_reach_over_workflows(office: Office) -> None:
    email = {"scope": "channel", "channel": "email"}
    await push(office, one=capped(**email), two=capped(**email), three=capped(), four=capped(scope="recipient"))
    await office.identify("ada")
    for workflow in ("one", "two", "one", "two", "three", "four"):
        await told(office, "ada", workflow=workflow)
    assert await windows(office) == [
        ("ada", "channel/email/3600", "", 2),
        ("ada", "recipient/3600", "", 1),
        ("ada", "step/three/cap", "", 1),
    ]
    assert await received(office, "ada") == [4]


NEWS = """
steps:
  - ref: email
    if: data.wanted != false
    throttle: {throttle_limit: 2, throttle_window: 1d}
    email: {subject: News, text: Hello}
  - ref: feed
    in_app: {body: hello}
"""


BATCHED = """
steps:
  - {ref: cap, type: throttle, settings: {throttle_limit: 1, throttle_window: 1d, over: continue}}
  - ref: rest
    type: batch
    if: refs.cap.throttled == true
    settings: {batch_window: {unit: hours, value: 12}}
  - ref: feed
    in_app: {body: "{{ total_activities }}"}
"""


async def test_what_is_over_the_limit_may_be_batched(office: Office) -> None:
    await push(office, capped=BATCHED)
    await office.identify("ada")
    for _ in range(4):
        await told(office, "ada")
    assert await received(office, "ada") == [1]
    await office.pass_time(timedelta(hours=13))
    newest_first = [message.id for message in await office.messages("ada")]
    contents = await office.messaging.messages.contents(office.environment_id, newest_first)
    bodies = [each.content.blocks[0].rendered for each in contents if isinstance(each.content, InAppContent)]
    assert bodies == ["<p>3</p>", "<p>1</p>"]


async def steps_told(office: Office, id: str) -> Counter[str]:
    return Counter(message.step_ref for message in await office.messages(id))


async def test_a_cap_of_channel_steps_counts_the_messages_of_all_workflows(office: Office) -> None:
    await push(office, news=NEWS, other=NEWS)
    await office.identify("ada", email="ada@example.com")
    for workflow in ("news", "other", "news", "other"):
        await told(office, "ada", workflow=workflow)
    assert await steps_told(office, "ada") == {"email": 2, "feed": 4}
    assert len(office.emails()) == 2
    skipped = [
        (entry["step_ref"], entry["step_type"], {name: entry["data"][name] for name in ("reason", "passed", "limit")})
        for run in await office.recipient_runs()
        for entry in msgspec.json.decode(run["journal"])
        if entry["event"] == "step_skipped"
    ]
    assert skipped == [("email", "channel", {"reason": "capped", "passed": 2, "limit": 2})] * 2


async def test_a_message_that_reaches_nobody_does_not_count(office: Office) -> None:
    await push(office, news=NEWS)
    await office.identify("ada")
    await told(office, "ada", workflow="news")
    await office.identify("ada", email="ada@example.com")
    await told(office, "ada", workflow="news", data={"wanted": False})
    await told(office, "ada", workflow="news", sandbox=True)
    assert await windows(office) == []
    for _ in range(3):
        await told(office, "ada", workflow="news")
    assert len(office.emails()) == 2
    assert [
        entry["event"] for run in await office.recipient_runs() for entry in msgspec.json.decode(run["journal"])
    ].count("step_skipped") == 3


async def test_whoever_was_merged_counts_as_the_one_they_are_now(office: Office) -> None:
    """Both have runs on one page then."""
    await push(office, capped=CAPPED.replace("steps:", "steps:\n  - ref: wait\n    delay: {minutes: 1}"))
    for id in ("ada", "bob", "cid"):
        await office.identify(id)
    await told(office, "ada", "bob", "cid")
    await office.merge("ada", "bob")
    await office.merge("ada", "cid")
    await office.pass_time(HOUR)
    assert (await received(office, "ada"), await windows(office)) == ([2], [("ada", "step/capped/cap", "", 2)])


async def test_eight_workers_let_no_more_pass_than_the_limit(office: Office) -> None:
    await push(office, capped=capped(throttle_limit=7))
    people = [f"user-{number}" for number in range(5)]
    for id in people:
        await office.identify(id)
    for _ in range(24):
        await office.trigger(*people, workflow="capped")
    starts = await office.jobs()
    await asyncio.gather(*(office.run(job) for job in starts))
    advances = [job for job in await office.jobs() if job.name == "begin"]
    assert len(advances) == 24
    waiting = list(advances)

    async def worker() -> None:
        while waiting:
            await office.run(waiting.pop())

    await asyncio.gather(*(worker() for _ in range(8)))
    assert await received(office, *people) == [7] * 5
    assert [passed for *_, passed in await windows(office)] == [7] * 5


async def test_a_page_that_is_carried_out_twice_counts_once(office: Office) -> None:
    await push(office, capped=capped(throttle_limit=9))
    await office.identify("ada")
    await office.trigger("ada", workflow="capped")
    (start,) = await office.jobs()
    await office.run(start)
    (advance,) = [job for job in await office.jobs() if job.name == "begin"]
    await asyncio.gather(*(office.run(advance) for _ in range(8)))
    assert (await windows(office), await received(office, "ada")) == ([("ada", "step/capped/cap", "", 1)], [1])


async def test_counters_are_held_in_one_order_whatever_order_pages_ask_in(office: Office) -> None:
    """Pages of different workflows meet at the counters of a shared scope."""
    shared = capped(throttle_limit=1000, scope="recipient")
    await push(office, one=shared, two=shared)
    people = [f"user-{number}" for number in range(40)]
    for id in people:
        await office.identify(id)
    for number in range(12):
        await office.trigger(*people, workflow=("one", "two")[number % 2])
    await asyncio.gather(*(office.run(job) for job in await office.jobs()))
    await asyncio.gather(*(office.run(job) for job in await office.jobs() if job.name == "begin"))
    assert Counter(passed for *_, passed in await windows(office)) == {12: 40}


async def test_merging_adds_what_has_passed_and_the_later_end_counts(office: Office) -> None:
    await push(office, capped=capped(throttle_limit=5), other=capped(throttle_limit=5), third=capped(throttle_limit=5))
    await office.identify("ada")
    await office.identify("bob")
    await told(office, "bob", workflow="third")
    await told(office, "ada", workflow="other")
    office.clock.move(timedelta(minutes=45))
    for workflow in ("capped", "other"):
        await told(office, "bob", workflow=workflow)
    office.clock.move(timedelta(minutes=14))
    await told(office, "ada", "bob")
    office.clock.move(timedelta(minutes=2))
    await office.merge("ada", "bob")
    await office.work()
    assert await windows(office) == [("ada", "step/capped/cap", "", 3), ("ada", "step/other/cap", "", 1)]
    for _ in range(4):
        await told(office, "ada")
    office.clock.move(timedelta(minutes=57))
    await told(office, "ada")
    assert await windows(office) == [("ada", "step/capped/cap", "", 5), ("ada", "step/other/cap", "", 1)]


async def test_deleting_drops_them(office: Office) -> None:
    await push(office, capped=CAPPED)
    for id in ("ada", "bob"):
        await office.identify(id)
    await told(office, "ada", "bob")
    await office.delete("ada")
    await office.work()
    assert await windows(office) == [("bob", "step/capped/cap", "", 1)]


async def test_maintenance_deletes_windows_that_are_over(office: Office) -> None:
    await push(office, capped=CAPPED, long=capped(throttle_window={"days": 2}))
    await office.identify("ada")
    await told(office, "ada")
    await told(office, "ada", workflow="long")
    office.clock.move(timedelta(hours=1))
    await delete_expired(office.pool, office.clock.now())
    assert len(await windows(office)) == 2
    office.clock.move(timedelta(hours=1))
    await delete_expired(office.pool, office.clock.now())
    assert await windows(office) == [("ada", "step/long/cap", "", 1)]


PAGES = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), min_size=1, max_size=6),
    ),
    max_size=40,
)


@given(pages=PAGES)
def test_the_plain_model_never_lets_more_pass(pages: list[tuple[int, list[tuple[str, int]]]]) -> None:
    """Requests of one counter with different limits too: none passes when as many have as its own limit allows."""
    stored: dict[throttles.Counter, throttles.Window] = {}
    passed: list[tuple[str, datetime, int]] = []
    now = NOW
    for minutes, people in pages:
        now += timedelta(minutes=minutes)
        requests = {
            UUID(int=number): Passage(Identity(1, USERS, person, UUID(int=ord(person))), "c", "", limit, now + HOUR)
            for number, (person, limit) in enumerate(people)
        }
        answers, changed = answer(requests, stored, now)
        stored |= changed
        passed += [(requests[id].recipient.id, now, requests[id].limit) for id in requests if answers[id].allowed]
    for person in "abc":
        in_window: list[datetime] = []
        for id, at, limit in passed:
            if id != person:
                continue
            if in_window and at >= in_window[0] + HOUR:
                in_window = []
            in_window.append(at)
            assert len(in_window) <= limit


@pytest.mark.parametrize("seed", range(6))
async def test_eight_workers_with_clocks_of_their_own_keep_to_the_limit_of_every_window(
    office: Office, seed: int
) -> None:
    """A schedule of pages at any times, in any order, with several requests of one counter and different limits."""
    chance = random.Random(seed)
    people = [Identity(office.environment_id, USERS, id, uuid4()) for id in "abc"]
    pages = [
        (
            NOW + timedelta(seconds=chance.randrange(600)),
            [(chance.choice(people), chance.choice(["", "key"]), chance.choice([2, 5])) for _ in range(6)],
        )
        for _ in range(80)
    ]
    answered: list[tuple[Passage, PassageAnswer]] = []

    async def worker() -> None:
        while pages:
            now, asked = pages.pop()
            requests = {
                uuid4(): Passage(who, "counter", key, limit, now + timedelta(seconds=60)) for who, key, limit in asked
            }
            answers = await carry_out(office, now, requests)
            answered.extend((requests[id], answers[id]) for id in requests)

    await asyncio.gather(*(worker() for _ in range(8)))
    assert len(answered) == 480
    allowed = Counter(
        (request.recipient.id, request.key, passed.until) for request, passed in answered if passed.allowed
    )
    assert max(allowed.values()) <= 5
    for request, passed in answered:
        assert passed.count <= request.limit if passed.allowed else passed.count >= request.limit
    counts = Counter(
        (request.recipient.id, request.key, passed.until, passed.count)
        for request, passed in answered
        if passed.allowed
    )
    assert set(counts.values()) == {1}


async def carry_out(office: Office, now: datetime, requests: Mapping[UUID, Passage]) -> Mapping[UUID, PassageAnswer]:
    run: Any = None
    context: Any = None
    page = AskingPage(RunPage(office.environment_id, UUID(int=0), 0), run, now)
    asked = [
        Asked(RecipientRun(id, request.recipient, {}, RunStatus.PROCESSING), context, context, request)
        for id, request in requests.items()
    ]
    async with office.pool.acquire() as connection, connection.transaction():
        answers = await Throttles().carry_out(connection, page, asked)
        # Another worker comes to stand between the answer and the commit.
        await connection.execute("SELECT pg_sleep(0.001)")
    return answers.by_run
