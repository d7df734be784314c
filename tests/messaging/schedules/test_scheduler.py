"""What waits for a time happens when it has come, once, whoever keeps the time."""

import asyncio
import secrets
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.database.installation import Installation
from addressee.database.jobs.queue import Wakeup
from addressee.database.paging import PageRequest
from addressee.database.pool import open_pool
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.directory.access.environments import Environment
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import Place
from addressee.directory.writing.writes import Write
from addressee.messaging.runs.listing import RunFilter
from addressee.messaging.schedules.changes import ScheduleChange
from addressee.messaging.schedules.creation import NewSchedule
from addressee.messaging.schedules.model import Schedule
from addressee.messaging.schedules.recurrence import Frequency, Repeat, Timing
from addressee.messaging.schedules.scheduler import run_scheduler, start_due
from addressee.timing.weekdays import Weekday
from tests.messaging.office import FILES, WELCOME, Office
from tests.messaging.webhooks.told import open_endpoint, types_told
from tests.support.api import COMMANDS, running
from tests.support.clock import MovedClock
from tests.support.waiting import until

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

HOURLY = Timing((Repeat(frequency=Frequency.HOURLY),))
DAILY_AT_NINE = Timing((Repeat(frequency=Frequency.DAILY, hours=9),))


async def environment(office: Office) -> Environment:
    (found,) = [one for one in await office.directory.environments.all() if one.id == office.environment_id]
    return found


async def schedule(office: Office, *recipients: Place, timing: Timing, **rest: Any) -> list[Schedule]:
    wanted = [NewSchedule(**{"workflow": "welcome", **rest}, recipient=each, timing=timing) for each in recipients]
    return [entry.schedule for entry in await office.messaging.schedules.create(await environment(office), wanted)]


async def pass_time(office: Office, wait: timedelta) -> None:
    office.clock.move(wait)
    await start_due(office.pool, office.clock.now())


async def runs(office: Office) -> list[dict[str, Any]]:
    rows = await office.pool.fetch(
        "SELECT * FROM addressee.workflow_runs WHERE environment_id = $1 ORDER BY inserted_at", office.environment_id
    )
    return [dict(row) for row in rows]


async def fired(office: Office) -> Counter[str]:
    """How many runs each schedule has started."""
    return Counter(msgspec.json.decode(run["source"])["schedule_id"] for run in await runs(office))


async def stored(office: Office, of: Schedule) -> Schedule | None:
    part = await office.messaging.schedules.list_of_recipient(of.recipient.place, PageRequest(50))
    return next((entry.schedule for entry in part.entries if entry.schedule.id == of.id), None)


async def times(office: Office, of: Schedule) -> tuple[datetime | None, datetime | None]:
    """The last occurrence and the next one."""
    found = await stored(office, of)
    assert found is not None
    return found.last_occurrence_at, found.next_occurrence_at


async def test_once_it_is_due_the_workflow_runs(office: Office) -> None:
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.com")
    (made,) = await schedule(
        office,
        office.user("ada"),
        timing=Timing(scheduled_at=NOON + HOUR),
        actor=office.user("bob"),
        tenant="acme",
        data={"plan": "pro"},
    )
    await pass_time(office, HOUR - MINUTE)
    assert await runs(office) == []
    await pass_time(office, MINUTE)
    (run,) = await runs(office)
    assert (run["workflow"], run["tenant"], run["inserted_at"]) == ("welcome", "acme", NOON + HOUR)
    assert msgspec.json.decode(run["source"]) == {"type": "schedule", "schedule_id": str(made.id)}
    assert await times(office, made) == (NOON + HOUR, None)
    await office.work()
    assert len(office.emails()) == 1
    message, _ = await office.messages("ada")
    assert (message.tenant, message.data) == ("acme", {"plan": "pro"})
    assert [actor.place for actor in message.actors] == [office.user("bob")]
    await pass_time(office, DAY)
    assert len(await runs(office)) == 1


