"""Lists of messages: of a user, of an object, of an environment (knock.md §2.2, filters `MF`)."""

from __future__ import annotations

from uuid import UUID

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import message_rendering, rendering
from addressee.dialects.knock.mapping.filters import trigger_data
from addressee.dialects.knock.shapes.common import Items
from addressee.dialects.knock.shapes.messages import Message
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.places import object_place, user_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.recipient import Place
from addressee.messaging.messages.listing import EARLIEST, LATEST, MessageFilter
from addressee.messaging.messages.model import Position
from addressee.messaging.messages.status import Status

routes = Routes(keys=SECRET)

ENGAGEMENTS = frozenset(
    {"seen", "read", "interacted", "link_clicked", "archived", "unseen", "unread", "unarchived"},
)
MAX_MESSAGE_IDS = 50

FILTERS = (
    *PAGING,
    "tenant",
    "channel_id",
    "source",
    "status[]",
    "engagement_status[]",
    "message_ids[]",
    "workflow_categories[]",
    "workflow_run_id",
    "workflow_recipient_run_id",
    "trigger_data",
    "inserted_at.gt",
    "inserted_at.gte",
    "inserted_at.lt",
    "inserted_at.lte",
)


@routes.get("/v1/messages", "messages.list", query=FILTERS, response=Items[Message])
async def list_all(call: Call) -> Items[Message]:
    """List messages, newest first."""

    return await messages_of(call, None)


@routes.get("/v1/users/{user_id}/messages", "users.list_messages", query=FILTERS, response=Items[Message])
async def list_of_user(call: Call) -> Items[Message]:
    """List a user's messages, newest first."""

    return await messages_of(call, user_place(call))


@routes.get(
    "/v1/objects/{collection}/{object_id}/messages", "objects.list_messages", query=FILTERS, response=Items[Message]
)
async def list_of_object(call: Call) -> Items[Message]:
    """List an object's messages, newest first."""

    return await messages_of(call, object_place(call))


async def messages_of(call: Call, place: Place | None) -> Items[Message]:
    query = Query(call.query_string)
    part = await call.services.messaging.messages.list(
        call.environment.id,
        None if place is None else [place],
        message_filter(query),
        parse_page(query, Position),
    )
    return rendering.items(part, message_rendering.message)


def message_filter(query: Query) -> MessageFilter:
    """Returns the filter that a query makes (`MF` in the contract). Raises KnockError or ParameterError."""
    ids = query.texts("message_ids")
    if len(ids) > MAX_MESSAGE_IDS:
        raise invalid("message_ids", f"message_ids takes at most {MAX_MESSAGE_IDS} ids.")
    engagements = query.texts("engagement_status")
    if unknown := set(engagements) - ENGAGEMENTS:
        raise invalid("engagement_status", f"{sorted(unknown)[0]} is not an engagement status.")
    since, until = query.period("inserted_at")
    channel_id = uuid(query, "channel_id")
    return MessageFilter(
        tenant=query.text("tenant"),
        channel_ids=None if channel_id is None else [channel_id],
        source=query.text("source"),
        statuses=statuses(query.texts("status")),
        engagements=engagements,
        message_ids=ids or None,
        categories=query.texts("workflow_categories"),
        run_id=uuid(query, "workflow_run_id"),
        recipient_run_id=uuid(query, "workflow_recipient_run_id"),
        trigger_data=trigger_data(query),
        since=since or EARLIEST,
        until=until or LATEST,
    )


def statuses(texts: list[str]) -> list[Status]:
    try:
        return [Status(text) for text in texts]
    except ValueError:
        raise invalid("status", f"status must be one of {', '.join(Status)}.") from None


def uuid(query: Query, name: str) -> UUID | None:
    text = query.text(name)
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise invalid(name, f"{name} must be a UUID.") from None
