"""Schedules as they are read: by id, of a workflow or of a recipient, with those whom they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.reading.uuid_ranges import FIRST_UID, LAST_UID
from addressee.directory.recipient import Place
from addressee.messaging.recipients.people import read_people
from addressee.messaging.schedules.model import Schedule, ScheduleEntry, schedule_from

SQL = load(__package__)


async def read(pool: Pool, reader: Reader, environment_id: int, ids: Sequence[UUID]) -> list[ScheduleEntry]:
    """Those that there are, in the order asked for, each once."""
    rows = await pool.fetch(SQL["schedules"], environment_id, ids)
    found = {row["id"]: schedule_from(environment_id, row) for row in rows}
    return await with_people(reader, environment_id, [found[id] for id in dict.fromkeys(ids) if id in found])


async def list_of_workflow(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    workflow: str,
    page: PageRequest[UUID],
    *,
    recipients: Sequence[Place] | None,
    tenant: str | None,
) -> Page[ScheduleEntry]:
    """A workflow's schedules, newest first: those of `recipients` (None: of all), and of a tenant if one is given."""
    asked = (environment_id, workflow, *page_columns(page), tenant)
    if recipients is None:
        rows = await pool.fetch(SQL["schedules_of_workflow"], *asked)
    else:
        among = [each.collection for each in recipients], [each.id for each in recipients]
        rows = await pool.fetch(SQL["schedules_of_workflow_among"], *asked, *among)
    entries = await with_people(reader, environment_id, [schedule_from(environment_id, row) for row in rows])
    return build_page(entries, page, lambda entry: entry.schedule.id)


async def list_of_recipient(
    pool: Pool,
    reader: Reader,
    place: Place,
    page: PageRequest[UUID],
    *,
    workflow: str | None,
    tenant: str | None,
) -> Page[ScheduleEntry]:
    """One recipient's schedules, newest first; none when it is not known."""
    found = await reader.read(place)
    if found is None:
        return Page((), page.size)
    rows = await pool.fetch(
        SQL["schedules_of_recipient"],
        place.environment_id,
        place.id,
        found.uid,
        *page_columns(page),
        tenant,
        workflow,
    )
    entries = await with_people(
        reader, place.environment_id, [schedule_from(place.environment_id, row) for row in rows]
    )
    return build_page(entries, page, lambda entry: entry.schedule.id)


def page_columns(page: PageRequest[UUID]) -> tuple[bool, UUID, int]:
    """Whether to read towards older ones, from where, and how many rows: one more than the page holds."""
    start = page.before if page.backwards else page.after
    return (not page.backwards, start or (FIRST_UID if page.backwards else LAST_UID), page.size + 1)


async def with_people(reader: Reader, environment_id: int, schedules: Iterable[Schedule]) -> list[ScheduleEntry]:
    known = list(schedules)
    people = await read_people(reader, environment_id, [named for schedule in known for named in schedule.named])
    return [
        ScheduleEntry(
            schedule,
            people.as_of(schedule.recipient, schedule.updated_at),
            None if schedule.actor is None else people.as_of(schedule.actor, schedule.updated_at),
        )
        for schedule in known
    ]
