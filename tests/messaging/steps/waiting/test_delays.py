"""Steps that wait: a run pauses, and goes on when its time has come."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace as replace_struct

from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.recipient import TENANTS, USERS, Identity, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.content.in_app import InAppTemplate
from addressee.messaging.runs.model import PAGE_SIZE
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import run_through
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.steps.waiting.delay import DelayStep, OnInvalid
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.model import Workflow, read_version
from addressee.timing.durations import FORMS
from addressee.timing.rule_forms import recurrence
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
    after = run_through(RUN, STEPS, replace_struct(FACTS, skip_delay=True)).run
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


def delay_of(tmp_path: Path, step: str) -> DelayStep:
    """The delay that a file holds."""
    files = write_files(tmp_path, {"workflows/a.yaml": f"steps:\n  - ref: wait\n    {step}"})
    (found,) = read_configuration(files, {}).workflows[0].workflow.steps
    assert isinstance(found, DelayStep)
    return found


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("delay: 10m", DelayStep(ref="wait", wait=timedelta(minutes=10))),
        ("delay: 300", DelayStep(ref="wait", wait=timedelta(minutes=5))),
        ("delay: {unit: weeks, value: 1}", DelayStep(ref="wait", wait=timedelta(weeks=1))),
        ("delay: {weeks: 1}", DelayStep(ref="wait", wait=timedelta(weeks=1))),
        (
            "{type: delay, settings: {delay_for: {unit: minutes, value: 10}}}",
            DelayStep(ref="wait", wait=timedelta(minutes=10)),
        ),
        (
            "{type: delay, settings: {delay_until_field_path: starts_at, on_invalid: halt}}",
            DelayStep(ref="wait", path="data.starts_at", on_invalid=OnInvalid.HALT),
        ),
        (
            "{type: delay, settings: {delay_until_field_path: recipient.starts_at, delay_for: -30m}}",
            DelayStep(ref="wait", path="recipient.starts_at", wait=timedelta(minutes=-30)),
        ),
        ("{type: delay, settings: {until: data.at}}", DelayStep(ref="wait", path="data.at")),
        (
            "{type: delay, settings: {until: '2025-07-01T09:00:00+02:00', delay_for: -1d}}",
            DelayStep(ref="wait", at=datetime(2025, 7, 1, 7, tzinfo=UTC), wait=timedelta(days=-1)),
        ),
        (
            "{type: delay, settings: {until: 0 9 * * mon}}",
            DelayStep(ref="wait", rule=recurrence("0 9 * * mon")),
        ),
    ],
)
def test_each_form_of_a_delay(tmp_path: Path, step: str, expected: DelayStep) -> None:
    written = step if not step.startswith("{") else step[1:-1].replace(", settings", "\n    settings")
    found = delay_of(tmp_path, written)
    assert found == expected
    stored = msgspec.json.encode(Workflow(name="A", steps=(found,)))
    assert read_version(stored).steps == (expected,)


def scope(**data: Any) -> StepContext:
    return replace_struct(FACTS, scope={"data": data, "recipient": {"id": "ada"}}, timezone="Europe/Amsterdam")


@pytest.mark.parametrize(
    ("value", "wait", "expected"),
    [
        ("2025-06-01T15:00:00Z", 0, datetime(2025, 6, 1, 15, tzinfo=UTC)),
        ("2025-06-01T15:00:00Z", -30, datetime(2025, 6, 1, 14, 30, tzinfo=UTC)),
        ("2025-06-01T15:00:00Z", 30, datetime(2025, 6, 1, 15, 30, tzinfo=UTC)),
        ("1h30m", 0, datetime(2025, 6, 1, 13, 30, tzinfo=UTC)),
        ({"unit": "hours", "value": 2}, 0, datetime(2025, 6, 1, 14, tzinfo=UTC)),
        # NOW is 14:00 in Amsterdam, on a Sunday.
        ({"frequency": "daily", "hours": 9}, 0, datetime(2025, 6, 2, 7, tzinfo=UTC)),
        ({"frequency": "daily", "hours": 9, "days": ["wed"]}, -60, datetime(2025, 6, 4, 6, tzinfo=UTC)),
    ],
)
def test_a_run_waits_for_what_its_data_names(value: Any, wait: int, expected: datetime) -> None:
    step = DelayStep(ref="wait", path="data.at", wait=timedelta(minutes=wait))
    waiting = step.take(RUN, ADA, scope(at=value)).run
    assert (waiting.status, waiting.due_at, waiting.step) == (RunStatus.PAUSED, expected, 1)
    assert [entry["data"] for entry in waiting.journal] == [{"due_at": expected}]


@pytest.mark.parametrize("value", ["2025-06-01T11:59:00Z", "2025-06-01T12:00:00Z", "0s"])
def test_what_is_past_has_the_run_go_on(value: str) -> None:
    passed = DelayStep(ref="wait", path="data.at").take(RUN, ADA, scope(at=value)).run
    assert (passed.status, passed.due_at, passed.step) == (RUN.status, None, 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "there is no data.at"),
        ({"at": "soon"}, "data.at: it must be a timestamp like 2025-06-01T09:00:00Z, a duration like 10m, or a rule"),
        ({"at": {"frequency": "daily", "hours": 25}}, "data.at: hours must be a whole number from 0 to 23"),
        ({"at": "366d"}, "a delay is at most 365 days"),
        ({"at": "9999-12-31T23:59:59Z"}, "that is beyond the year 9999"),
    ],
)
def test_data_that_names_no_time(data: dict[str, Any], reason: str) -> None:
    step = DelayStep(ref="wait", path="data.at", wait=timedelta(days=1))
    skipped = step.take(RUN, ADA, scope(**data)).run
    assert (skipped.status, skipped.step) == (RUN.status, 1)
    assert [entry["event"] for entry in skipped.journal] == ["error", "step_skipped"]
    assert skipped.journal[0]["data"]["reason"].startswith(f"delay: {reason}")
    assert skipped.journal[1]["data"] == {"reason": "delay_invalid"}
    halted = msgspec.structs.replace(step, on_invalid=OnInvalid.HALT).take(RUN, ADA, scope(**data)).run
    assert halted.status is RunStatus.COMPLETED
    assert [entry["event"] for entry in halted.journal] == ["error", "run_stopped", "run_completed"]


def test_a_rule_is_read_in_the_zone_of_the_recipient_or_else_of_the_tenant() -> None:
    step = DelayStep(ref="wait", rule=recurrence("0 9 * * *"))
    tenant = Recipient(Place(1, TENANTS, "acme"), UUID(int=3), 1, NOW, {"timezone": "America/New_York"})
    ada = replace_struct(ADA, attributes={"timezone": "Asia/Kathmandu"})
    unknown = replace_struct(ADA, attributes={"timezone": "Mars/Base"})
    assert step.due_at(scope()) == datetime(2025, 6, 2, 7, tzinfo=UTC)
    assert step.due_at(replace_struct(scope(), tenant=tenant)) == datetime(2025, 6, 1, 13, tzinfo=UTC)
    assert step.due_at(replace_struct(scope(), tenant=tenant, recipient=ada)) == datetime(2025, 6, 2, 3, 15, tzinfo=UTC)
    assert step.due_at(replace_struct(scope(), tenant=tenant, recipient=unknown)) == datetime(
        2025, 6, 1, 13, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Europe/Amsterdam", "2025-03-29T12:00", "2025-03-30T01:30"),
        ("Europe/Amsterdam", "2025-10-25T12:00", "2025-10-26T00:30"),
        ("America/Sao_Paulo", "2018-11-03T12:00", "2018-11-04T04:30"),
        ("Asia/Kathmandu", "1985-12-31T12:00", "1985-12-31T20:45"),
        ("Pacific/Apia", "2011-12-29T14:00", "2011-12-30T12:30"),
    ],
)
def test_a_delay_until_half_past_two_on_the_day_on_which_clocks_change(zone: str, now: str, expected: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    context = replace_struct(FACTS, timezone=zone, now=at)
    due_at = DelayStep(ref="wait", rule=recurrence({"frequency": "daily", "time": "02:30"})).due_at(context)
    assert due_at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ("delay: {}", f":3: {FORMS}"),
        ("delay: {days: 365, seconds: 1}", ":3: this must be at least 1s and at most 365d"),
        ("delay: {minutes: -1}", ":3: a duration must not be negative"),
        ("delay: 5 minutes", f":3: {FORMS}"),
        ("delay: [5]", ":3: this must be text or a whole number or a mapping or nothing"),
        (
            "delay: {minutes: 5}\n    channel: in-app",
            ":4: there is no 'channel' here; there are ref, type, name, description, conditions, if, delay, settings",
        ),
        ("type: delay", ":2: a delay has settings, or in short the duration 'delay'"),
        ("type: delay\n    settings: {}", ":4: a delay has one of delay_for, delay_until_field_path and until"),
        ("type: delay\n    settings: {delay_for: soon}", f":4: {FORMS}"),
        ("type: delay\n    settings: {delay_for: -5m}", ":4: a duration must not be negative"),
        (
            "type: delay\n    settings: {delay_until_field_path: a, until: data.a}",
            ":4: 'delay_until_field_path' says this too; keep one of them",
        ),
        (
            "type: delay\n    settings: {until: tomorrow}",
            ":4: this must be a timestamp like 2025-06-01T09:00:00Z, a path like data.starts_at, or a rule like "
            "{frequency: daily}",
        ),
        (
            "type: delay\n    settings: {until: {frequency: daily, hours: 25}}",
            ":4: hours must be a whole number from 0 to 23",
        ),
        ("type: delay\n    settings: {until: data.at, on_invalid: fail}", ":4: this must be halt or skip"),
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
    await office.pass_time(WAIT - timedelta(minutes=1))
    assert await state(office, "ada") == ("paused", 2)
    await office.pass_time(timedelta(minutes=1))
    assert [await sent(office, id) for id in ("ada", "bob")] == [["first", "second"]] * 2
    assert await state(office, "ada") == ("paused", 4)
    await office.pass_time(timedelta(seconds=31))
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
    await office.pass_time(WAIT)
    assert (await state(office, "ada"), await state(office, "bob")) == (("cancelled", 2), ("paused", 4))
    assert (await sent(office, "ada"), await sent(office, "bob")) == (["first"], ["first", "second"])


async def test_several_workers_wake_a_run_once(office: Office) -> None:
    ids = [f"user-{number}" for number in range(PAGE_SIZE + 50)]
    await asyncio.gather(*(office.identify(id) for id in ids))
    await waiting(office, *ids)
    office.clock.move(WAIT)
    await asyncio.gather(*(start_due(office.pool, office.clock.now()) for _ in range(8)))
    assert [job.name for job in await office.jobs()] == ["advance", "advance"]
    await office.work()
    assert (await office.counts())["messages"] == 2 * len(ids)


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
    await office.pass_time(WAIT)
    assert (await sent(office, "ada"), await sent(office, "bob")) == (["first"], ["first", "second"])
