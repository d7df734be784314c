"""Schedules: workflows that run by the clock (knock.md §2.2, §3.2, §3.13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType, structs

from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import typed, typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import rendering
from addressee.dialects.knock.mapping.recipients import (
    Given,
    RecipientParser,
    note,
    place_of,
    places_of,
    plan,
    recipient_parser,
)
from addressee.dialects.knock.routes.workflows import parse_data
from addressee.dialects.knock.shapes import schedules as shapes
from addressee.dialects.knock.shapes.bulk import BulkOperation
from addressee.dialects.knock.shapes.common import Entries
from addressee.dialects.knock.wire.errors import KnockError, invalid
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.places import object_place, user_place
from addressee.dialects.knock.wire.query import Query, instant
from addressee.directory.documents import Id, check_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.bulk import Failure
from addressee.messaging.schedules.changes import ScheduleChange
from addressee.messaging.schedules.creation import NewSchedule
from addressee.messaging.schedules.model import ScheduleEntry
from addressee.messaging.schedules.recurrence import Frequency, Repeat, Timing
from addressee.timing.weekdays import Weekday

routes = Routes(keys=SECRET)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

SHORTHANDS: dict[str, tuple[Weekday, ...]] = {"weekdays": tuple(Weekday)[:5], "weekends": tuple(Weekday)[5:]}


@routes.post(
    "/v1/schedules",
    "schedules.create",
    request=shapes.CreateSchedules,
    response=list[shapes.Schedule],
    max_body_bytes=MANY_RECIPIENTS_BYTES,
    not_idempotent=True,
)
async def create(call: Call) -> list[shapes.Schedule]:
    """Schedule a workflow for up to 100 recipients."""
    given = typed_body(call, shapes.CreateSchedules)
    recipients = places_of(call, "recipients", given.recipients)
    common = new_schedule(call, given, recipients[0])
    # A recipient that is named twice has one schedule.
    wanted = [replace(common, recipient=recipient) for recipient in dict.fromkeys(recipients)]
    parser = await recipient_parser(call, [*given.recipients, given.actor, given.tenant])
    planned = await plan(
        call,
        [*recipients, *([common.actor] if common.actor else [])],
        [
            *parser.mentions("recipients", given.recipients),
            *parser.mention("actor", given.actor),
            *parser.tenant(given.tenant),
        ],
    )
    created = await call.services.messaging.schedules.create(
        call.environment, wanted, planned, receipt=call.receipt(answer)
    )
    await note(call, planned)
    return answer(created)


def answer(entries: Sequence[ScheduleEntry]) -> list[shapes.Schedule]:
    return [rendering.schedule(entry) for entry in entries]


def new_schedule(call: Call, given: shapes.ScheduleInput, recipient: Place) -> NewSchedule:
    """Returns the schedule of one recipient. Raises KnockError or RefusedError."""
    return NewSchedule(
        workflow=check_id(given.workflow, "workflow"),
        recipient=recipient,
        timing=Timing(
            repeats=repeats(given.repeats or ()),
            scheduled_at=parse_instant("scheduled_at", given.scheduled_at),
            **ending(given.ending_at),
        ),
        actor=None if given.actor is None else place_of(call, "actor", given.actor),
        tenant=None if given.tenant is None else tenant_id(call, given.tenant),
        data=parse_data("data", given.data or {}),
    )


def repeats(given: Iterable[shapes.RepeatInput]) -> tuple[Repeat, ...]:
    return tuple(
        Repeat(
            frequency=Frequency(one.frequency),
            interval=one.interval or 1,
            days=days(one.days or ()),
            day_of_month=one.day_of_month,
            hours=one.hours or 0,
            minutes=one.minutes or 0,
        )
        for one in given
    )


def days(given: str | Iterable[str]) -> tuple[Weekday, ...]:
    """Returns the days in the order of the week, each once."""
    names = [given] if isinstance(given, str) else given
    meant = {day for name in names for day in SHORTHANDS.get(name) or (Weekday(name),)}
    return tuple(day for day in Weekday if day in meant)


def parse_instant(field: str, given: str | None) -> datetime | None:
    return None if given is None else instant(field, given)


def ending(given: str | None) -> dict[str, Any]:
    """Returns the end as a field of Timing: an instant or, for a date without a time, the last day."""
    end = instant_or_day("ending_at", given)
    return {"ending_at": end} if end is None or isinstance(end, datetime) else {"ending_on": end}


def instant_or_day(field: str, given: str | None) -> datetime | date | None:
    if given is None or not DAY.fullmatch(given):
        return parse_instant(field, given)
    return instant(field, given).date()


def tenant_id(call: Call, given: Given) -> str:
    return place_of(call, "tenant", given, TENANTS).id


@routes.put(
    "/v1/schedules",
    "schedules.update",
    request=shapes.UpdateSchedules,
    response=list[shapes.Schedule],
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def update(call: Call) -> list[shapes.Schedule]:
    """Change up to 100 schedules to the same values."""
    given = typed_body(call, shapes.UpdateSchedules)
    change = ScheduleChange(
        repeats=UNSET if given.repeats is UNSET else repeats(given.repeats or ()),
        scheduled_at=changed_instant("scheduled_at", given.scheduled_at),
        ending_at=UNSET if given.ending_at is UNSET else instant_or_day("ending_at", given.ending_at),
        actor=place_of(call, "actor", given.actor) if isinstance(given.actor, Id | dict) else given.actor,
        tenant=tenant_id(call, given.tenant) if isinstance(given.tenant, Id | dict) else given.tenant,
        data=UNSET if given.data is UNSET else parse_data("data", given.data or {}),
    )
    ids = schedule_ids(given.schedule_ids)
    actor = given.actor if isinstance(given.actor, dict) and given.actor.keys() - {"id", "collection"} else None
    tenant = given.tenant or None
    parser = await recipient_parser(call, [actor, tenant])
    writes = [*parser.mention("actor", actor), *parser.tenant(tenant)]
    planned = await plan(call, [change.actor] if isinstance(change.actor, Place) else [], writes)
    changed = await call.services.messaging.schedules.update(
        call.environment, ids, change, planned, receipt=call.receipt(answer)
    )
    await note(call, planned)
    return answer(changed)


def changed_instant(field: str, given: str | UnsetType | None) -> datetime | UnsetType | None:
    return UNSET if given is UNSET else parse_instant(field, given)


def schedule_ids(given: Sequence[str]) -> list[UUID]:
    ids = []
    for index, text in enumerate(given):
        try:
            ids.append(UUID(text))
        except ValueError:
            field = f"schedule_ids[{index}]"
            raise invalid(field, f"{field} must be a UUID.") from None
    return ids


@routes.delete(
    "/v1/schedules",
    "schedules.delete",
    query=("schedule_ids[]",),
    request=shapes.DeleteSchedules,
    response=list[shapes.Schedule],
)
async def delete(call: Call) -> list[shapes.Schedule]:
    """Delete up to 100 schedules."""
    ids = schedule_ids(schedules_to_delete(call).schedule_ids)
    deleted = await call.services.messaging.schedules.delete(call.environment.id, ids, receipt=call.receipt(answer))
    return answer(deleted)


def schedules_to_delete(call: Call) -> shapes.DeleteSchedules:
    """Returns the body; of older SDKs, which send none, the ids in the query (§5.4)."""
    named = Query(call.query_string).texts("schedule_ids")
    if named and not call.body:
        return typed({"schedule_ids": named}, shapes.DeleteSchedules)
    return typed_body(call, shapes.DeleteSchedules)


@routes.post(
    "/v1/schedules/bulk/create",
    "schedules.bulk.create",
    request=shapes.BulkCreateSchedules,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
    not_idempotent=True,
)
async def bulk_create(call: Call) -> BulkOperation:
    """Create up to 1,000 schedules.

    A row that cannot be used fails alone, and nothing of it is written; the others are created.
    """
    given = typed_body(call, shapes.BulkCreateSchedules).schedules
    parser = await recipient_parser(call, [each for row in given for each in (row.recipient, row.actor, row.tenant)])
    rows = [parse_row(parser, index, row) for index, row in enumerate(given)]
    wanted = [row for row in rows if isinstance(row, NewSchedule)]
    planned = await call.services.directory.plan(
        [
            *(place for row in wanted for place in row.named),
            *(write.place for row in wanted for write in row.writes),
        ]
    )
    operation = await call.services.messaging.schedules.create_in_bulk(
        call.environment, rows, planned, receipt=call.receipt(rendering.bulk_operation)
    )
    await note(call, planned)
    return rendering.bulk_operation(operation)


def parse_row(parser: RecipientParser, index: int, given: shapes.BulkSchedule) -> NewSchedule | Failure:
    """Returns a row's schedule, or its failure, which names a row without a usable recipient by its position."""
    path = f"schedules[{index}]"
    who = Place(parser.call.environment.id, USERS, path)
    try:
        if given.recipient is None:
            raise invalid("recipient", "recipient is missing.")
        who = place_of(parser.call, "recipient", given.recipient)
        schedule = new_schedule(parser.call, given, who)
        writes = [
            *parser.mention("recipient", given.recipient),
            *parser.mention("actor", given.actor),
            *parser.tenant(given.tenant),
        ]
        return replace(schedule, writes=[structs.replace(write, path=f"{path}.{write.path}") for write in writes])
    except RefusedError as refusal:
        return Failure(who.collection, who.id, refusal.below(path).message)
    except KnockError as refusal:
        return Failure(who.collection, who.id, f"{path}.{refusal.message}")


