"""Schedules (knock.md §2.2, §3.13)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from addressee.dialects.knock.shapes.common import MAX_RECIPIENTS, MAX_ROWS, Entity, Named, OptionalEntity, Typed
from addressee.directory.documents import Id
from addressee.messaging.schedules.recurrence import MAX_INTERVAL

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends"]


class RepeatInput(Struct, kw_only=True):
    """`days` may be one word for several: weekdays or weekends."""

    frequency: Literal["hourly", "daily", "weekly", "monthly"]
    interval: Annotated[int, Meta(ge=1, le=MAX_INTERVAL)] | None = None
    days: Day | list[Day] | None = None
    day_of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    hours: Annotated[int, Meta(ge=0, le=23)] | None = None
    minutes: Annotated[int, Meta(ge=0, le=55, multiple_of=5)] | None = None


Repeats = Annotated[list[RepeatInput], Meta(max_length=MAX_RECIPIENTS)]
ScheduleIds = Annotated[list[str], Meta(max_length=MAX_RECIPIENTS)]


class ScheduleInput(Struct, kw_only=True):
    workflow: Named
    repeats: Repeats | None = None
    scheduled_at: str | None = None
    ending_at: str | None = None
    actor: Id | dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    tenant: Id | dict[str, Any] | None = None


class CreateSchedules(ScheduleInput, kw_only=True):
    recipients: Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_RECIPIENTS)]


class UpdateSchedules(Struct, kw_only=True):
    """Changes to schedules: fields that are not given stay, fields that are null are removed."""

    schedule_ids: ScheduleIds
    repeats: Repeats | UnsetType | None = UNSET
    scheduled_at: str | UnsetType | None = UNSET
    ending_at: str | UnsetType | None = UNSET
    actor: Id | dict[str, Any] | UnsetType | None = UNSET
    data: dict[str, Any] | UnsetType | None = UNSET
    tenant: Id | dict[str, Any] | UnsetType | None = UNSET


class DeleteSchedules(Struct, kw_only=True):
    schedule_ids: ScheduleIds


class BulkSchedule(ScheduleInput, kw_only=True):
    recipient: Id | dict[str, Any] | None = None


class BulkCreateSchedules(Struct, kw_only=True):
    schedules: Annotated[list[BulkSchedule], Meta(max_length=MAX_ROWS)]


class ScheduleRepeat(Typed, kw_only=True):
    frequency: str
    interval: int
    days: list[str]
    day_of_month: int | None
    hours: int
    minutes: int


class Schedule(Typed, kw_only=True):
    """`__cursor` is there in lists."""

    id: str
    workflow: str
    recipient: Entity
    actor: OptionalEntity
    tenant: str | None
    data: dict[str, Any]
    repeats: list[ScheduleRepeat]
    scheduled_at: str | None
    ending_at: str | None
    next_occurrence_at: str | None
    last_occurrence_at: str | None
    inserted_at: str
    updated_at: str
    cursor: str | UnsetType = field(name="__cursor", default=UNSET)
