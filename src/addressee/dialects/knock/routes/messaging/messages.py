"""Single messages: what they are, what they say, and what happened to them (knock.md §2.2)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from addressee.api.call import Call
from addressee.api.operation import ANY_KEY, SECRET
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import message_rendering, rendering
from addressee.dialects.knock.mapping.filters import trigger_data
from addressee.dialects.knock.shapes import messages as shapes
from addressee.dialects.knock.shapes.common import Items
from addressee.dialects.knock.wire.authentication import FEED_READ
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.query import Query
from addressee.messaging.messages.model import Message

routes = Routes(keys=SECRET)

# Events that only other dialects' clients cause, and that Knock's do not know.
UNKNOWN_TO_CLIENTS = frozenset({"message.dismissed"})


@routes.get("/v1/messages/{message_id}", "messages.get", keys=ANY_KEY, permission=FEED_READ, response=shapes.Message)
async def get(call: Call) -> shapes.Message:
    """Get a message."""
    return message_rendering.message(await own_message(call))


async def own_message(call: Call) -> Message:
    """Returns the message that the path names. Raises KnockError when there is none that the caller may read.

    Messages that were kept of deleted users are for secret keys only, since the user's id may be another's by now.
    """
    messaging, environment_id, id = call.services.messaging, call.environment.id, call.path["message_id"]
    if call.credential.kind == "secret":
        message = await messaging.messages.get(environment_id, id)
    else:
        message = await messaging.messages.get_living(environment_id, id, user=call.caller.user_id)
    if message is None or not call.caller.covers_tenant(FEED_READ, message.tenant):
        raise missing("The message")
    return message


@routes.get("/v1/messages/{message_id}/content", "messages.get_content", response=shapes.MessageContent)
async def content(call: Call) -> shapes.MessageContent:
    """Get what a message says."""
    found = await call.services.messaging.messages.contents(call.environment.id, [call.path["message_id"]])
    if not found:
        raise missing("The message")
    return message_rendering.contents(found[0])


@routes.get(
    "/v1/messages/batch/content",
    "messages.batch.get_content",
    query=("message_ids[]",),
    response=list[shapes.MessageContent],
)
async def batch_content(call: Call) -> list[shapes.MessageContent]:
    """Get what up to 25 messages say."""
    ids = Query(call.query_string).texts("message_ids")
    if not 1 <= len(ids) <= shapes.MAX_BATCH_CONTENTS:
        raise invalid("message_ids", f"message_ids takes 1 to {shapes.MAX_BATCH_CONTENTS} ids.")
    found = await call.services.messaging.messages.contents(call.environment.id, ids)
    return [message_rendering.contents(one) for one in found]


@routes.get(
    "/v1/messages/{message_id}/events", "messages.list_events", query=PAGING, response=Items[shapes.MessageEvent]
)
async def events(call: Call) -> Items[shapes.MessageEvent]:
    """List what happened to a message."""
    page = parse_page(Query(call.query_string), str)
    part = await call.services.messaging.messages.events(call.environment.id, call.path["message_id"], page)
    if part is None:
        raise missing("The message")
    known = replace(part, entries=[event for event in part.entries if event.type not in UNKNOWN_TO_CLIENTS])
    return rendering.items(known, message_rendering.event)


@routes.get(
    "/v1/messages/{message_id}/activities",
    "messages.list_activities",
    query=(*PAGING, "trigger_data"),
    response=Items[shapes.Activity],
)
async def activities(call: Call) -> Items[shapes.Activity]:
    """List what a message is about."""
    query = Query(call.query_string)
    part = await call.services.messaging.messages.activities(
        call.environment.id, call.path["message_id"], trigger_data(query), parse_page(query, str)
    )
    if part is None:
        raise missing("The message")
    return rendering.items(part, partial(message_rendering.activity, with_cursor=True))


@routes.get(
    "/v1/messages/{message_id}/delivery_logs",
    "messages.list_delivery_logs",
    query=PAGING,
    response=Items[shapes.MessageDeliveryLog],
)
async def delivery_logs(call: Call) -> Items[shapes.MessageDeliveryLog]:
    """List what providers answered."""
    page = parse_page(Query(call.query_string), str)
    part = await call.services.messaging.messages.delivery_logs(call.environment.id, call.path["message_id"], page)
    if part is None:
        raise missing("The message")
    return rendering.items(part, partial(message_rendering.delivery_log, environment=call.environment))
