"""Single messages: what they are, what they say, and what happened to them (knock.md §2.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY, SECRET
from addressee.api.routes import Routes
from addressee.database.paging import write_cursor
from addressee.dialects.knock.mapping import message_rendering, rendering
from addressee.dialects.knock.mapping.message_lists import trigger_data
from addressee.dialects.knock.wire import shapes
from addressee.dialects.knock.wire.authentication import FEED_READ
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, asked_page
from addressee.dialects.knock.wire.query import Query
from addressee.directory.recipient import Document
from addressee.messaging.messages.model import Message

routes = Routes(keys=SECRET)

# What other dialects' clients do with messages, and this one's do not know.
UNKNOWN_TO_CLIENTS = frozenset({"message.dismissed"})


@routes.get("/v1/messages/{message_id}", "messages.get", keys=ANY_KEY, permission=FEED_READ, response=dict[str, Any])
async def get(call: Call) -> Answer:
    """Get a message."""
    return json_answer(message_rendering.message(await own_message(call)))


async def own_message(call: Call) -> Message:
    """The message of the path, if the caller may touch it; another user's is as if it were not there.

    So is what was kept of somebody who is gone, but with a secret key: the id may be somebody else's by now.
    """
    messaging, environment_id, id = call.services.messaging, call.environment.id, call.path["message_id"]
    if call.credential.kind == "secret":
        message = await messaging.messages.get(environment_id, id)
    else:
        message = await messaging.messages.get_living(environment_id, id, user=call.caller.user_id)
    if message is None or not call.caller.covers_tenant(FEED_READ, message.tenant):
        raise missing("The message")
    return message


@routes.get("/v1/messages/{message_id}/content", "messages.get_content", response=dict[str, Any])
async def content(call: Call) -> Answer:
    """Get what a message says."""
    found = await call.services.messaging.messages.contents(call.environment.id, [call.path["message_id"]])
    if not found:
        raise missing("The message")
    return json_answer(message_rendering.contents(found[0]))


@routes.get(
    "/v1/messages/batch/content", "messages.batch.get_content", query=("message_ids[]",), response=list[dict[str, Any]]
)
async def batch_content(call: Call) -> Answer:
    """Get what up to 25 messages say."""
    ids = Query(call.query_string).texts("message_ids")
    if not 1 <= len(ids) <= shapes.MAX_BATCH_CONTENTS:
        raise invalid("message_ids", f"message_ids takes 1 to {shapes.MAX_BATCH_CONTENTS} ids.")
    found = await call.services.messaging.messages.contents(call.environment.id, ids)
    return json_answer([message_rendering.contents(one) for one in found])


@routes.get("/v1/messages/{message_id}/events", "messages.list_events", query=PAGING, response=dict[str, Any])
async def events(call: Call) -> Answer:
    """List what happened to a message."""
    page = asked_page(Query(call.query_string), str)
    part = await call.services.messaging.messages.events(call.environment.id, call.path["message_id"], page)
    if part is None:
        raise missing("The message")
    known = replace(part, entries=[event for event in part.entries if event.type not in UNKNOWN_TO_CLIENTS])
    return json_answer(rendering.items(known, lambda event: listed(message_rendering.event(event))))


@routes.get(
    "/v1/messages/{message_id}/activities",
    "messages.list_activities",
    query=(*PAGING, "trigger_data"),
    response=dict[str, Any],
)
async def activities(call: Call) -> Answer:
    """List what a message is about."""
    query = Query(call.query_string)
    part = await call.services.messaging.messages.activities(
        call.environment.id, call.path["message_id"], trigger_data(query), asked_page(query, str)
    )
    if part is None:
        raise missing("The message")
    return json_answer(rendering.items(part, lambda activity: listed(message_rendering.activity(activity))))


@routes.get(
    "/v1/messages/{message_id}/delivery_logs", "messages.list_delivery_logs", query=PAGING, response=dict[str, Any]
)
async def delivery_logs(call: Call) -> Answer:
    """List what providers answered."""
    page = asked_page(Query(call.query_string), str)
    part = await call.services.messaging.messages.delivery_logs(call.environment.id, call.path["message_id"], page)
    if part is None:
        raise missing("The message")
    return json_answer(rendering.items(part, lambda log: listed(message_rendering.delivery_log(log, call.environment))))


def listed(rendered: Document) -> Document:
    """What belongs to a message is listed by its ids."""
    return {**rendered, "__cursor": write_cursor(rendered["id"])}
