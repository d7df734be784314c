"""Renders recipients and what hangs on them in Knock's shapes (knock.md §2.0, §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from msgspec import to_builtins

from addressee.api.call import Call
from addressee.database.paging import Page, write_cursor
from addressee.dialects.knock.mapping.preference_sets import knock_sets
from addressee.dialects.knock.mapping.profiles import is_trait
from addressee.dialects.knock.mapping.tenant_settings import settings_of
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.query import Query
from addressee.directory.groups.subscriptions import Subscription
from addressee.directory.recipient import TENANTS, USERS, Document, Identity, Place, Recipient
from addressee.directory.writing.bulk import BulkOperation, Failure
from addressee.messaging.recipients.people import MISSING_NAME, Missing
from addressee.messaging.schedules.model import ScheduleEntry
from addressee.preferences.sets import MEMBERS

T = TypeVar("T")

SHAPES = ("flat", "nested")


def milliseconds(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def microseconds(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def optional(instant: datetime | None) -> str | None:
    return None if instant is None else microseconds(instant)


def shape_of(call: Call, query: Query) -> str:
    """How this request wants users: its header, else its query, else the environment's setting (§4.3)."""
    wanted = call.headers.get("x-knock-user-shape") or query.text("user_shape")
    if wanted is None:
        return call.environment.settings.user_shape
    if wanted not in SHAPES:
        raise invalid("user_shape", "The shape of users is flat or nested.")
    return wanted


def user(recipient: Recipient, shape: str = "flat") -> Document:
    return nested_user(recipient) if shape == "nested" else flat_user(recipient)


def flat_user(recipient: Recipient) -> Document:
    return {
        "id": recipient.identity.id,
        "created_at": None,
        **known_attributes(recipient),
        **traits(recipient),
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "User",
    }


def nested_user(recipient: Recipient) -> Document:
    return {
        "id": recipient.identity.id,
        "properties": {**traits(recipient), **known_attributes(recipient)},
        "preferences": preference_sets(recipient) or None,
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "User",
    }


def preference_sets(recipient: Recipient) -> Document:
    return knock_sets(recipient.preferences)


def entity(recipient: Recipient) -> Document:
    """A recipient of any collection: a user flat, an object with its properties nested."""
    if recipient.place.collection == USERS:
        return flat_user(recipient)
    created_at = recipient.attributes.get("created_at")
    is_tenant = recipient.place.collection == TENANTS
    return {
        "id": recipient.identity.id,
        "collection": recipient.place.collection,
        "properties": {
            **traits(recipient),
            **outside(recipient),
            **({"settings": settings_of(recipient, recipient.preferences.get(MEMBERS))} if is_tenant else {}),
        },
        "created_at": created_at,
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "Tenant" if is_tenant else "Object",
    }


def outside(recipient: Recipient) -> Document:
    """The attributes that stand among an object's properties; those that have places of their own do not."""
    attributes = known_attributes(recipient)
    return {name: value for name, value in attributes.items() if name not in ("created_at", "branding")}


def traits(recipient: Recipient) -> Document:
    """Its properties, but for those that another dialect has stored under the name of something else."""
    attributes = known_attributes(recipient)
    return {
        name: value for name, value in recipient.properties.items() if name not in attributes and is_trait(name, value)
    }


def known_attributes(recipient: Recipient) -> Document:
    """All but those that Knock does not have: their names are free for properties."""
    if "language" not in recipient.attributes:
        return recipient.attributes
    return {name: value for name, value in recipient.attributes.items() if name != "language"}


def tenant(recipient: Recipient, members: Document | None) -> Document:
    """A tenant, flat; `members` is the preference set to show for those who are told something on its behalf."""
    return {
        **traits(recipient),
        **outside(recipient),
        "id": recipient.identity.id,
        "settings": settings_of(recipient, members),
        "created_at": recipient.attributes.get("created_at"),
        "updated_at": milliseconds(recipient.updated_at),
        "__typename": "Tenant",
    }