@routes.get(
    "/v1/schedules",
    "schedules.list",
    query=(*PAGING, "workflow", "recipients[]", "tenant"),
    response=Entries[shapes.Schedule],
)
async def list_of_workflow(call: Call) -> Entries[shapes.Schedule]:
    """List a workflow's schedules, newest first."""
    query = Query(call.query_string)
    page, recipients = parse_page(query, UUID), query.places(call.environment.id, "recipients") or None
    workflow, tenant = query.text("workflow"), query.text("tenant")
    if workflow is None:
        raise invalid("workflow", "Say which workflow's schedules to list: workflow=<key>.")
    part = await call.services.messaging.schedules.list_of_workflow(
        call.environment.id, workflow, page, recipients=recipients, tenant=tenant
    )
    return rendering.entries(part, listed)


@routes.get(
    "/v1/users/{user_id}/schedules",
    "users.list_schedules",
    query=(*PAGING, "workflow", "tenant"),
    response=Entries[shapes.Schedule],
)
async def list_of_user(call: Call) -> Entries[shapes.Schedule]:
    """List a user's schedules, newest first."""
    return await list_of(call, user_place(call))


@routes.get(
    "/v1/objects/{collection}/{object_id}/schedules",
    "objects.list_schedules",
    query=(*PAGING, "workflow", "tenant"),
    response=Entries[shapes.Schedule],
)
async def list_of_object(call: Call) -> Entries[shapes.Schedule]:
    """List an object's schedules, newest first."""
    return await list_of(call, object_place(call))


async def list_of(call: Call, place: Place) -> Entries[shapes.Schedule]:
    query = Query(call.query_string)
    part = await call.services.messaging.schedules.list_of_recipient(
        place,
        parse_page(query, UUID),
        workflow=query.text("workflow"),
        tenant=query.text("tenant"),
    )
    return rendering.entries(part, listed)


def listed(entry: ScheduleEntry) -> shapes.Schedule:
    return rendering.schedule(entry, with_cursor=True)
