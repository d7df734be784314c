"""Small pages of several triggers begin together, as if each had begun by itself in the order of the triggers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.messaging.runs.model import PAGE_SIZE, Begin
from addressee.messaging.runs.passes import passes
from addressee.messaging.steps import machine
from addressee.messaging.steps.machine import Pass
from addressee.messaging.steps.run import RecipientRun
from tests.messaging.office import FILES, Office

TOLD = """
steps:
  - ref: feed
    channel: in-app
    template: {body: "{{ data.n }} {{ recipient.name }} {{ actor.name }}"}
"""
MAILED = """
steps:
  - ref: email
    channel: email
    template: {subject: "{{ data.n }}", text: Hello}
"""
COLLECTED = """
steps:
  - ref: collect
    type: batch
    settings: {batch_window: 1h}
  - ref: feed
    channel: in-app
    template: {body: "{{ activities | map: 'data' | map: 'n' | join: ' ' }}"}
"""
LIMITED = """
steps:
  - ref: limit
    type: throttle
    settings: {throttle_window: 1h, throttle_limit: 2}
  - ref: feed
    channel: in-app
    template: {body: "{{ data.n }}"}
"""
PUSHED = {
    **FILES,
    "workflows/told.yaml": TOLD,
    "workflows/mailed.yaml": MAILED,
    "workflows/collected.yaml": COLLECTED,
    "workflows/limited.yaml": LIMITED,
}


@pytest.fixture
async def office(office: Office) -> Office:
    await office.push(PUSHED)
    for id in ("ada", "bob", "cid"):
        await office.identify(id, email=f"{id}@example.com")
    return office


async def begin(office: Office) -> list[UUID]:
    """Has all pages that wait begin together, and returns the runs of those that are left."""
    jobs = [job for job in await office.jobs() if job.name == "begin"]
    left = await office.handlers["begin"].run_together([job.arguments for job in jobs])
    done = [job.id for job, is_left in zip(jobs, left, strict=True) if not is_left]
    await office.pool.execute("DELETE FROM addressee.jobs WHERE id = ANY($1)", done)
    return [run_of(job.arguments) for job, is_left in zip(jobs, left, strict=True) if is_left]


def run_of(arguments: bytes) -> UUID:
    return msgspec.json.decode(arguments, type=Begin).run_id


async def test_each_has_the_data_and_the_actor_of_its_trigger(office: Office) -> None:
    await office.trigger("ada", workflow="told", data={"n": 1}, actor=office.user("bob"))
    await office.trigger("ada", workflow="told", data={"n": 2}, actor=office.user("cid"))
    await office.trigger("bob", "cid", workflow="told", data={"n": 3}, overrides={office.user("cid"): {"n": 4}})
    assert await begin(office) == []
    assert await office.bodies("ada") == ["<p>1 Ada Bob</p>", "<p>2 Ada Cid</p>"]
    assert await office.bodies("bob") == ["<p>3 Bob</p>"]
    assert await office.bodies("cid") == ["<p>4 Cid</p>"]


async def test_each_is_a_run_of_its_trigger(office: Office) -> None:
    first = await office.trigger("ada", workflow="told", cancellation_key="a")
    second = await office.trigger("ada", workflow="told", cancellation_key="b")
    await begin(office)
    runs = sorted(await office.recipient_runs(), key=lambda run: str(run["run_id"]))
    assert [(run["run_id"], run["cancellation_key"], run["page"]) for run in runs] == [
        (first, "a", 0),
        (second, "b", 0),
    ]
    stored = await office.pool.fetch("SELECT run_id, recipient_run_id FROM addressee.messages ORDER BY inserted_at")
    of_ours = [tuple(row) for row in stored if row["run_id"] in (first, second)]
    assert of_ours == [(run["run_id"], run["id"]) for run in runs]


async def test_each_has_a_job_that_sends(office: Office) -> None:
    await office.trigger("ada", workflow="mailed", data={"n": 1})
    await office.trigger("bob", workflow="mailed", data={"n": 2})
    await begin(office)
    assert [job.name for job in await office.jobs()] == ["send", "send"]
    await office.work()
    assert [message.status for id in ("ada", "bob") for message in await office.messages(id)] == ["sent", "sent"]


async def test_they_join_a_batch_in_their_order(office: Office) -> None:
    for n in range(5):
        await office.trigger("ada", workflow="collected", data={"n": n})
    assert await begin(office) == []
    runs = sorted(await office.recipient_runs(), key=lambda run: str(run["run_id"]))
    assert [run["status"] for run in runs] == ["paused", *["completed"] * 4]
    items = await office.pool.fetch(
        "SELECT run_id FROM addressee.batch_items WHERE environment_id = $1 ORDER BY run_id", office.environment_id
    )
    assert [row["run_id"] for row in items] == [run["run_id"] for run in runs]
    await office.pass_time(timedelta(hours=1))
    assert await office.bodies() == ["<p>0 1 2 3 4</p>"]


async def test_whoever_may_go_on_at_once_is_left_with_those_behind(office: Office) -> None:
    await office.trigger("ada", workflow="told", data={"n": 1})
    limited = await office.trigger("ada", workflow="limited", data={"n": 2})
    behind = await office.trigger("ada", workflow="told", data={"n": 3})
    await office.trigger("bob", workflow="told", data={"n": 4})
    assert set(await begin(office)) == {limited, behind}
    assert await office.bodies("ada") == ["<p>1 Ada</p>"]
    assert await office.bodies("bob") == ["<p>4 Bob</p>"]
    await office.work()
    assert await office.bodies("ada") == ["<p>1 Ada</p>", "<p>2</p>", "<p>3 Ada</p>"]


async def test_workflows_alternate_in_the_order_of_the_triggers(office: Office) -> None:
    for n in range(4):
        await office.trigger("ada", workflow=("told", "welcome")[n % 2], data={"n": n})
    assert await begin(office) == []
    assert [body.split()[0] for body in await office.bodies("ada")] == [
        "<p>0",
        "<p><strong>Welcome,",
        "<p>2",
        "<p><strong>Welcome,",
    ]


async def test_cancelled_ones_stay_cancelled(office: Office) -> None:
    await office.trigger("ada", workflow="told", data={"n": 1}, cancellation_key="key")
    await office.trigger("ada", workflow="told", data={"n": 2})
    await office.messaging.runs.cancel(office.environment_id, "told", "key")
    assert await begin(office) == []
    assert await office.bodies("ada") == ["<p>2 Ada</p>"]
    assert sorted(run["status"] for run in await office.recipient_runs()) == ["cancelled", "completed"]


async def test_of_other_environments_each_stays_in_its_own(office: Office, other: Office) -> None:
    await other.push(PUSHED)
    await other.identify("ada")
    await office.trigger("ada", workflow="told", data={"n": 1})
    await other.trigger("ada", workflow="told", data={"n": 2})
    jobs = [*await office.jobs(), *await other.jobs()]
    assert await office.handlers["begin"].run_together([job.arguments for job in jobs]) == [False, False]
    assert await office.bodies("ada") == ["<p>1 Ada</p>"]
    assert await other.bodies("ada") == ["<p>2 Ada</p>"]


async def test_where_one_has_begun_all_are_left(office: Office) -> None:
    """The worker that began it may not have brought it to its end."""
    first = await office.trigger("ada", workflow="told", data={"n": 1})
    second = await office.trigger("ada", workflow="told", data={"n": 2})
    begun, _ = await office.jobs()
    await office.run(begun)
    assert set(await begin(office)) == {first, second}
    await office.work()
    assert await office.bodies("ada") == ["<p>1 Ada</p>", "<p>2 Ada</p>"]


async def test_one_that_fails_is_taken_from_the_others(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for id in ("ada", "bob"):
        await office.trigger(id, workflow="told", data={"n": 1})

    def run_through(run: RecipientRun, *rest: Any) -> Pass:
        if run.recipient.id == "bob":
            raise ZeroDivisionError
        return machine.run_through(run, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(passes, "run_through", run_through)
        assert len(await begin(office)) == 2
        with pytest.raises(ZeroDivisionError):
            await office.work()
    await office.work()
    assert await office.bodies("ada") == ["<p>1 Ada</p>"]
    assert await office.bodies("bob") == ["<p>1 Bob</p>"]


async def test_a_large_page_is_left(office: Office) -> None:
    large = await office.trigger(*(f"user-{number:03}" for number in range(PAGE_SIZE)), workflow="told", data={"n": 1})
    await office.trigger("ada", workflow="told", data={"n": 2})
    assert await begin(office) == [large]
    assert await office.bodies("ada") == ["<p>2 Ada</p>"]
