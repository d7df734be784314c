"""Renders recipients and what hangs on them in Knock's shapes (knock.md §2.0, §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType, structs

from addressee.api.call import Call
from addressee.database.paging import Page, write_cursor
from addressee.dialects.knock.mapping.preference_sets import knock_sets
from addressee.dialects.knock.mapping.profiles import is_trait
from addressee.dialects.knock.mapping.tenant_settings import settings_of
from addressee.dialects.knock.shapes import common as shapes
from addressee.dialects.knock.shapes.audiences import AudienceMember
from addressee.dialects.knock.shapes.bulk import BulkOperation, ErrorItem
from addressee.dialects.knock.shapes.objects import Object
from addressee.dialects.knock.shapes.schedules import Schedule, ScheduleRepeat
from addressee.dialects.knock.shapes.subscriptions import Subscription
from addressee.dialects.knock.shapes.tenants import Tenant
from addressee.dialects.knock.shapes.users import User
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.query import Query
from addressee.directory.groups import subscriptions
from addressee.directory.recipient import TENANTS, USERS, Document, Identity, Place, Recipient
from addressee.directory.writing import bulk
from addressee.messaging.recipients.people import MISSING_NAME, Missing
from addressee.messaging.schedules.model import ScheduleEntry
from addressee.preferences.sets import MEMBERS

S = TypeVar("S")
T = TypeVar("T")

SHAPES = ("flat", "nested")


def milliseconds(instant: datetime) -> str:
    return f"{seconds(instant)}.{instant.microsecond // 1000:03}Z"


def microseconds(instant: datetime) -> str:
    return f"{seconds(instant)}.{instant.microsecond:06}Z"


def seconds(instant: datetime) -> str:
    """Returns a time in UTC, cut off after its seconds. It is read from msgspec, which writes times far faster."""
    return msgspec.json.encode(instant.astimezone(UTC))[1:20].decode()


def optional(instant: datetime | None) -> str | None:
    return None if instant is None else microseconds(instant)


def shape_of(call: Call, query: Query) -> str:
    """Returns how this request wants users: as its header, its query or else its environment says (§4.3)."""
    wanted = call.headers.get("x-knock-user-shape") or query.text("user_shape")
    if wanted is None:
        return call.environment.settings.user_shape
    if wanted not in SHAPES:
        raise invalid("user_shape", "The shape of users is flat or nested.")
    return wanted


def user(
    recipient: Recipient, shape: str = "flat", *, with_preferences: bool = False, cursor: UUID | None = None
) -> User:
    """Returns a user as a dict: only that has room for traits beside the fields of `User`."""
    rendered = nested_user(recipient) if shape == "nested" else flat_user(recipient)
    if with_preferences:
        rendered["preferences"] = knock_sets(recipient.preferences)
    if cursor is not None:
        rendered["__cursor"] = write_cursor(cursor)
    return cast(User, rendered)


def flat_user(recipient: Recipient) -> Document:
    return {
        "id": recipient.place.id,
        "created_at": None,
        **knock_attributes(recipient),
        **traits(recipient),
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "User",
    }


def nested_user(recipient: Recipient) -> Document:
    return {
        "id": recipient.place.id,
        "properties": {**traits(recipient), **knock_attributes(recipient)},
        "preferences": knock_sets(recipient.preferences) or None,
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "User",
    }


def object(recipient: Recipient, *, with_preferences: bool = False, cursor: UUID | None = None) -> Object:
    is_tenant = recipient.place.collection == TENANTS
    settings = {"settings": settings_of(recipient, recipient.preferences.get(MEMBERS))} if is_tenant else {}
    return Object(
        id=recipient.place.id,
        collection=recipient.place.collection,
        properties={**traits(recipient), **outside(recipient), **settings},
        created_at=recipient.attributes.get("created_at"),
        updated_at=milliseconds(recipient.updated_at),
        typename="Tenant" if is_tenant else "Object",
        cursor=UNSET if cursor is None else write_cursor(cursor),
        preferences=knock_sets(recipient.preferences) if with_preferences else UNSET,
    )


def entity(recipient: Recipient, *, with_preferences: bool = False) -> User | Object:
    if recipient.place.collection == USERS:
        return user(recipient, with_preferences=with_preferences)
    return object(recipient, with_preferences=with_preferences)


def outside(recipient: Recipient) -> Document:
    """Returns the attributes that stand among an object's properties; the others have places of their own."""
    attributes = knock_attributes(recipient)
    return {name: value for name, value in attributes.items() if name not in ("created_at", "branding")}


def traits(recipient: Recipient) -> Document:
    """Returns the properties, but for those that another dialect has stored under the name of something else."""
    attributes = knock_attributes(recipient)
    return {
        name: value for name, value in recipient.properties.items() if name not in attributes and is_trait(name, value)
    }


