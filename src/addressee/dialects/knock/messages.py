"""Messages: read them, and mark what a person did with them (knock.md §2.2, §3.9)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from addressee.dialects.knock import rendering, shapes
from addressee.dialects.knock.bodies import typed_body
from addressee.dialects.knock.errors import invalid, missing
from addressee.dialects.knock.paging import PAGING, asked_page
from addressee.dialects.knock.query import Query
from addressee.dialects.knock.users import ANY_KEY, SECRET, user_place
from addressee.dialects.operation import Answer, Call, Handler, Operation, json_answer
from addressee.directory.documents import check_text, check_value
from addressee.directory.recipient import USERS, Document
from addressee.messaging import EARLIEST, LATEST, Mark, Message, MessageFilter, Position, Reference, Status

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

FEED_WRITE = "user/feed_write"
FEED_READ = "user/feed_read"


async def list_of_user(call: Call) -> Answer:
    query = Query(call.query_string)
    part = await call.rooms.messaging.messages(
        call.environment.id,
        Reference(USERS, user_place(call).id),
        message_filter(query),
        asked_page(query, Position),
    )
    return json_answer(rendering.items(part, rendering.message))


def message_filter(query: Query) -> MessageFilter:
    """The filters `MF` of the contract."""
    ids = query.texts("message_ids")
    if len(ids) > MAX_MESSAGE_IDS:
        raise invalid("message_ids", f"message_ids takes at most {MAX_MESSAGE_IDS} ids.")
    engagements = query.texts("engagement_status")
    if unknown := set(engagements) - ENGAGEMENTS:
        raise invalid("engagement_status", f"{sorted(unknown)[0]} is not an engagement status.")
    since, until = query.period("inserted_at")
    return MessageFilter(
        tenant=query.text("tenant"),
        channel_id=uuid(query, "channel_id"),
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


def trigger_data(query: Query) -> Document:
    """A flat object that the run's data must contain; nested values cannot be asked for (§3.9)."""
    data = query.document("trigger_data")
    if any(isinstance(value, dict | list) for value in data.values()):
        raise invalid("trigger_data", "trigger_data must be a flat object.")
    check_value(data, "trigger_data")
    return data


async def get(call: Call) -> Answer:
    return json_answer(rendering.message(await own_message(call)))


async def own_message(call: Call) -> Message:
    """The message of the path, if the caller may touch it; another user's is as if it were not there."""
    message = await call.rooms.messaging.message(call.environment.id, call.path["message_id"])
    user_id = call.caller.user_id
    if message is None or (user_id is not None and message.recipient.reference != Reference(USERS, user_id)):
        raise missing("The message")
    return message


async def content(call: Call) -> Answer:
    found = await call.rooms.messaging.contents(call.environment.id, [call.path["message_id"]])
    if not found:
        raise missing("The message")
    return json_answer(rendering.contents(found[0]))


async def batch_content(call: Call) -> Answer:
    ids = Query(call.query_string).texts("message_ids")
    if not 1 <= len(ids) <= shapes.MAX_BATCH_CONTENTS:
        raise invalid("message_ids", f"message_ids takes 1 to {shapes.MAX_BATCH_CONTENTS} ids.")
    found = await call.rooms.messaging.contents(call.environment.id, ids)
    return json_answer([rendering.contents(one) for one in found])


async def events(call: Call) -> Answer:
    page = asked_page(Query(call.query_string), str)
    part = await call.rooms.messaging.events(call.environment.id, call.path["message_id"], page)
    if part is None:
        raise missing("The message")
    return json_answer(rendering.items(part, rendering.event))


async def mark_one(call: Call, mark: Mark) -> Answer:
    metadata = interaction(call).metadata if mark is Mark.INTERACTED else None
    marked = await call.rooms.messaging.mark(
        call.environment.id,
        [call.path["message_id"]],
        mark,
        user=call.caller.user_id,
        metadata=checked_metadata(metadata),
    )
    if not marked:
        raise missing("The message")
    return json_answer(rendering.message(marked[0]))


def interaction(call: Call) -> shapes.Interaction:
    return typed_body(call, shapes.Interaction)


