"""Stopping what is not finished of one trigger, whatever its cancellation key."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from addressee.directory.recipient import Place
from addressee.messaging.runs.triggered import TriggeredRun
from addressee.messaging.steps.run import RunStatus
from tests.messaging.office import IN_APP, Office

DELAYED = """
steps:
  - {ref: pause, delay: 1h}
  - {ref: feed, channel: in-app, template: {body: Hello}}
"""
BATCHED = """
steps:
  - {ref: batch, type: batch, settings: {batch_window: 1h}}
  - {ref: feed, channel: in-app, template: {body: "{{ total_activities }} things"}}
"""
FILES = {"channels/in-app.yaml": IN_APP, "workflows/delayed.yaml": DELAYED, "workflows/batched.yaml": BATCHED}


async def triggered(office: Office, *ids: str, workflow: str = "delayed", key: str | None = "key") -> UUID:
    for id in ids:
        await office.identify(id)
    return await office.trigger(*ids, workflow=workflow, cancellation_key=key)


async def cancel(office: Office, run_id: UUID, *recipients: Place) -> None:
    await office.messaging.runs.cancel_run(office.environment_id, run_id, list(recipients) or None)


async def statuses(office: Office, run_id: UUID) -> dict[str, str]:
    return {row["recipient_id"]: row["status"] for row in await office.recipient_runs() if row["run_id"] == run_id}


async def read(office: Office, run_id: UUID) -> TriggeredRun:
    found = await office.messaging.runs.trigger(office.environment_id, run_id)
    assert found is not None
    return found


async def test_another_trigger_with_the_same_key_goes_on(office: Office) -> None:
    await office.push(FILES)
    first, second = await triggered(office, "ada"), await triggered(office, "ada")
    await office.work()
    await cancel(office, first)
    await office.pass_time(timedelta(hours=2))
    assert (await statuses(office, first), await statuses(office, second)) == (
        {"ada": "cancelled"},
        {"ada": "completed"},
    )
    assert len(await office.messages("ada")) == 1


async def test_what_has_yet_to_begin_is_cancelled_too(office: Office) -> None:
    await office.push(FILES)
    run_id = await triggered(office, "ada", "bob", key=None)
    assert (await read(office, run_id)).has_more
    await cancel(office, run_id)
    await office.work()
    assert await statuses(office, run_id) == {"ada": "cancelled", "bob": "cancelled"}
    found = await read(office, run_id)
    assert (found.has_more, found.counts, found.unfinished) == (False, {"cancelled": 2}, 0)


async def test_only_chosen_recipients_are_stopped(office: Office) -> None:
    await office.push(FILES)
    run_id = await triggered(office, "ada", "bob", "cid")
    await office.work()
    await cancel(office, run_id, office.user("bob"), office.user("stranger"))
    assert await statuses(office, run_id) == {"ada": "paused", "bob": "cancelled", "cid": "paused"}
    assert (await read(office, run_id)).unfinished == 2


async def test_a_run_that_joined_a_batch_leaves_it(office: Office) -> None:
    await office.push(FILES)
    first = await triggered(office, "ada", workflow="batched", key=None)
    second = await triggered(office, "ada", workflow="batched", key=None)
    await office.work()
    await cancel(office, second)
    assert await statuses(office, second) == {"ada": "cancelled"}
    await office.pass_time(timedelta(hours=2))
    assert await office.bodies() == ["<p>1 things</p>"]
    assert await statuses(office, first) == {"ada": "completed"}


async def test_a_batch_goes_on_for_others_when_the_run_that_opened_it_is_cancelled(office: Office) -> None:
    await office.push({**FILES, "channels/in-app.yaml": IN_APP})
    first = await triggered(office, "ada", workflow="batched", key=None)
    await triggered(office, "ada", workflow="batched", key=None)
    await office.work()
    await cancel(office, first)
    await office.pass_time(timedelta(hours=2))
    assert await office.bodies() == ["<p>1 things</p>"]


async def test_what_is_finished_stays(office: Office) -> None:
    await office.push(FILES)
    run_id = await triggered(office, "ada")
    await office.work()
    await office.pass_time(timedelta(hours=2))
    await cancel(office, run_id)
    assert await statuses(office, run_id) == {"ada": "completed"}


async def test_nothing_crosses_environments(office: Office, other: Office) -> None:
    await office.push(FILES)
    run_id = await triggered(office, "ada")
    await office.work()
    await other.messaging.runs.cancel_run(other.environment_id, run_id)
    assert await statuses(office, run_id) == {"ada": "paused"}
    assert await other.messaging.runs.trigger(other.environment_id, run_id) is None
    assert await other.messaging.runs.triggered(other.environment_id, None, None, 10) == ([], None)


async def test_triggers_are_listed_by_time_and_paged(office: Office) -> None:
    await office.push(FILES)
    ids = [await triggered(office, "ada", workflow=workflow) for workflow in ("delayed", "batched", "delayed")]
    await office.work()
    runs, environment_id = office.messaging.runs, office.environment_id
    first, after = await runs.triggered(environment_id, None, None, 2)
    rest, end = await runs.triggered(environment_id, None, after, 2)
    assert [run.id for run in (*first, *rest)] == ids[::-1]
    assert end is None
    of_workflow, _ = await runs.triggered(environment_id, "delayed", None, 5)
    assert [run.id for run in of_workflow] == [ids[2], ids[0]]


async def test_recipients_runs_are_searched_by_status(office: Office) -> None:
    await office.push(FILES)
    run_id = await triggered(office, "ada", "bob", "cid")
    await office.work()
    await cancel(office, run_id, office.user("bob"))
    runs, environment_id = office.messaging.runs, office.environment_id

    async def found(status: str, workflow: str | None = None) -> list[str]:
        part = await runs.search(environment_id, workflow, [RunStatus(status)], None, 50)
        assert part.after is None
        return sorted(run.recipient.id for run in part.entries)

    assert await found("cancelled") == ["bob"]
    assert await found("paused", "delayed") == ["ada", "cid"]
    assert await found("paused", "batched") == []
    page = await runs.search(environment_id, None, [RunStatus.PAUSED], None, 1)
    assert page.after is not None
    assert len((await runs.search(environment_id, None, [RunStatus.PAUSED], page.after, 1)).entries) == 1