async def test_what_repeats_goes_on_until_it_ends(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    ending = Timing(HOURLY.repeats, ending_at=NOON + 3 * HOUR)
    (made,) = await schedule(office, office.user("ada"), timing=ending)
    for _ in range(10):
        await pass_time(office, HOUR / 2)
    assert await fired(office) == {str(made.id): 3}
    assert await times(office, made) == (NOON + 3 * HOUR, None)


async def test_what_was_missed_happens_once_and_late(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    (made,) = await schedule(office, office.user("ada"), timing=HOURLY)
    await pass_time(office, 5 * HOUR + MINUTE)
    await pass_time(office, MINUTE)
    assert await fired(office) == {str(made.id): 1}
    assert await times(office, made) == (NOON + HOUR, NOON + 6 * HOUR)


async def moves(office: Office, zone: str | None) -> None:
    await office.identify("ada", timezone=zone)
    await office.work()


async def test_it_falls_due_by_the_clock_of_where_its_recipient_is(office: Office) -> None:
    await office.push()
    await office.identify("ada", timezone="UTC")
    (made,) = await schedule(office, office.user("ada"), timing=DAILY_AT_NINE)
    await moves(office, "America/New_York")
    assert await times(office, made) == (None, NOON + HOUR)
    await pass_time(office, HOUR)
    await office.directory.environments.change((await environment(office)).name, {"timezone": "Europe/Berlin"})
    await moves(office, None)
    assert await times(office, made) == (NOON + HOUR, NOON + 19 * HOUR)
    await pass_time(office, 18 * HOUR)
    assert await times(office, made) == (NOON + 19 * HOUR, NOON + 43 * HOUR)


async def test_who_moves_has_it_no_twice_on_a_local_day(office: Office) -> None:
    """Nine o'clock in Los Angeles is 23:00 in Ho Chi Minh City, where it is nine again ten hours later."""
    await office.push()
    await office.identify("ada", timezone="America/Los_Angeles")
    await office.identify("bob", timezone="Asia/Ho_Chi_Minh")
    ada, bob = await schedule(office, office.user("ada"), office.user("bob"), timing=DAILY_AT_NINE)
    await pass_time(office, DAY)
    assert await times(office, ada) == (at("2025-06-01T16:00"), at("2025-06-02T16:00"))
    assert await times(office, bob) == (at("2025-06-02T02:00"), at("2025-06-03T02:00"))
    await moves(office, "Asia/Ho_Chi_Minh")
    await office.identify("bob", timezone="America/Los_Angeles")
    await office.work()
    assert await times(office, ada) == (at("2025-06-01T16:00"), at("2025-06-02T02:00"))
    # On 2 June it was for Bob before he flew, and on 2 June he arrives.
    assert await times(office, bob) == (at("2025-06-02T02:00"), at("2025-06-03T16:00"))


async def test_a_move_that_no_job_has_followed_is_seen_when_it_is_due(office: Office) -> None:
    await office.push()
    await office.identify("ada", timezone="Asia/Ho_Chi_Minh")
    (made,) = await schedule(office, office.user("ada"), timing=DAILY_AT_NINE)
    await pass_time(office, DAY)
    await office.identify("ada", timezone="America/Los_Angeles")
    await pass_time(office, DAY)
    assert await times(office, made) == (at("2025-06-02T02:00"), at("2025-06-03T16:00"))
    await pass_time(office, 4 * HOUR)
    assert await times(office, made) == (at("2025-06-03T16:00"), at("2025-06-04T16:00"))
    assert await fired(office) == {str(made.id): 2}


async def test_a_day_as_its_end_is_the_last_one_where_its_recipient_is(office: Office) -> None:
    await office.push()
    await office.identify("ada", timezone="America/Los_Angeles")
    ending = Timing((Repeat(frequency=Frequency.DAILY, hours=20),), ending_on=date(2025, 6, 2))
    (made,) = await schedule(office, office.user("ada"), timing=ending)
    assert made.timing.ending_at == at("2025-06-03T07:00") - timedelta(microseconds=1)
    for _ in range(4):
        await pass_time(office, DAY)
    assert await fired(office) == {str(made.id): 2}
    assert await times(office, made) == (at("2025-06-03T03:00"), None)
    change = ScheduleChange(ending_at=date(2025, 6, 5))
    await office.messaging.schedules.update(await environment(office), [made.id], change)
    await moves(office, "UTC")
    assert await times(office, made) == (at("2025-06-03T03:00"), at("2025-06-05T20:00"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_through_a_night_in_which_the_clocks_change(office: Office) -> None:
    office.clock.move(datetime(2025, 10, 24, 12, tzinfo=UTC) - NOON)
    await office.push()
    await office.identify("ada", timezone="Europe/Berlin")
    at_half_past_two = Repeat(frequency=Frequency.DAILY, hours=2, minutes=30)
    weekend = Repeat(frequency=Frequency.WEEKLY, hours=2, minutes=30, days=(Weekday.SAT, Weekday.SUN))
    made = await schedule(office, office.user("ada"), timing=Timing((at_half_past_two,)))
    made += await schedule(office, office.user("ada"), timing=Timing((weekend,)))
    for _ in range(3 * 24 * 4):
        await pass_time(office, HOUR / 4)
    assert await fired(office) == {str(made[0].id): 3, str(made[1].id): 2}
    assert [run["inserted_at"].isoformat()[:16] for run in await runs(office)] == [
        "2025-10-25T00:30",
        "2025-10-25T00:30",
        "2025-10-26T00:30",
        "2025-10-26T00:30",
        "2025-10-27T01:30",
    ]


async def test_a_schedule_whose_recipient_is_gone_is_removed_when_it_is_due(office: Office) -> None:
    await office.push()
    for id in ("gone", "reborn"):
        await office.identify(id)
    made = await schedule(office, office.user("gone"), office.user("reborn"), timing=HOURLY)
    for id in ("gone", "reborn"):
        await office.delete(id)
    await office.identify("reborn")
    await pass_time(office, HOUR)
    assert await runs(office) == []
    ids = [each.id for each in made]
    assert await office.pool.fetch("SELECT FROM addressee.schedules WHERE id = ANY($1::uuid[])", ids) == []


async def test_an_occurrence_that_cannot_start_its_workflow_did_not_happen(office: Office) -> None:
    """Its schedule stays. Its owner finds a run with an error, and a notice."""
    await office.push()
    await office.identify("ada")
    (made,) = await schedule(office, office.user("ada"), timing=HOURLY, data={"n": 1})
    await pass_time(office, HOUR)
    for fault in ("active: false", "trigger_data_schema: {required: [order], properties: {n: {type: string}}}"):
        await office.push({"workflows/welcome.yaml": f"{fault}\n{WELCOME}"} | channels_only())
        await pass_time(office, HOUR)
    assert await times(office, made) == (NOON + HOUR, NOON + 4 * HOUR)
    failed = await office.messaging.runs.list(office.environment_id, RunFilter(has_errors=True), PageRequest(50))
    assert [(run.recipient.place, run.status, run.error_count, run.source) for run in failed.entries] == [
        (office.user("ada"), "completed", 1, {"type": "schedule", "schedule_id": str(made.id)}),
    ] * 2
    assert [[(event.event, event.status, event.data) for event in run.events] for run in failed.entries] == [
        [("error", "error", {"reason": "data_invalid", "fields": ["data", "data.n"]})],
        [("error", "error", {"reason": "workflow_inactive"})],
    ]
    notices = await office.directory.notices.list(office.environment_id, PageRequest(50))
    assert [(notice.place.id, notice.request_id, *notice.messages) for notice in notices.entries] == [
        (
            "ada",
            "",
            f"Schedule {made.id} could not start its workflow: The workflow's schema does not allow data, data.n.",
        ),
        (
            "ada",
            "",
            f"Schedule {made.id} could not start its workflow: "
            "The workflow 'welcome' is switched off; the dashboard, or `active: true` in its file, switches it on.",
        ),
    ]
    await office.work()
    assert len(await office.messages("ada")) == 1
    await office.push()
    await pass_time(office, HOUR)
    assert await times(office, made) == (NOON + 4 * HOUR, NOON + 5 * HOUR)


async def test_webhooks_are_told_of_an_occurrence_that_could_not_start(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await schedule(office, office.user("ada"), timing=HOURLY)
    await office.push({"workflows/welcome.yaml": f"active: false\n{WELCOME}"} | channels_only())
    endpoint = await open_endpoint(office, ["workflow_recipient_run.*"])
    await pass_time(office, HOUR)
    assert await types_told(office, endpoint) == [
        ("ada", "workflow_recipient_run.started"),
        ("ada", "workflow_recipient_run.completed"),
    ]


async def test_once_means_that_it_may_be_set_again_when_it_could_not_start(office: Office) -> None:
    await office.push({"workflows/welcome.yaml": f"active: false\n{WELCOME}"} | channels_only())
    await office.push()
    await office.identify("ada")
    (made,) = await schedule(office, office.user("ada"), timing=Timing(scheduled_at=NOON + HOUR))
    await office.push({"workflows/welcome.yaml": f"active: false\n{WELCOME}"} | channels_only())
    await pass_time(office, HOUR)
    assert await times(office, made) == (None, None)
    await office.push()
    change = ScheduleChange(scheduled_at=NOON + 2 * HOUR)
    await office.messaging.schedules.update(await environment(office), [made.id], change)
    await pass_time(office, HOUR)
    assert await times(office, made) == (NOON + 2 * HOUR, None)


def channels_only() -> dict[str, str]:
    return {name: text for name, text in FILES.items() if not name.startswith("workflows/")}


async def test_an_object_is_told_alone(office: Office) -> None:
    await office.push()
    ada = await office.identify("ada")
    place = Place(office.environment_id, "projects", "p")
    project = (await office.directory.write(Write(place, (Identify(),)))).recipient
    assert project is not None
    await office.directory.subscriptions.add(project, [ada])
    await schedule(office, Place(office.environment_id, "projects", "p"), timing=HOURLY)
    await pass_time(office, HOUR)
    await office.work()
    assert [run["recipient_id"] for run in await office.recipient_runs()] == ["p"]


async def test_an_update_or_a_deletion_takes_the_next_occurrence_away(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    kept, moved, deleted = [(await schedule(office, office.user("ada"), timing=HOURLY))[0] for _ in range(3)]
    later = ScheduleChange(repeats=(), scheduled_at=NOON + DAY)
    await office.messaging.schedules.update(await environment(office), [moved.id], later)
    await office.messaging.schedules.delete(office.environment_id, [deleted.id])
    await pass_time(office, HOUR)
    assert await fired(office) == {str(kept.id): 1}


async def test_more_schedules_than_a_batch_holds_are_all_fired(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    made = await schedule(office, *[office.user("ada")] * 450, timing=HOURLY)
    await pass_time(office, HOUR)
    assert await fired(office) == {str(each.id): 1 for each in made}


async def test_several_timekeepers_fire_each_occurrence_once(office: Office, target: Target) -> None:
    await office.push()
    await office.identify("ada")
    made = await schedule(office, *[office.user("ada")] * 300, timing=HOURLY)
    pools = [await open_pool(Target({**target.arguments, "database": await database(office)}, True)) for _ in range(4)]
    for _ in range(3):
        office.clock.move(HOUR)
        await asyncio.gather(*(start_due(pool, office.clock.now()) for pool in pools for _ in range(2)))
    assert await fired(office) == {str(each.id): 3 for each in made}
    started = Counter(msgspec.json.decode(job.arguments)["run_id"] for job in await office.jobs())
    assert started == {str(run["id"]): 1 for run in await runs(office)}
    for pool in pools:
        await pool.close()


async def database(office: Office) -> str:
    name: str = await office.pool.fetchval("SELECT current_database()")
    return name


async def test_time_is_kept_through_restarts_of_the_database(office: Office, target: Target) -> None:
    await office.push()
    await office.identify("ada")
    own = await open_pool(Target({**target.arguments, "database": await database(office)}, True))
    stop = asyncio.Event()
    keeping = asyncio.create_task(run_scheduler(own, Wakeup(own), office.clock, stop))
    for number in (1, 2):
        (made,) = await schedule(office, office.user("ada"), timing=Timing(scheduled_at=NOON))

        async def has_fired(id: str = str(made.id)) -> bool:
            return (await fired(office))[id] == 1

        await until(has_fired)
        if number == 1:
            pid = await own.fetchval("SELECT pg_backend_pid()")
            await office.pool.execute("SELECT pg_terminate_backend($1)", pid)
    stop.set()
    await keeping
    await own.close()


@pytest.fixture
async def real_office(installation: Installation, tmp_path: Path) -> AsyncIterator[Office]:
    """On the installation that worker processes work on."""
    pool = await open_pool(installation.target())
    statement = """
        INSERT INTO addressee.environments (id, name)
        SELECT max(id) + 1, $1 FROM addressee.environments
        RETURNING id
    """
    environment_id = await pool.fetchval(statement, f"timed-{secrets.token_hex(6)}")
    yield Office(pool, environment_id, tmp_path, MovedClock(datetime.now(UTC)), Sealer(installation.master_key()))
    await pool.close()


async def test_several_workers_of_which_one_is_killed_fire_each_occurrence_once(
    installation: Installation, real_office: Office
) -> None:
    office = real_office
    await office.push()
    await office.identify("ada")
    past = office.clock.now() - HOUR
    daily = Repeat(frequency=Frequency.DAILY, hours=past.hour, minutes=past.minute)
    office.clock.move(-DAY)
    made = await schedule(office, *[office.user("ada")] * 500, timing=Timing(scheduled_at=past))
    made += await schedule(office, *[office.user("ada")] * 500, timing=Timing((daily,)))

    async def some_have_fired() -> bool:
        return bool(await fired(office))

    async def nothing_is_due() -> bool:
        statement = "SELECT count(*) FROM addressee.schedules WHERE environment_id = $1 AND next_occurrence_at <= $2"
        due: int = await office.pool.fetchval(statement, office.environment_id, datetime.now(UTC))
        return due == 0

    with ExitStack() as processes:
        workers = [processes.enter_context(running(installation, COMMANDS, "work")) for _ in range(3)]
        await until(some_have_fired, 30)
        workers[0].send_signal(signal.SIGKILL)
        await until(nothing_is_due, 60)
    assert await fired(office) == {str(each.id): 1 for each in made}
    await office.pool.execute(
        "DELETE FROM addressee.jobs WHERE id = ANY($1::bigint[])", [job.id for job in await office.jobs()]
    )


async def test_a_schedule_that_cannot_be_read_holds_up_no_other(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    await office.identify("bob")
    odd, plain = await schedule(office, office.user("ada"), office.user("bob"), timing=HOURLY)
    await office.pool.execute(
        'UPDATE addressee.schedules SET repeats = \'[{"frequency": "by-the-moon"}]\' WHERE id = $1', odd.id
    )
    await pass_time(office, HOUR)
    assert await fired(office) == {str(plain.id): 1}
    await office.pool.execute(
        'UPDATE addressee.schedules SET repeats = \'[{"frequency": "hourly"}]\' WHERE id = $1', odd.id
    )
    await pass_time(office, MINUTE)
    assert await fired(office) == {str(plain.id): 1, str(odd.id): 1}


async def test_due_runs_are_locked_in_the_order_of_cancellations(office: Office) -> None:
    """Else the two wait for each other in a circle, which the database ends with an error."""
    await office.push({**FILES, "workflows/later.yaml": "steps:\n- ref: pause\n  delay: {minutes: 1}\n"})
    ids = [f"user-{number}" for number in range(12)]
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, workflow="later")
    await office.work()
    office.clock.move(HOUR)
    runs = await office.recipient_runs()
    assert runs != sorted(runs, key=lambda run: run["id"])  # the two orders differ
    statement = "SELECT FROM addressee.recipient_runs WHERE environment_id = $1 AND recipient_id = $2 FOR UPDATE"
    async with office.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(statement, office.environment_id, ids[0])
            waking = asyncio.create_task(start_due(office.pool, office.clock.now()))
            await until(lambda: somebody_waits(office))
            for id in ids[1:]:
                await asyncio.wait_for(connection.execute(statement, office.environment_id, id), 20)
        await waking
    assert {run["status"] for run in await office.recipient_runs()} == {"queued"}


async def somebody_waits(office: Office) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await office.pool.fetchval(waiting))
