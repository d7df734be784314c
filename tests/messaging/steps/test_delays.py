"""Steps that wait: a run pauses, and goes on when its time has come."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.content.in_app import InAppTemplate
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.steps.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.delay import DelayStep
from addressee.messaging.steps.machine import run_through
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.model import Workflow, read_version
from tests.messaging.office import FILES, IN_APP, Office, write_files

WAITING = """
steps:
  - ref: first
    channel: in-app
    template: {body: first}
  - ref: wait
    delay: {minutes: 90, hours: 1}
  - ref: second
    channel: in-app
    template: {body: second}
  - ref: wait-again
    delay: {seconds: 30}
"""
DELAYED = {**FILES, "workflows/waiting.yaml": WAITING}
WAIT = timedelta(minutes=150)

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ADA = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW)
RUN = RecipientRun(UUID(int=2), Identity(1, USERS, "ada", UUID(int=1)), {}, RunStatus.QUEUED)
FACTS = StepContext(ADA, {}, {}, False, NOW, NOW)
STEPS = (DelayStep(ref="wait", wait=WAIT), DelayStep(ref="more", wait=timedelta(seconds=1)))


async def waiting(office: Office, *ids: str, **rest: Any) -> None:
    """A run that has come to its first delay."""
    await office.push(DELAYED)
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, workflow="waiting", **rest)
    await office.work()


async def pass_time(office: Office, wait: timedelta) -> None:
    office.clock.move(wait)
    await start_due(office.pool, office.clock.now())
    await office.work()


async def state(office: Office, id: str) -> tuple[str, int]:
    (run,) = [run for run in await office.recipient_runs() if run["recipient_id"] == id]
    return run["status"], run["step"]


async def sent(office: Office, id: str) -> list[str]:
    return sorted(message.step_ref for message in await office.messages(id))


def test_a_delay_pauses_the_run_until_it_is_over() -> None:
    done = run_through(RUN, STEPS, FACTS)
    paused, effects = done.run, done.messages
    assert (paused.status, paused.step, paused.due_at, effects) == (RunStatus.PAUSED, 1, NOW + WAIT, [])
    assert paused.journal == (
        {
            "event": "step_started",
            "status": "ok",
            "inserted_at": NOW,
            "step_ref": "wait",
            "step_type": "delay",
            "data": {"due_at": NOW + WAIT},
        },
    )


def test_delays_can_be_passed_by() -> None:
    after = run_through(RUN, STEPS, replace(FACTS, skip_delay=True)).run
    assert (after.status, after.step, after.due_at) == (RunStatus.COMPLETED, 2, None)
    assert [(entry["event"], entry.get("data")) for entry in after.journal] == [
        ("step_skipped", {"reason": "skip_delay"}),
        ("step_skipped", {"reason": "skip_delay"}),
        ("run_completed", None),
    ]


def test_versions_from_before_steps_had_tags_are_still_read() -> None:
    stored = (
        b'{"name":"A","categories":[],"steps":[{"ref":"a","channel":"b","template":{"type":"in_app_feed","body":"c"}},'
        b'["wait","PT9000S"]]}'
    )
    step = ChannelStep(ref="a", channel="b", template=InAppTemplate(body="c"))
    workflow = Workflow(name="A", steps=(step, DelayStep(ref="wait", wait=WAIT)))
    assert read_version(stored) == workflow


def test_steps_are_stored_with_their_kind() -> None:
    step = ChannelStep(ref="a", channel="b", template=InAppTemplate(body="c"))
    workflow = Workflow(name="A", steps=(step, DelayStep(ref="wait", wait=WAIT)))
    stored = msgspec.json.encode(workflow)
    assert msgspec.json.decode(stored)["steps"] == [
        {
            "type": "channel",
            "ref": "a",
            "channel": "b",
            "template": {"type": "in_app_feed", "body": "c"},
        },
        {"type": "delay", "ref": "wait", "wait": "PT9000S"},
    ]
    assert read_version(stored) == workflow


def test_a_delay_is_written_in_any_units(tmp_path: Path) -> None:
    text = "steps: [{ref: a, delay: {days: 364, hours: 23, minutes: 59, seconds: 60}}]"
    configuration = read_configuration(write_files(tmp_path, {"workflows/a.yaml": text}), {})
    assert configuration.workflows[0].workflow.steps == (DelayStep(ref="a", wait=timedelta(days=365)),)


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ("delay: {}", ":3: a delay is at least a second and at most 365 days"),
        ("delay: {days: 365, seconds: 1}", ":3: a delay is at least a second and at most 365 days"),
        ("delay: {minutes: -1}", ":3: -1 is less than the minimum of 0"),
        ("delay: {weeks: 1}", ":3: there is no 'weeks' here; there are seconds, minutes, hours, days"),
        ("delay: 5", ":3: this must be a mapping"),
        (
            "delay: {minutes: 5}\n    channel: in-app",
            ":4: there is no 'channel' here; there are ref, type, name, description, conditions, if, delay",
        ),
    ],
)
def test_a_delay_with_a_mistake(tmp_path: Path, step: str, mistake: str) -> None:
    files = {"channels/in-app.yaml": IN_APP, "workflows/a.yaml": f"steps:\n  - ref: wait\n    {step}"}
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(write_files(tmp_path, files), {})
    assert [str(found) for found in raised.value.problems] == [f"workflows/a.yaml{mistake}"]


async def test_what_stands_after_a_delay_comes_when_it_is_over(office: Office) -> None:
    await waiting(office, "ada", "bob")
    assert await sent(office, "ada") == ["first"]
    assert await state(office, "ada") == ("paused", 2)
    await pass_time(office, WAIT - timedelta(minutes=1))
    assert await state(office, "ada") == ("paused", 2)
    await pass_time(office, timedelta(minutes=1))
    assert [await sent(office, id) for id in ("ada", "bob")] == [["first", "second"]] * 2
    assert await state(office, "ada") == ("paused", 4)
    await pass_time(office, timedelta(seconds=31))
    assert await state(office, "ada") == ("completed", 4)
    assert [(entry["event"], entry.get("step_ref")) for entry in await office.journal("ada")] == [
        ("step_started", "first"),
        ("message_enqueued", "first"),
        ("step_started", "wait"),
        ("step_started", "second"),
        ("message_enqueued", "second"),
        ("step_started", "wait-again"),
        ("run_completed", None),
    ]


async def test_a_trigger_may_pass_delays_by(office: Office) -> None:
    await waiting(office, "ada", skip_delay=True)
    assert await sent(office, "ada") == ["first", "second"]
    assert await state(office, "ada") == ("completed", 4)


async def test_who_is_deleted_meanwhile_gets_nothing_and_neither_does_the_next_one(office: Office) -> None:
    await waiting(office, "gone", "reborn")
    for id in ("gone", "reborn"):
        await office.delete(id)
    await office.identify("reborn")
    office.clock.move(WAIT)
    await start_due(office.pool, office.clock.now())
    # What erases the deleted comes later than they would have been told.
    for job in await office.jobs():
        if job.name == "advance":
            await office.run(job)
    assert await sent(office, "reborn") == []
    for id in ("gone", "reborn"):
        assert (await state(office, id))[0] == "completed"
        assert [(entry["event"], entry.get("data")) for entry in (await office.journal(id))[-2:]] == [
            ("error", {"reason": "recipient_missing"}),
            ("run_completed", None),
        ]
    assert [run["error_count"] for run in await office.recipient_runs()] == [1, 1]


async def test_a_paused_run_can_be_cancelled(office: Office) -> None:
    await waiting(office, "ada", "bob", cancellation_key="key")
    await office.messaging.runs.cancel(office.environment_id, "waiting", "key", [office.user("ada")])
    await pass_time(office, WAIT)
    assert (await state(office, "ada"), await state(office, "bob")) == (("cancelled", 2), ("paused", 4))
    assert (await sent(office, "ada"), await sent(office, "bob")) == (["first"], ["first", "second"])


async def test_several_workers_wake_a_run_once(office: Office) -> None:
    ids = [f"user-{number}" for number in range(250)]
    await asyncio.gather(*(office.identify(id) for id in ids))
    await waiting(office, *ids)
    office.clock.move(WAIT)
    await asyncio.gather(*(start_due(office.pool, office.clock.now()) for _ in range(8)))
    assert [job.name for job in await office.jobs()] == ["advance", "advance"]
    await office.work()
    assert (await office.counts())["messages"] == 500


async def test_a_run_keeps_its_tenant_and_counts_its_errors(office: Office) -> None:
    await waiting(office, "ada", tenant="acme")
    await office.trigger("nobody", workflow="waiting", tenant="acme")
    await office.work()
    assert [(run["recipient_id"], run["tenant"], run["error_count"]) for run in await office.recipient_runs()] == [
        ("ada", "acme", 0),
        ("nobody", "acme", 1),
    ]


async def test_what_is_preferred_when_the_delay_is_over_counts(office: Office) -> None:
    await waiting(office, "ada", "bob")
    unwanted = SetPreferences("default", {"kinds": {"in_app": False}})
    await office.directory.write(Write(office.user("ada"), (unwanted,)))
    await pass_time(office, WAIT)
    assert (await sent(office, "ada"), await sent(office, "bob")) == (["first"], ["first", "second"])
