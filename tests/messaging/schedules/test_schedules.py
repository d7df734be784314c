"""Schedules as they are kept: created, changed, listed, deleted."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from addressee.database.paging import Page, PageRequest, read_cursor
from addressee.directory.access.environments import Environment
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.bulk import Failure
from addressee.directory.writing.receipts import ReceiptMismatchError, RepeatedError
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import ActorMissingError, DataInvalidError, WorkflowInactiveError, WorkflowMissingError
from addressee.messaging.recipients.people import Missing
from addressee.messaging.schedules.changes import ScheduleChange
from addressee.messaging.schedules.creation import NewSchedule
from addressee.messaging.schedules.model import Schedule, ScheduleEntry
from addressee.messaging.schedules.recurrence import Frequency, Repeat, Timing
from addressee.messaging.schedules.scheduler import start_due
from addressee.timing.weekdays import Weekday
from tests.messaging.office import FILES, Office
from tests.support.receipts import receipt

# The office's clock starts on Sunday, 1 June 2025, 12:00 UTC.
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

DAILY_AT_NINE = Timing((Repeat(frequency=Frequency.DAILY, hours=9),))
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
STRICT = {**FILES, "workflows/strict.yaml": f"trigger_data_schema: {SCHEMA}\n{FILES['workflows/welcome.yaml']}"}
OFF = {**FILES, "workflows/off.yaml": f"active: false\n{FILES['workflows/welcome.yaml']}"}


async def environment(office: Office) -> Environment:
    (found,) = [one for one in await office.directory.environments.all() if one.id == office.environment_id]
    return found


async def create(
    office: Office, *ids: str, workflow: str = "welcome", timing: Timing = DAILY_AT_NINE, **rest: Any
) -> list[Schedule]:
    wanted = [NewSchedule(workflow, office.user(id), timing, **rest) for id in ids]
    return [entry.schedule for entry in await office.messaging.schedules.create(await environment(office), wanted)]


async def change(office: Office, *schedules: Schedule, **values: Any) -> list[Schedule]:
    ids = [schedule.id for schedule in schedules]
    entries = await office.messaging.schedules.update(await environment(office), ids, ScheduleChange(**values))
    return [entry.schedule for entry in entries]


async def of_user(office: Office, id: str, page: PageRequest[UUID] | None = None, **filter: Any) -> Page[ScheduleEntry]:
    return await office.messaging.schedules.list_of_recipient(office.user(id), page or PageRequest(50), **filter)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_one_schedule_for_each_recipient(office: Office) -> None:
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id)
    ada, bob = await create(office, "ada", "bob", actor=office.user("bob"), tenant="acme", data={"n": 1})
    assert ada.id != bob.id
    assert (ada.workflow, ada.recipient.place, ada.timing) == ("welcome", office.user("ada"), DAILY_AT_NINE)
    assert ada.actor is not None
    assert (ada.actor.place, ada.tenant, ada.data) == (office.user("bob"), "acme", {"n": 1})
    assert (ada.next_occurrence_at, ada.last_occurrence_at) == (at("2025-06-02T09:00"), None)
    assert (ada.inserted_at, ada.updated_at) == (NOON, NOON)
    (entry,) = (await of_user(office, "ada")).entries
    assert entry.schedule == ada
    assert isinstance(entry.recipient, Recipient)
    assert entry.recipient.attributes["name"] == "Ada"
    assert isinstance(entry.actor, Recipient)
    assert entry.actor.attributes["name"] == "Bob"


async def test_times_are_the_recipients_own_else_the_environments(office: Office) -> None:
    await office.push()
    await office.identify("ada", timezone="America/New_York")
    await office.identify("bob")
    await office.directory.write(
        Write(Place(office.environment_id, "projects", "p"), (Identify({"timezone": "Asia/Kolkata"}),))
    )
    await office.directory.environments.change((await environment(office)).name, {"timezone": "Europe/Berlin"})
    ada, bob = await create(office, "ada", "bob")
    assert ada.next_occurrence_at == at("2025-06-01T13:00")
    assert bob.next_occurrence_at == at("2025-06-02T07:00")
    project = NewSchedule("welcome", Place(office.environment_id, "projects", "p"), DAILY_AT_NINE)
    (entry,) = await office.messaging.schedules.create(await environment(office), [project])
    assert entry.schedule.next_occurrence_at == at("2025-06-02T03:30")


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(scheduled_at=NOON + HOUR), NOON + HOUR),
        # What is late happens at once.
        (Timing(scheduled_at=NOON - HOUR), NOON - HOUR),
        (Timing(DAILY_AT_NINE.repeats, scheduled_at=at("2025-07-01T09:00")), at("2025-07-01T09:00")),
        (Timing(DAILY_AT_NINE.repeats, scheduled_at=at("2025-07-01T09:01")), at("2025-07-02T09:00")),
        (Timing(DAILY_AT_NINE.repeats, scheduled_at=at("2024-01-01T00:00")), at("2025-06-02T09:00")),
        (Timing(DAILY_AT_NINE.repeats, ending_at=at("2025-06-02T09:00")), at("2025-06-02T09:00")),
    ],
)
async def test_when_it_first_falls_due(office: Office, timing: Timing, expected: datetime) -> None:
    await office.push()
    await office.identify("ada", timezone="UTC")
    (schedule,) = await create(office, "ada", timing=timing)
    assert schedule.next_occurrence_at == expected


async def test_what_cannot_be_scheduled_stores_nothing(office: Office) -> None:
    await office.push({**STRICT, **OFF})
    await office.identify("ada")
    with pytest.raises(WorkflowMissingError):
        await create(office, "ada", workflow="nothing")
    with pytest.raises(WorkflowInactiveError):
        await create(office, "ada", workflow="off")
    with pytest.raises(DataInvalidError):
        await create(office, "ada", workflow="strict", data={"n": "one"})
    with pytest.raises(ActorMissingError):
        await create(office, "ada", actor=office.user("nobody"))
    with pytest.raises(RefusedError, match="There is no user 'nobody'; identify it first"):
        await create(office, "ada", "nobody")
    assert (await of_user(office, "ada")).entries == []


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        (Timing(), "scheduled_at"),
        (Timing(ending_at=NOON + HOUR), "scheduled_at"),
        (Timing(scheduled_at=NOON + HOUR, ending_at=NOON), "ending_at"),
        (Timing(DAILY_AT_NINE.repeats, ending_at=at("2025-06-02T08:59")), "ending_at"),
        (Timing(DAILY_AT_NINE.repeats, ending_on=date(2025, 6, 1)), "ending_at"),
        (Timing((Repeat(frequency=Frequency.DAILY, interval=7, days=(Weekday.MON,)),)), "repeats"),
    ],
)
async def test_one_that_would_never_run_is_refused(office: Office, timing: Timing, field: str) -> None:
    await office.push()
    await office.identify("ada", timezone="UTC")
    with pytest.raises(RefusedError) as refused:
        await create(office, "ada", timing=timing)
    assert refused.value.field == field
    assert (await of_user(office, "ada")).entries == []


async def test_a_change_that_leaves_no_time_is_refused_and_one_that_ends_it_is_not(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    (schedule,) = await create(office, "ada")
    with pytest.raises(RefusedError, match="with neither of them a schedule never runs"):
        await change(office, schedule, repeats=())
    assert [entry.schedule for entry in (await of_user(office, "ada")).entries] == [schedule]
    (ended,) = await change(office, schedule, ending_at=NOON)
    assert ended.next_occurrence_at is None


async def test_a_repeated_request_creates_nothing(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    wanted = [NewSchedule("welcome", office.user("ada"), DAILY_AT_NINE)]
    first = receipt(office.environment_id, "key")
    await office.messaging.schedules.create(await environment(office), wanted, receipt=first)
    with pytest.raises(RepeatedError):
        await office.messaging.schedules.create(await environment(office), wanted, receipt=first)
    other = receipt(office.environment_id, "key", says=b"2")
    with pytest.raises(ReceiptMismatchError):
        await office.messaging.schedules.create(await environment(office), wanted, receipt=other)
    assert len((await of_user(office, "ada")).entries) == 1


async def test_in_bulk_each_row_has_its_own_outcome(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    rows: list[NewSchedule | Failure] = [
        NewSchedule("welcome", office.user("ada"), DAILY_AT_NINE),
        NewSchedule("nothing", office.user("ada"), DAILY_AT_NINE),
        NewSchedule("welcome", office.user("nobody"), DAILY_AT_NINE),
        Failure("$users", "refused", "No."),
        NewSchedule("welcome", office.user("ada"), Timing(scheduled_at=NOON + HOUR), data={"n": 1}),
    ]
    operation = await office.messaging.schedules.create_in_bulk(await environment(office), rows)
    assert (operation.name, operation.total, operation.status) == ("schedules.create_schedules", 5, "completed")
    assert sorted(failure.id for failure in operation.failures) == ["ada", "nobody", "refused"]
    assert await office.directory.find_bulk_operation(office.environment_id, operation.id) == operation
    assert [entry.schedule.data for entry in (await of_user(office, "ada")).entries] == [{"n": 1}, {}]


async def test_an_update_changes_what_it_names(office: Office) -> None:
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id, timezone="UTC")
    before = await create(office, "ada", "bob", actor=office.user("bob"), tenant="acme", data={"n": 1})
    office.clock.move(HOUR)
    after = await change(office, *reversed(before), data={"n": 2}, tenant=None)
    assert [schedule.recipient.id for schedule in after] == ["bob", "ada"]
    for old, new in zip(reversed(before), after, strict=True):
        assert new == msgspec.structs.replace(old, data={"n": 2}, tenant=None, updated_at=NOON + HOUR)
    assert [entry.schedule for entry in (await of_user(office, "ada")).entries] == [after[1]]
    (cleared,) = await change(office, after[0], actor=None, data={})
    assert (cleared.actor, cleared.data) == (None, {})


async def test_an_update_makes_it_recur_or_happen_once(office: Office) -> None:
    await office.push()
    await office.identify("ada", timezone="UTC")
    (recurring,) = await create(office, "ada")
    (once,) = await change(office, recurring, repeats=(), scheduled_at=NOON + HOUR)
    assert (once.timing, once.next_occurrence_at) == (Timing(scheduled_at=NOON + HOUR), NOON + HOUR)
    (again,) = await change(office, once, repeats=DAILY_AT_NINE.repeats, scheduled_at=None)
    assert (again.timing, again.next_occurrence_at) == (DAILY_AT_NINE, at("2025-06-02T09:00"))
    (ended,) = await change(office, again, ending_at=NOON)
    assert ended.next_occurrence_at is None


async def test_what_has_happened_once_does_not_because_of_an_update(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    (schedule,) = await create(office, "ada", timing=Timing(scheduled_at=NOON))
    await start_due(office.pool, office.clock.now())
    (updated,) = await change(office, schedule, data={"n": 1}, ending_at=None)
    assert (updated.last_occurrence_at, updated.next_occurrence_at) == (NOON, None)
    (later,) = await change(office, schedule, scheduled_at=NOON + HOUR)
    assert later.next_occurrence_at == NOON + HOUR


async def test_an_update_names_an_actor_that_is_known(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    (schedule,) = await create(office, "ada")
    with pytest.raises(ActorMissingError):
        await change(office, schedule, actor=office.user("nobody"), data={"n": 1})
    (changed,) = await change(office, schedule, actor=office.user("ada"))
    assert changed.data == {}
    assert changed.actor == changed.recipient


async def test_updates_at_once_lose_nothing(office: Office) -> None:
    await office.push()
    await office.identify("ada")
    (schedule,) = await create(office, "ada")
    office.clock.move(HOUR)
    await asyncio.gather(
        change(office, schedule, tenant="acme"),
        change(office, schedule, data={"n": 1}),
        change(office, schedule, actor=office.user("ada")),
    )
    (entry,) = (await of_user(office, "ada")).entries
    assert (entry.schedule.tenant, entry.schedule.data, entry.schedule.actor) == (
        "acme",
        {"n": 1},
        schedule.recipient,
    )


async def test_schedules_that_are_not_there_are_passed_over(office: Office, other: Office) -> None:
    await office.push()
    await office.identify("ada")
    (schedule,) = await create(office, "ada")
    ids = [uuid4(), schedule.id, schedule.id]
    elsewhere = await environment(other)
    assert await other.messaging.schedules.update(elsewhere, ids, ScheduleChange(data={"n": 1})) == []
    assert await other.messaging.schedules.delete(other.environment_id, ids) == []
    (deleted,) = await office.messaging.schedules.delete(office.environment_id, ids)
    assert deleted.schedule == schedule
    assert await office.messaging.schedules.delete(office.environment_id, ids) == []
    assert (await of_user(office, "ada")).entries == []


async def test_lists_are_newest_first_and_go_both_ways(office: Office) -> None:
    await office.push({**FILES, "workflows/other.yaml": FILES["workflows/welcome.yaml"]})
    for id in ("ada", "bob"):
        await office.identify(id)
    made = [(await create(office, "ada"))[0].id for _ in range(5)]
    await create(office, "bob", tenant="acme")
    await create(office, "ada", workflow="other", tenant="acme")
    expected = list(reversed(made))

    first = await of_user(office, "ada", PageRequest(2), workflow="welcome")
    second = await of_user(office, "ada", PageRequest(2, after=read_cursor(first.after, UUID)), workflow="welcome")
    third = await of_user(office, "ada", PageRequest(2, after=read_cursor(second.after, UUID)), workflow="welcome")
    pages = [[entry.schedule.id for entry in part.entries] for part in (first, second, third)]
    assert pages == [expected[:2], expected[2:4], expected[4:]]
    assert (first.before, third.after) == (None, None)
    back = await of_user(office, "ada", PageRequest(2, before=read_cursor(third.before, UUID)), workflow="welcome")
    assert [entry.schedule.id for entry in back.entries] == expected[2:4]


async def test_lists_are_narrowed(office: Office) -> None:
    await office.push({**FILES, "workflows/other.yaml": FILES["workflows/welcome.yaml"]})
    for id in ("ada", "bob", "cid"):
        await office.identify(id)
    await create(office, "ada", "bob", "cid")
    await create(office, "ada", tenant="acme")
    await create(office, "ada", workflow="other")

    async def listed(workflow: str, **filter: Any) -> list[str]:
        found = await office.messaging.schedules.list_of_workflow(
            office.environment_id, workflow, PageRequest(50), **filter
        )
        return [entry.schedule.recipient.id for entry in found.entries]

    assert await listed("welcome") == ["ada", "cid", "bob", "ada"]
    assert await listed("welcome", tenant="acme") == ["ada"]
    assert await listed("welcome", recipients=[office.user("bob"), office.user("cid"), office.user("nobody")]) == [
        "cid",
        "bob",
    ]
    assert await listed("welcome", recipients=[Place(office.environment_id, "projects", "ada")]) == []
    assert await listed("other") == ["ada"]
    assert [entry.schedule.tenant for entry in (await of_user(office, "ada", tenant="acme")).entries] == ["acme"]


async def test_schedules_end_with_whom_they_belong_to(office: Office) -> None:
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id)
    (schedule,) = await create(office, "ada", actor=office.user("bob"))
    await office.delete("bob")
    (entry,) = (await of_user(office, "ada")).entries
    assert isinstance(entry.actor, Missing)
    await office.delete("ada")
    assert (await of_user(office, "ada")).entries == ()
    await office.identify("ada")
    assert (await of_user(office, "ada")).entries == []
    everybodys = await office.messaging.schedules.list_of_workflow(office.environment_id, "welcome", PageRequest(50))
    assert everybodys.entries == []
    assert await change(office, schedule, data={"n": 1}) == []
    await office.work()
    assert await office.pool.fetchval("SELECT count(*) FROM addressee.schedules WHERE id = $1", schedule.id) == 0
