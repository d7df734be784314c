"""What is accepted, what is refused, and what a repetition is answered."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from addressee.messaging import (
    Accepted,
    ActorMissingError,
    DataFailure,
    DataInvalidError,
    Receipt,
    ReceiptMismatchError,
    Trigger,
    WorkflowInactiveError,
    WorkflowMissingError,
)
from tests.messaging.office import FILES, WELCOME, Office, user
from tests.support.clock import MovedClock

SCHEMA = f"""{WELCOME}
trigger_data_schema:
  type: object
  required: [plan]
  properties:
    plan: {{type: string}}
    seats: {{type: integer}}
"""
NOTHING = {"workflow_runs": 0, "recipient_runs": 0, "messages": 0, "message_events": 0, "sends": 0}


async def test_an_accepted_trigger_is_one_run_and_one_job(office: Office) -> None:
    await office.push()
    accepted = await office.trigger("ada", "bob")
    assert not accepted.replayed
    assert await office.counts() == {**NOTHING, "workflow_runs": 1}
    assert [job.name for job in await office.jobs()] == ["start"]


async def test_refused_triggers_store_nothing(office: Office) -> None:
    await office.push({**FILES, "workflows/off.yaml": f"{WELCOME}\nactive: false"})
    await office.identify("gone")
    await office.delete("gone")
    jobs = len(await office.jobs())
    with pytest.raises(WorkflowMissingError, match="no workflow 'nope'"):
        await office.trigger("ada", workflow="nope", receipt=Receipt("key", b"1"))
    with pytest.raises(WorkflowInactiveError, match="'off' is switched off"):
        await office.trigger("ada", workflow="off")
    for actor in ("nobody", "gone"):
        with pytest.raises(ActorMissingError, match=f"The actor '{actor}' is not known"):
            await office.trigger("ada", actor=user(actor))
    assert await office.counts() == NOTHING
    assert len(await office.jobs()) == jobs
    # Nothing was kept under the key of the refused request either.
    assert not (await office.trigger("ada", receipt=Receipt("key", b"2"))).replayed


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
        ({}, {user("ada"): {"plan": "pro"}}, ()),
        ({"plan": "pro"}, {user("ada"): {"seats": "x"}}, (DataFailure("data.seats", "'x' is not of type 'integer'"),)),
    ],
)
async def test_data_must_fit_the_workflows_schema(
    office: Office, data: dict[str, Any], overrides: dict[Any, Any], failures: tuple[DataFailure, ...]
) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": SCHEMA})
    if not failures:
        await office.trigger("ada", data=data, overrides=overrides)
        return
    with pytest.raises(DataInvalidError) as error:
        await office.trigger("ada", data=data, overrides=overrides)
    assert error.value.failures == failures
    assert await office.counts() == NOTHING


async def test_a_repeated_request_is_answered_as_the_first_was(office: Office) -> None:
    await office.push()
    first = await office.trigger("ada", receipt=Receipt("key", b"1"), request_id="one")
    again = await office.trigger("ada", receipt=Receipt("key", b"1"), request_id="two")
    assert (again.run_id, again.replayed, again.original_request_id) == (first.run_id, True, "one")
    assert (await office.counts())["workflow_runs"] == 1
    assert len(await office.jobs()) == 1


async def test_a_replay_needs_no_workflow(office: Office) -> None:
    await office.push()
    first = await office.trigger("ada", receipt=Receipt("key", b"1"))
    await office.push({**FILES, "workflows/welcome.yaml": f"{WELCOME}\nactive: false"})
    assert (await office.trigger("ada", receipt=Receipt("key", b"1"))).run_id == first.run_id


async def test_a_key_belongs_to_one_request(office: Office) -> None:
    await office.push()
    await office.trigger("ada", receipt=Receipt("key", b"1"))
    with pytest.raises(ReceiptMismatchError):
        await office.trigger("bob", receipt=Receipt("key", b"2"))


async def test_requests_at_the_same_time_start_one_run(office: Office) -> None:
    await office.push()
    accepted = await asyncio.gather(
        *(office.trigger("ada", receipt=Receipt("key", b"1"), request_id=str(n)) for n in range(8))
    )
    assert len({each.run_id for each in accepted}) == 1
    (first,) = [n for n, each in enumerate(accepted) if not each.replayed]
    assert {each.original_request_id for each in accepted} == {None, str(first)}
    assert (await office.counts())["workflow_runs"] == 1


async def test_a_key_is_free_again_after_a_day(office: Office, clock: MovedClock) -> None:
    await office.push()
    first = await office.trigger("ada", receipt=Receipt("key", b"1"))
    clock.move(timedelta(hours=24) - timedelta(milliseconds=1))
    assert (await office.trigger("ada", receipt=Receipt("key", b"1"))).replayed
    clock.move(timedelta(milliseconds=1))
    second = await office.trigger("ada", receipt=Receipt("key", b"2"))
    assert (second.replayed, second.run_id != first.run_id) == (False, True)


async def test_a_key_is_one_environments(office: Office, other: Office) -> None:
    await office.push()
    await other.push()
    await office.trigger("ada", receipt=Receipt("key", b"1"))
    assert not (await other.trigger("ada", receipt=Receipt("key", b"2"))).replayed


async def test_a_workflow_is_one_environments(office: Office, other: Office) -> None:
    await office.push()
    with pytest.raises(WorkflowMissingError):
        await other.trigger("ada")


async def test_a_trigger_can_be_foreseen_without_storing_anything(office: Office) -> None:
    await office.push()
    what, receipt = Trigger("welcome", [user("ada")]), Receipt("key", b"1")
    assert await office.messaging.foresee(office.environment_id, what, receipt=receipt) is None
    assert await office.counts() == NOTHING
    first = await office.trigger("ada", receipt=receipt, request_id="one")
    foreseen = await office.messaging.foresee(office.environment_id, what, receipt=receipt)
    assert foreseen == Accepted(first.run_id, "one")
    with pytest.raises(ReceiptMismatchError):
        await office.messaging.foresee(office.environment_id, what, receipt=Receipt("key", b"2"))
    with pytest.raises(WorkflowMissingError):
        await office.messaging.foresee(office.environment_id, Trigger("nope", []))
