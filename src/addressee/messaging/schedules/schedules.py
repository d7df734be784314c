"""The service that creates, changes, deletes and lists schedules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.access.environments import Environment
from addressee.directory.clock import Clock
from addressee.directory.errors import OverloadedError, RefusedError
from addressee.directory.reading.reader import Reader
from addressee.directory.reading.uuid_ranges import FIRST_UID, LAST_UID
from addressee.directory.recipient import Place
from addressee.directory.writing import bulk
from addressee.directory.writing.bulk import BulkOperation, Failure
from addressee.directory.writing.planned_writes import PlannedWrites, plan
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import MessagingError
from addressee.messaging.recipients.people import read_people
from addressee.messaging.schedules.changes import (
    ScheduleChange,
    ScheduleChangedError,
    change_all,
    check_data,
    update_schedules,
)
from addressee.messaging.schedules.creation import (
    NewSchedule,
    Refusal,
    entry_for,
    insert_schedules,
    places,
    refusal_of,
    workflow_errors,
)
from addressee.messaging.schedules.model import Schedule, ScheduleEntry, schedule_from

SQL = load(__package__)

BULK_NAME = "schedules.create_schedules"

# The number of attempts of an update to a schedule that fires, or is updated by others, at the same time.
UPDATE_ATTEMPTS = 5


class Schedules:
    """Creates, changes, deletes and lists schedules of recipients that are not deleted."""

    def __init__(self, pool: Pool, reader: Reader, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._clock = clock

    async def create(
        self,
        environment: Environment,
        wanted: Sequence[NewSchedule],
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[ScheduleEntry]:
        """Creates all schedules or none.

        `planned` are the writes of the recipients that the schedules describe: they are carried out once nothing can
        refuse the schedules any more. Raises RefusedError for a recipient that is not known or a schedule that never
        falls due, and what a trigger of the workflow would raise now: WorkflowMissingError, WorkflowInactiveError,
        DataInvalidError or ActorMissingError.
        """
        now = self._clock.now()
        planned = planned or await plan(self._reader, places(wanted), (), now)
        for error in await workflow_errors(self._pool, environment.id, wanted):
            if error is not None:
                raise error
        for each in wanted:
            entry_for(each, planned.people, environment, now)
        await planned.carry_out()
        entries = [entry_for(each, planned.people, environment, now) for each in wanted]
        async with self._pool.acquire() as connection, connection.transaction():
            await insert_schedules(connection, environment.id, entries)
            await keep(connection, receipt, entries, now)
        return entries

    async def create_in_bulk(
        self,
        environment: Environment,
        rows: Sequence[NewSchedule | Failure],
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> BulkOperation:
        """Creates what can be created, and stores the outcome. A `Failure` is a row that was refused before.

        `planned` takes the writes of the rows that describe recipients; it knows all recipients that they name.
        """
        started_at = self._clock.now()
        wanted = [row for row in rows if isinstance(row, NewSchedule)]
        planned = planned or await plan(self._reader, places(wanted), (), started_at)
        outcomes = await self._outcomes(environment, wanted, planned, started_at)
        entries = [outcome for outcome in outcomes if isinstance(outcome, ScheduleEntry)]
        failures = [row for row in rows if isinstance(row, Failure)] + [
            Failure(row.recipient.collection, row.recipient.id, str(outcome))
            for row, outcome in zip(wanted, outcomes, strict=True)
            if isinstance(outcome, Exception)
        ]
        async with self._pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            await insert_schedules(connection, environment.id, entries)
            operation = BulkOperation(uuid7(), BULK_NAME, len(rows), tuple(failures), started_at, now)
            await bulk.store(connection, environment.id, operation)
            await keep(connection, receipt, operation, now)
        return operation

    async def _outcomes(
        self, environment: Environment, wanted: Sequence[NewSchedule], planned: PlannedWrites, now: datetime
    ) -> list[ScheduleEntry | Refusal]:
        """Returns the entry to store for each schedule, or its refusal.

        The recipients that the entries' rows describe are written by then.
        """

        def outcome(each: NewSchedule, writes: Sequence[Write]) -> ScheduleEntry | Refusal:
            try:
                with planned.adding(writes):
                    return entry_for(each, planned.people, environment, now)
            except (RefusedError, MessagingError) as refusal:
                return refusal

        errors = await workflow_errors(self._pool, environment.id, wanted)
        tried = [error or outcome(each, each.writes) for each, error in zip(wanted, errors, strict=True)]
        refused = {
            id(write): result for write, result in await planned.carry_out_each() if isinstance(result, RefusedError)
        }
        return [
            first if isinstance(first, Exception) else refusal_of(refused, each.writes) or outcome(each, ())
            for each, first in zip(wanted, tried, strict=True)
        ]

    async def update(
        self,
        environment: Environment,
        ids: Sequence[UUID],
        change: ScheduleChange,
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[ScheduleEntry]:
        """Changes all of those schedules that there are, or none, and returns them in the order asked for.

        The next occurrence is computed anew when one of the times is set. `planned` as in `create`. Raises
        ActorMissingError, DataInvalidError for data that one of their workflows does not take, RefusedError for
        schedules that would never fall due, and OverloadedError when others keep changing them.
        """
        now = self._clock.now()
        named = [change.actor] if isinstance(change.actor, Place) else []
        planned = planned or await plan(self._reader, named, (), now)
        for _ in range(UPDATE_ATTEMPTS):
            before = await self._read(environment.id, ids)
            await check_data(self._pool, environment.id, before, change)
            change_all(before, change, planned.people, environment, now)
            await planned.carry_out()
            after = change_all(before, change, planned.people, environment, now)
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await update_schedules(connection, environment.id, before, after, change)
                    await keep(connection, receipt, after, now)
            except ScheduleChangedError:
                continue
            return after
        raise OverloadedError("These schedules are being changed by others; try again in a moment.")

    async def delete(
        self, environment_id: int, ids: Sequence[UUID], *, receipt: Receipt | None = None
    ) -> list[ScheduleEntry]:
        """Deletes those schedules that there are, and returns them in the order asked for.

        Runs that have started go on.
        """
        found = await self._read(environment_id, ids)
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                *SQL["delete_schedules"](environment_id=environment_id, ids=[entry.schedule.id for entry in found])
            )
            deleted = {row["id"] for row in rows}
            entries = [entry for entry in found if entry.schedule.id in deleted]
            await keep(connection, receipt, entries, self._clock.now())
        return entries

    async def list_of_workflow(
        self,
        environment_id: int,
        workflow: str,
        page: PageRequest[UUID],
        *,
        recipients: Sequence[Place] | None = None,
        tenant: str | None = None,
    ) -> Page[ScheduleEntry]:
        """Returns a workflow's schedules, newest first: of `recipients` (None: of all), and of a tenant if given."""
        common = {
            "environment_id": environment_id,
            "workflow": workflow,
            "tenant": tenant,
            **page_parameters(page),
        }
        if recipients is None:
            rows = await self._pool.fetch(*SQL["schedules_of_workflow"](**common))
        else:
            rows = await self._pool.fetch(*SQL["schedules_of_workflow_among"](**common, recipients=recipients))
        return await self._page(environment_id, rows, page)

    async def list_of_recipient(
        self,
        recipient: Place,
        page: PageRequest[UUID],
        *,
        workflow: str | None = None,
        tenant: str | None = None,
    ) -> Page[ScheduleEntry]:
        """Returns a recipient's schedules, newest first; none when it is not known."""
        found = await self._reader.read(recipient)
        if found is None:
            return Page((), page.size)
        rows = await self._pool.fetch(
            *SQL["schedules_of_recipient"](
                environment_id=recipient.environment_id,
                recipient_id=recipient.id,
                uid=found.uid,
                workflow=workflow,
                tenant=tenant,
                **page_parameters(page),
            )
        )
        return await self._page(recipient.environment_id, rows, page)

    async def _page(
        self, environment_id: int, rows: Sequence[asyncpg.Record], page: PageRequest[UUID]
    ) -> Page[ScheduleEntry]:
        entries = await self._with_people(environment_id, [schedule_from(environment_id, row) for row in rows])
        return build_page(entries, page, lambda entry: entry.schedule.id)

    async def _read(self, environment_id: int, ids: Sequence[UUID]) -> list[ScheduleEntry]:
        """Returns those schedules that there are, in the order asked for, each once."""
        rows = await self._pool.fetch(*SQL["schedules"](environment_id=environment_id, ids=ids))
        found = {row["id"]: schedule_from(environment_id, row) for row in rows}
        return await self._with_people(environment_id, [found[id] for id in dict.fromkeys(ids) if id in found])

    async def _with_people(self, environment_id: int, schedules: Sequence[Schedule]) -> list[ScheduleEntry]:
        named = [identity for schedule in schedules for identity in schedule.named]
        people = await read_people(self._reader, environment_id, named)
        return [
            ScheduleEntry(
                schedule,
                people.as_of(schedule.recipient, schedule.updated_at),
                None if schedule.actor is None else people.as_of(schedule.actor, schedule.updated_at),
            )
            for schedule in schedules
        ]


def page_parameters(page: PageRequest[UUID]) -> dict[str, Any]:
    """Returns the direction and the start of a page, and its limit: one row more than the page holds."""
    start_id = (page.before or FIRST_UID) if page.backwards else (page.after or LAST_UID)
    return {"backwards": page.backwards, "start_id": start_id, "limit": page.size + 1}
