"""Priorities: every job of a run has that of its workflow, whatever queued it."""

from datetime import timedelta
from pathlib import Path

import pytest

from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import Place
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.trigger import Trigger
from addressee.messaging.workflows.configuration import read_configuration
from tests.messaging.office import FILES, Office, write_files

STEPS = """
steps:
  - ref: wait
    delay: {hours: 1}
  - ref: email
    channel: email
    template: {subject: Hi, text: Hello}
"""


async def pushed(office: Office, priority: str) -> None:
    await office.push({**FILES, "workflows/told.yaml": f"priority: {priority}\n{STEPS}"})


async def priorities(office: Office) -> list[tuple[str, int, str | None]]:
    """Runs what waits, and returns what it was: each kind of job with its priority and its lane."""
    seen = []
    while jobs := await office.jobs():
        rows = await office.pool.fetch(
            "SELECT name, priority, lane FROM addressee.jobs WHERE id = ANY($1) ORDER BY id", [job.id for job in jobs]
        )
        seen += [tuple(row) for row in rows]
        await office.run_all(jobs)
    return seen


@pytest.mark.parametrize(("priority", "stored"), [("critical", 1), ("normal", 0), ("bulk", -1)])
async def test_every_job_of_a_run_has_it(office: Office, priority: str, stored: int) -> None:
    await pushed(office, priority)
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada", workflow="told")
    lane = f"{office.environment_id}/$users/ada" + ("" if priority == "normal" else f"/{priority}")
    assert await priorities(office) == [("begin", stored, lane)]
    office.clock.move(timedelta(hours=2))
    await start_due(office.pool, office.clock.now())
    assert await priorities(office) == [("advance", stored, None), ("send", stored, None)]


async def test_subscribers_are_told_with_it(office: Office) -> None:
    await pushed(office, "bulk")
    await office.subscribe("news", "ada", "bob")
    topic = Trigger("told", [Place(office.environment_id, TOPICS, "news")])
    await office.messaging.triggers.accept(office.environment_id, topic)
    assert {(name, priority) for name, priority, _ in await priorities(office)} == {
        ("start", -1),
        ("begin", -1),
        ("expand", -1),
    }


async def test_a_send_that_is_tried_again_keeps_it(office: Office) -> None:
    await pushed(office, "bulk")
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada", workflow="told", skip_delay=True)
    await priorities_until_sending(office)
    office.outbox.parent.mkdir(parents=True, exist_ok=True)
    office.outbox.write_text("no folder: sending fails for now")
    (send,) = await office.jobs()
    await office.run_all([send])
    (again,) = [job for job in await office.jobs() if job.deferred]
    row = await office.pool.fetchrow("SELECT name, priority FROM addressee.jobs WHERE id = $1", again.id)
    assert tuple(row or ()) == ("send", -1)


async def priorities_until_sending(office: Office) -> None:
    while jobs := [job for job in await office.jobs() if job.name != "send"]:
        await office.run_all(jobs)


@pytest.mark.parametrize(
    ("written", "is_critical"),
    [("priority: critical", True), ("critical: true", True), ("priority: bulk", False), ("name: Told", False)],
)
def test_critical_workflows_go_out_in_quiet_hours_too(tmp_path: Path, written: str, is_critical: bool) -> None:
    folder = write_files(tmp_path, {**FILES, "workflows/told.yaml": f"{written}\n{STEPS}"})
    (told,) = [workflow for workflow in read_configuration(folder, {}).workflows if workflow.key == "told"]
    assert told.workflow.critical is is_critical
