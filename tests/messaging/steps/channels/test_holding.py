"""Messages that wait for their windows, or for quiet hours to end: run by the workers, in moved time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from addressee.directory.edits.recipients import Identify, SetPreferences
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.steps.run import RunStatus
from tests.messaging.office import FILES, Office

HOUR = timedelta(hours=1)

OFFICE = """
categories: [billing]
steps:
  - ref: feed
    channel: in-app
    template: {body: due}
  - ref: mail
    channel: email
    template: {subject: due, text: due}
    send_windows: {open: [{days: weekdays, from: "09:00", until: "17:00"}]}
    conditions: {all: [{variable: recipient.paid, operator: not_equal_to, argument: true}]}
  - ref: second
    channel: email
    template: {subject: second, text: second}
"""
ALERT = """
steps:
  - ref: feed
    channel: in-app
    template: {body: alert}
  - ref: mail
    channel: email
    template: {subject: alert, text: alert}
"""
WINDOWED = {
    **FILES,
    "workflows/office.yaml": OFFICE,
    "workflows/alert.yaml": ALERT,
    "workflows/fire.yaml": f"critical: true\n{ALERT}",
}
NIGHT: dict[str, Any] = {"quiet_hours": {"windows": [{"from": "22:00", "until": "07:00"}]}}


async def at(office: Office, text: str) -> None:
    """Moves the clock to a time of June 2025; the 2nd is a Monday."""
    office.clock.move(datetime.fromisoformat(f"2025-06-{text}").replace(tzinfo=UTC) - office.clock.now())


async def prefer(office: Office, **preferences: Any) -> None:
    await office.directory.write(Write(office.user("ada"), (SetPreferences("default", preferences),)))


async def started(
    office: Office, workflow: str, now: str, preferences: dict[str, Any] | None = None, tenant: str | None = None
) -> None:
    """A run for Ada, who lives in Amsterdam, two hours ahead."""
    await at(office, now)
    await office.push(WINDOWED)
    await office.identify("ada", email="ada@example.com", timezone="Europe/Amsterdam")
    if preferences is not None:
        await prefer(office, **preferences)
    await office.trigger("ada", workflow=workflow, tenant=tenant)
    await office.work()


async def run(office: Office) -> dict[str, Any]:
    (found,) = await office.recipient_runs()
    return dict(found)


async def notes(office: Office) -> list[tuple[str, str | None, Any]]:
    """The journal, but for what each step begins with."""
    return [
        (entry["event"], entry.get("step_ref"), entry.get("data"))
        for entry in await office.journal("ada")
        if entry["event"] in {"step_held", "step_skipped"}
    ]


async def told(office: Office) -> list[str]:
    """The steps that made a message so far."""
    enqueued = [entry for entry in await office.journal("ada") if entry["event"] == "message_enqueued"]
    return [entry["step_ref"] for entry in enqueued]


async def test_a_message_outside_of_its_windows_waits_at_its_step(office: Office) -> None:
    await started(office, "office", "06T15:30")
    found = await run(office)
    assert (found["status"], found["step"], found["due_at"]) == (
        RunStatus.PAUSED,
        1,
        datetime(2025, 6, 9, 7, tzinfo=UTC),
    )
    assert await told(office) == ["feed"]
    held = {"by": "send_windows", "until": "2025-06-09T07:00:00Z", "timezone": "Europe/Amsterdam"}
    assert await notes(office) == [("step_held", "mail", held)]
    await office.pass_time(63 * HOUR)
    assert await told(office) == ["feed"]
    await office.pass_time(HOUR)
    assert await told(office) == ["feed", "mail", "second"]
    assert len(office.emails()) == 2
    assert (await run(office))["status"] == RunStatus.COMPLETED


async def test_a_message_within_its_windows_goes_at_once(office: Office) -> None:
    await started(office, "office", "06T14:59")
    assert await told(office) == ["feed", "mail", "second"]
    assert await notes(office) == []


async def test_what_wakes_is_asked_again_whether_it_is_wanted_and_its_conditions(office: Office) -> None:
    await started(office, "office", "06T16:00")
    await prefer(office, kinds={"email": False})
    await office.pass_time(64 * HOUR)
    blocked = {"reason": "preferences", "layer": "recipient_default", "scope": "kinds.email"}
    assert (await notes(office))[1:] == [("step_skipped", "mail", blocked), ("step_skipped", "second", blocked)]


async def test_conditions_are_asked_again_too(office: Office) -> None:
    await started(office, "office", "06T16:00")
    await office.directory.write(Write(office.user("ada"), (Identify(properties={"paid": True}),)))
    await office.pass_time(64 * HOUR)
    assert await told(office) == ["feed", "second"]


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        # When it is nine in Amsterdam, it is three in New York.
        ("America/New_York", datetime(2025, 6, 9, 13, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2025, 6, 9, 3, 15, tzinfo=UTC)),
    ],
)
async def test_who_moves_while_a_message_waits_has_it_by_the_clock_there(
    office: Office, zone: str, opens: datetime
) -> None:
    await started(office, "office", "07T12:00")
    await office.directory.write(Write(office.user("ada"), (Identify({"timezone": zone}),)))
    await office.work()
    await office.pass_time(timedelta(seconds=1))
    found = await run(office)
    assert (found["status"], found["step"], found["due_at"]) == (RunStatus.PAUSED, 1, opens)
    assert [data["timezone"] for _, _, data in await notes(office)] == ["Europe/Amsterdam", zone]
    await office.pass_time(opens - office.clock.now())
    assert await told(office) == ["feed", "mail", "second"]


async def test_whoever_moves_again_and_again_waits_as_long_as_before(office: Office) -> None:
    """Each time adds to the journal, which has an end."""
    await started(office, "office", "07T12:00")
    await office.pool.execute(
        """
        UPDATE addressee.recipient_runs
        SET journal = to_jsonb(array_fill(journal -> -1, ARRAY[500]))
        WHERE environment_id = $1
        """,
        office.environment_id,
    )
    before = await run(office)
    await office.directory.write(Write(office.user("ada"), (Identify({"timezone": "Asia/Kathmandu"}),)))
    await office.work()
    await office.pass_time(timedelta(seconds=1))
    assert await run(office) == before


async def test_who_moves_while_a_delay_waits_waits_as_long(office: Office) -> None:
    await at(office, "06T16:00")
    delay = "steps:\n  - {ref: wait, delay: 1h}\n  - {ref: feed, channel: in-app, template: {body: due}}"
    await office.push({**FILES, "workflows/late.yaml": delay})
    await office.identify("ada", timezone="Europe/Amsterdam")
    await office.trigger("ada", workflow="late")
    await office.work()
    before = await run(office)
    await office.directory.write(Write(office.user("ada"), (Identify({"timezone": "Asia/Kathmandu"}),)))
    await office.work()
    assert (await run(office))["due_at"] == before["due_at"]


async def test_quiet_hours_hold_what_is_not_in_the_app_until_they_end(office: Office) -> None:
    await started(office, "alert", "03T21:00", NIGHT)
    assert await told(office) == ["feed"]
    held = {"by": "quiet_hours", "until": "2025-06-04T05:00:00Z", "timezone": "Europe/Amsterdam"}
    assert await notes(office) == [("step_held", "mail", {**held, "layer": "recipient_default"})]
    explained = await office.messaging.runs.explain(office.user("ada"), "alert")
    feed, mail = explained.steps
    assert (feed.hold, mail.reached) == (None, True)
    assert mail.hold is not None
    assert mail.hold.shown == {
        "by": "quiet_hours",
        "until": datetime(2025, 6, 4, 5, tzinfo=UTC),
        "timezone": "Europe/Amsterdam",
        "layer": "recipient_default",
    }
    await office.pass_time(8 * HOUR)
    assert await told(office) == ["feed", "mail"]
    assert len(office.emails()) == 1


async def test_what_is_critical_passes(office: Office) -> None:
    await started(office, "fire", "03T21:00", NIGHT)
    assert await told(office) == ["feed", "mail"]


async def test_quiet_hours_that_are_switched_off_meanwhile_hold_nothing_when_it_wakes(office: Office) -> None:
    await started(office, "alert", "03T21:00", {"quiet_hours": {"windows": [{}], "hold_max": "2h"}})
    await prefer(office, quiet_hours={"enabled": False})
    await office.pass_time(2 * HOUR)
    assert await told(office) == ["feed", "mail"]


async def test_what_is_held_for_too_long_is_given_up(office: Office) -> None:
    await started(office, "alert", "03T21:00", {"quiet_hours": {"windows": [{}], "hold_max": "2h"}})
    await office.pass_time(2 * HOUR)
    assert await told(office) == ["feed"]
    (_, (event, ref, data)) = await notes(office)
    assert (event, ref, data["reason"]) == ("step_skipped", "mail", "quiet_hours_too_long")
    assert data["held_since"].startswith("2025-06-03T21:00:00")
    assert (await run(office))["status"] == RunStatus.COMPLETED


async def test_explaining_says_what_quiet_hours_would_skip(office: Office) -> None:
    await started(office, "alert", "03T21:00", {"quiet_hours": {**NIGHT["quiet_hours"], "action": "skip"}})
    _, mail = (await office.messaging.runs.explain(office.user("ada"), "alert")).steps
    assert mail.obstacle is not None
    assert (mail.reached, mail.obstacle["reason"]) == (False, "quiet_hours")


async def test_a_tenant_is_not_disturbed(office: Office) -> None:
    acme = Place(office.environment_id, TENANTS, "acme")
    await office.directory.write(Write(acme, (Identify(properties=NIGHT),)))
    await started(office, "alert", "03T21:00", tenant="acme")
    assert await told(office) == ["feed"]
    assert [data["by"] for _, _, data in await notes(office)] == ["tenant_quiet_hours"]


@pytest.mark.parametrize("passes", [1, 2])
async def test_a_page_that_is_carried_out_twice_holds_once(office: Office, passes: int) -> None:
    await started(office, "office", "06T16:00")
    found = await run(office)
    for _ in range(passes):
        await office.pass_time(timedelta(minutes=1))
    assert (await run(office))["due_at"] == found["due_at"]
    assert len(await notes(office)) == 1