def knock_attributes(recipient: Recipient) -> Document:
    """Returns all attributes but those that Knock does not have: their names are free for properties."""
    if "language" not in recipient.attributes:
        return recipient.attributes
    return {name: value for name, value in recipient.attributes.items() if name != "language"}


def tenant(recipient: Recipient, members: Document | None, *, cursor: UUID | None = None) -> Tenant:
    """Returns a tenant as a dict, since its properties stand beside the fields of `Tenant`.

    `members` is the preference set to show for those who are told something on its behalf.
    """
    rendered = {
        **traits(recipient),
        **outside(recipient),
        "id": recipient.place.id,
        "settings": settings_of(recipient, members),
        "created_at": recipient.attributes.get("created_at"),
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "Tenant",
        **({} if cursor is None else {"__cursor": write_cursor(cursor)}),
    }
    return cast(Tenant, rendered)


def subscription(subscription: subscriptions.Subscription, *, with_preferences: bool = False) -> Subscription:
    return Subscription(
        cursor=write_cursor(subscription.id),
        object=object(subscription.object),
        recipient=entity(subscription.recipient, with_preferences=with_preferences),
        properties=subscription.properties,
        inserted_at=milliseconds(subscription.inserted_at),
        updated_at=milliseconds(subscription.updated_at),
    )


def audience_member(subscription: subscriptions.Subscription) -> AudienceMember:
    return AudienceMember(
        cursor=write_cursor(subscription.id),
        user_id=subscription.recipient.place.id,
        user=user(subscription.recipient),
        tenant=subscription.properties.get("tenant"),
        added_at=milliseconds(subscription.inserted_at),
    )


def user_of_audience(recipient: Recipient) -> AudienceMember:
    """Returns a member of a dynamic audience; `added_at` is the last change, as nobody knows since when it is one."""
    return AudienceMember(
        cursor=write_cursor(recipient.uid),
        user_id=recipient.place.id,
        user=user(recipient),
        tenant=None,
        added_at=milliseconds(recipient.updated_at),
    )


def mention(recipient: Recipient | Missing) -> User | Object | shapes.MissingUser:
    """Returns somebody whom another's message mentions, or the marker of somebody who was deleted (§3.4)."""
    if isinstance(recipient, Recipient):
        return entity(recipient)
    return shapes.MissingUser(
        id=recipient.identity.id, name=MISSING_NAME, updated_at=milliseconds(recipient.deleted_at)
    )


def reference(where: Place | Identity) -> shapes.Reference:
    return where.id if where.collection == USERS else shapes.ObjectReference(id=where.id, collection=where.collection)


def page_info(page: Page[Any]) -> shapes.PageInfo:
    return shapes.PageInfo(page_size=page.size, after=page.after, before=page.before)


def entries(page: Page[S], render: Callable[[S], T]) -> shapes.Entries[T]:
    return shapes.Entries(entries=[render(entry) for entry in page.entries], page_info=page_info(page))


def items(page: Page[S], render: Callable[[S], T]) -> shapes.Items[T]:
    return shapes.Items(items=[render(entry) for entry in page.entries], page_info=page_info(page))


def bulk_operation(operation: bulk.BulkOperation) -> BulkOperation:
    started = milliseconds(operation.started_at)
    completed, failed = (
        None if at is None else milliseconds(at) for at in (operation.completed_at, operation.failed_at)
    )
    return BulkOperation(
        id=str(operation.id),
        name=operation.name,
        status=operation.status,
        estimated_total_rows=operation.total,
        processed_rows=operation.total,
        success_count=operation.total - len(operation.failures),
        error_count=len(operation.failures),
        error_items=[error_item(failure) for failure in operation.failures],
        inserted_at=started,
        updated_at=completed or failed or started,
        started_at=started,
        completed_at=completed,
        failed_at=failed,
        progress_path=f"/v1/bulk_operations/{operation.id}",
    )


def error_item(failure: bulk.Failure) -> ErrorItem:
    collection: str | UnsetType = UNSET if failure.collection == USERS else failure.collection
    return ErrorItem(id=failure.id, collection=collection, message=failure.message)


def schedule(entry: ScheduleEntry, *, with_cursor: bool = False) -> Schedule:
    schedule = entry.schedule
    return Schedule(
        id=str(schedule.id),
        workflow=schedule.workflow,
        recipient=mention(entry.recipient),
        actor=None if entry.actor is None else mention(entry.actor),
        tenant=schedule.tenant,
        data=schedule.data,
        repeats=[ScheduleRepeat(**structs.asdict(repeat)) for repeat in schedule.timing.repeats],
        scheduled_at=optional(schedule.timing.scheduled_at),
        ending_at=optional(schedule.timing.ending_at),
        next_occurrence_at=optional(schedule.next_occurrence_at),
        last_occurrence_at=optional(schedule.last_occurrence_at),
        inserted_at=microseconds(schedule.inserted_at),
        updated_at=microseconds(schedule.updated_at),
        cursor=write_cursor(schedule.id) if with_cursor else UNSET,
    )