def with_preferences(rendered: Document, recipient: Recipient) -> Document:
    return {**rendered, "preferences": preference_sets(recipient)}


def subscription(subscription: Subscription, *, preferences: bool = False) -> Document:
    recipient = entity(subscription.recipient)
    return {
        "__typename": "Subscription",
        "__cursor": write_cursor(subscription.id),
        "object": entity(subscription.object),
        "recipient": with_preferences(recipient, subscription.recipient) if preferences else recipient,
        "properties": subscription.properties,
        "inserted_at": milliseconds(subscription.inserted_at),
        "updated_at": milliseconds(subscription.updated_at),
    }


def audience_member(subscription: Subscription) -> Document:
    return {
        "__typename": "AudienceMember",
        "__cursor": write_cursor(subscription.id),
        "user_id": subscription.recipient.identity.id,
        "user": flat_user(subscription.recipient),
        "tenant": subscription.properties.get("tenant"),
        "added_at": milliseconds(subscription.inserted_at),
    }


def mention(recipient: Recipient | Missing) -> Document:
    """Someone whom another's message mentions; who is gone leaves a marker (§3.4)."""
    if isinstance(recipient, Recipient):
        return entity(recipient)
    return {
        "__typename": "User",
        "id": recipient.identity.id,
        "name": MISSING_NAME,
        "email": None,
        "avatar": None,
        "phone_number": None,
        "timezone": None,
        "created_at": None,
        "updated_at": milliseconds(recipient.deleted_at),
        "missing": True,
    }


def reference(where: Place | Identity) -> str | Document:
    return where.id if where.collection == USERS else {"id": where.id, "collection": where.collection}


def page_info(part: Page[Any]) -> Document:
    return {"__typename": "PageInfo", "page_size": part.size, "after": part.after, "before": part.before}


def entries(part: Page[T], render: Callable[[T], Document]) -> Document:
    return {"entries": [render(entry) for entry in part.entries], "page_info": page_info(part)}


def items(part: Page[T], render: Callable[[T], Document]) -> Document:
    return {"items": [render(entry) for entry in part.entries], "page_info": page_info(part)}


def bulk_operation(operation: BulkOperation) -> Document:
    started, completed, failed = (
        None if at is None else milliseconds(at)
        for at in (operation.started_at, operation.completed_at, operation.failed_at)
    )
    return {
        "__typename": "BulkOperation",
        "id": str(operation.id),
        "name": operation.name,
        "status": operation.status,
        "estimated_total_rows": operation.total,
        "processed_rows": operation.total,
        "success_count": operation.total - len(operation.failures),
        "error_count": len(operation.failures),
        "error_items": [error_item(failure) for failure in operation.failures],
        "inserted_at": started,
        "updated_at": completed or failed or started,
        "started_at": started,
        "completed_at": completed,
        "failed_at": failed,
        "progress_path": f"/v1/bulk_operations/{operation.id}",
    }


def error_item(failure: Failure) -> Document:
    collection = {} if failure.collection == USERS else {"collection": failure.collection}
    return {"id": failure.id, **collection, "message": failure.message}


def schedule(entry: ScheduleEntry) -> Document:
    schedule = entry.schedule
    return {
        "__typename": "Schedule",
        "id": str(schedule.id),
        "workflow": schedule.workflow,
        "recipient": mention(entry.recipient),
        "actor": None if entry.actor is None else mention(entry.actor),
        "tenant": schedule.tenant,
        "data": schedule.data,
        "repeats": [{"__typename": "ScheduleRepeat", **to_builtins(repeat)} for repeat in schedule.timing.repeats],
        "scheduled_at": optional(schedule.timing.scheduled_at),
        "ending_at": optional(schedule.timing.ending_at),
        "next_occurrence_at": optional(schedule.next_occurrence_at),
        "last_occurrence_at": optional(schedule.last_occurrence_at),
        "inserted_at": microseconds(schedule.inserted_at),
        "updated_at": microseconds(schedule.updated_at),
    }
