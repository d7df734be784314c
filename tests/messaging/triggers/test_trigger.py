"""What is accepted, what is refused, and what a repetition is answered."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.directory.errors import RefusedError
from addressee.directory.writing.receipts import RepeatedError
from addressee.messaging.errors import (
    ActorMissingError,
    DataFailure,
    DataInvalidError,
    WorkflowInactiveError,
    WorkflowMissingError,
)
from addressee.messaging.steps.waiting.delay import MAX_DELAY
from addressee.messaging.triggers.trigger import MAX_DATA_BYTES, check_data
from tests.messaging.office import FILES, WELCOME, Office
from tests.support.receipts import receipt

SCHEMA = f"""{WELCOME}
trigger_data_schema:
  type: object
  required: [plan]
  properties:
    plan: {{type: string}}
    seats: {{type: integer}}
"""
NOTHING = {"workflow_runs": 0, "recipient_runs": 0, "messages": 0, "events_of_messages": 0, "sends": 0}


async def test_an_accepted_trigger_is_one_run_and_one_job(office: Office) -> None:
    await office.push()
    await office.trigger("ada", "bob")
    assert await office.counts() == {**NOTHING, "workflow_runs": 1}
    assert [job.name for job in await office.jobs()] == ["begin"]


async def test_refused_triggers_store_nothing(office: Office) -> None:
    await office.push({**FILES, "workflows/off.yaml": f"{WELCOME}\nactive: false"})
    await office.identify("gone")
    await office.delete("gone")
    jobs = len(await office.jobs())
    with pytest.raises(WorkflowMissingError, match="no workflow 'nope'"):
        await office.trigger("ada", workflow="nope", receipt=receipt(office.environment_id, "key"))
    with pytest.raises(WorkflowInactiveError, match="'off' is switched off"):
        await office.trigger("ada", workflow="off")
    for actor in ("nobody", "gone"):
        with pytest.raises(ActorMissingError, match=f"The actor '{actor}' is not known"):
            await office.trigger("ada", actor=office.user(actor))
    assert await office.counts() == NOTHING
    assert len(await office.jobs()) == jobs
    # Nothing was kept under the key of the refused request either.
    await office.trigger("ada", receipt=receipt(office.environment_id, "key", says=b"2"))


@pytest.mark.parametrize(
    ("data", "overrides", "failures"),
    [
        ({"plan": "pro"}, {}, ()),
        ({}, {}, (DataFailure("data", "'plan' is a required property"),)),
        (
            {"plan": 1, "seats": "x"},
            {},
            (
                DataFailure("data.plan", "1 is not of type 'string'"),
                DataFailure("data.seats", "'x' is not of type 'integer'"),
            ),
        ),
        ({}, {"ada": {"plan": "pro"}}, ()),
        (
            {"plan": "pro"},
            {"ada": {"seats": "x"}},
            (DataFailure("data.seats", "'x' is not of type 'integer'"),),
        ),
    ],
)
async def test_data_must_fit_the_workflows_schema(
    office: Office, data: dict[str, Any], overrides: dict[str, Any], failures: tuple[DataFailure, ...]
) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": SCHEMA})
    by_place = {office.user(id): override for id, override in overrides.items()}
    if not failures:
        await office.trigger("ada", data=data, overrides=by_place)
        return
    with pytest.raises(DataInvalidError) as error:
        await office.trigger("ada", data=data, overrides=by_place)
    assert error.value.failures == failures
    assert await office.counts() == NOTHING


async def test_a_repeated_request_starts_no_second_run(office: Office) -> None:
    await office.push()
    first = await office.trigger("ada", receipt=receipt(office.environment_id, "key"))
    with pytest.raises(RepeatedError) as repeated:
        await office.trigger("ada", receipt=receipt(office.environment_id, "key"))
    assert repeated.value.earlier.answer.body == f'"{first}"'.encode()
    assert (await office.counts())["workflow_runs"] == 1
    assert len(await office.jobs()) == 1


async def test_requests_at_the_same_time_start_one_run(office: Office) -> None:
    await office.push()
    receipts = [receipt(office.environment_id, "key", request_id=str(n)) for n in range(8)]
    answers = await asyncio.gather(*(office.trigger("ada", receipt=each) for each in receipts), return_exceptions=True)
    ((first, run_id),) = [(str(n), answer) for n, answer in enumerate(answers) if isinstance(answer, UUID)]
    repeated = [answer.earlier for answer in answers if isinstance(answer, RepeatedError)]
    assert {(each.request_id, each.answer.body) for each in repeated} == {(first, f'"{run_id}"'.encode())}
    assert len(repeated) == 7
    assert (await office.counts())["workflow_runs"] == 1


async def test_a_workflow_is_one_environments(office: Office, other: Office) -> None:
    await office.push()
    with pytest.raises(WorkflowMissingError):
        await other.trigger("ada")


async def start_waits(office: Office) -> timedelta:
    """For how long the only job waits before it runs."""
    statement = """
        SELECT jobs.due_at - jobs.inserted_at
        FROM addressee.jobs AS jobs
        WHERE jobs.name = 'start'
          AND convert_from(jobs.arguments, 'UTF8')::jsonb ->> 'environment_id' = $1
    """
    waits: timedelta = await office.pool.fetchval(statement, str(office.environment_id))
    return waits


@pytest.mark.parametrize("delay", [timedelta(seconds=1), timedelta(hours=26, minutes=30, seconds=10), MAX_DELAY])
async def test_a_run_starts_after_its_delay(office: Office, delay: timedelta) -> None:
    await office.push()
    await office.identify("ada")
    await office.trigger("ada", delay=delay)
    assert await start_waits(office) == delay
    await office.work()
    assert await office.messages("ada") == []
    await office.work(deferred=True)
    assert [message.channel.key for message in await office.messages("ada")] == ["in-app"]


@pytest.mark.parametrize("delay", [MAX_DELAY + timedelta(seconds=1), timedelta(seconds=-1)])
async def test_a_run_starts_within_a_year(office: Office, delay: timedelta) -> None:
    await office.push()
    with pytest.raises(RefusedError, match="A run starts at most 365 days from now"):
        await office.trigger("ada", delay=delay)
    assert await office.counts() == NOTHING


async def test_a_run_that_has_not_started_can_be_cancelled(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await office.trigger("ada", delay=timedelta(days=1), cancellation_key="later")
    await office.messaging.runs.cancel(office.environment_id, "welcome", "later")
    await office.work(deferred=True)
    assert await office.messages("ada") == []
    assert [run["status"] for run in await office.recipient_runs()] == ["cancelled"]


async def test_a_run_is_for_those_who_were_named_when_it_was_triggered(office: Office) -> None:
    """And nothing of it is left when they are gone by its start."""
    await office.push()
    await office.identify("ada")
    await office.trigger("ada", delay=timedelta(days=1), data={"about": "ada"})
    await office.delete("ada")
    await office.identify("ada")
    await office.work()
    await office.work(deferred=True)
    assert await office.messages("ada") == []
    assert await office.counts() == NOTHING


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a": "\0"}, "data.a contains a NUL character, which cannot be stored."),
        ({"a": float("nan")}, "data.a is not a number between -2^63 and 2^63."),
        ({"a": "x" * MAX_DATA_BYTES}, "data must be at most 10,000,000 bytes of JSON."),
    ],
)
def test_data_must_be_such_that_a_run_can_hold_it(data: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_data(data, "data")
    assert refused.value.message == message
    check_data({"a": "x" * (MAX_DATA_BYTES - len('{"a":""}'))}, "data")