async def mark_batch(call: Call, mark: Mark) -> Answer:
    given = typed_body(call, shapes.MessagesInteraction)
    for id in given.message_ids:
        check_text(id, "message_ids")
    marked = await call.rooms.messaging.mark(
        call.environment.id,
        given.message_ids,
        mark,
        user=call.caller.user_id,
        metadata=checked_metadata(given.metadata) if mark is Mark.INTERACTED else None,
    )
    return json_answer([rendering.message(message) for message in marked])


def checked_metadata(metadata: dict[str, Any] | None) -> Document | None:
    if metadata is None:
        return None
    for name, value in metadata.items():
        check_text(name, "metadata")
        if isinstance(value, dict | list):
            raise invalid(f"metadata.{name}", "metadata must be a flat object.")
        check_value(value, f"metadata.{name}")
    return metadata


def marking(method: str, word: str, name: str, mark: Mark) -> Operation:
    return Operation(
        method,
        f"/v1/messages/{{message_id}}/{word}",
        f"messages.{name}",
        f"Mark a message as {mark.value}",
        partial(mark_one, mark=mark),
        ANY_KEY,
        permission=FEED_WRITE,
        takes=shapes.Interaction if mark is Mark.INTERACTED else None,
        gives=dict[str, Any],
    )


def batch_marking(mark: Mark, name: str) -> Operation:
    handler: Handler = partial(mark_batch, mark=mark)
    return Operation(
        "POST",
        f"/v1/messages/batch/{mark.value}",
        f"messages.batch.{name}",
        f"Mark up to {shapes.MAX_ROWS:,} messages as {mark.value}",
        handler,
        ANY_KEY,
        permission=FEED_WRITE,
        takes=shapes.MessagesInteraction if mark is Mark.INTERACTED else shapes.Messages,
        gives=list[dict[str, Any]],
    )


OPERATIONS = (
    Operation(
        "GET",
        "/v1/users/{user_id}/messages",
        "users.list_messages",
        "List a user's messages, newest first",
        list_of_user,
        SECRET,
        query=FILTERS,
        gives=dict[str, Any],
    ),
    Operation(
        "GET",
        "/v1/messages/{message_id}",
        "messages.get",
        "Get a message",
        get,
        ANY_KEY,
        permission=FEED_READ,
        gives=dict[str, Any],
    ),
    Operation(
        "GET",
        "/v1/messages/{message_id}/content",
        "messages.get_content",
        "Get what a message says",
        content,
        SECRET,
        gives=dict[str, Any],
    ),
    Operation(
        "GET",
        "/v1/messages/{message_id}/events",
        "messages.list_events",
        "List what happened to a message",
        events,
        SECRET,
        query=PAGING,
        gives=dict[str, Any],
    ),
    Operation(
        "GET",
        "/v1/messages/batch/content",
        "messages.batch.get_content",
        "Get what up to 25 messages say",
        batch_content,
        SECRET,
        query=("message_ids[]",),
        gives=list[dict[str, Any]],
    ),
    marking("PUT", "seen", "mark_as_seen", Mark.SEEN),
    marking("DELETE", "seen", "mark_as_unseen", Mark.UNSEEN),
    marking("DELETE", "unseen", "unseen", Mark.UNSEEN),
    marking("PUT", "read", "mark_as_read", Mark.READ),
    marking("DELETE", "read", "mark_as_unread", Mark.UNREAD),
    marking("DELETE", "unread", "unread", Mark.UNREAD),
    marking("PUT", "archived", "archive", Mark.ARCHIVED),
    marking("DELETE", "archived", "unarchive", Mark.UNARCHIVED),
    marking("DELETE", "unarchived", "unarchived", Mark.UNARCHIVED),
    marking("PUT", "interacted", "mark_as_interacted", Mark.INTERACTED),
    batch_marking(Mark.SEEN, "mark_as_seen"),
    batch_marking(Mark.UNSEEN, "mark_as_unseen"),
    batch_marking(Mark.READ, "mark_as_read"),
    batch_marking(Mark.UNREAD, "mark_as_unread"),
    batch_marking(Mark.ARCHIVED, "archive"),
    batch_marking(Mark.UNARCHIVED, "unarchive"),
    batch_marking(Mark.INTERACTED, "mark_as_interacted"),
)
