"""What people do with their messages: one, or several at once (knock.md §2.2, §3.9)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import typed_body
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY, Handler, Operation
from addressee.database.paging import PageRequest
from addressee.dialects.knock.mapping import message_rendering
from addressee.dialects.knock.wire import shapes
from addressee.dialects.knock.wire.authentication import FEED_WRITE
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.directory.documents import check_text, check_value
from addressee.directory.recipient import Document
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.mark import Mark
from addressee.messaging.messages.model import Message


async def mark_one(call: Call, mark: Mark) -> Answer:
    metadata = interaction(call).metadata if mark is Mark.INTERACTED else None
    marked = await call.services.messaging.marks.mark(
        call.environment.id,
        await covered(call, [call.path["message_id"]]),
        mark,
        user=call.caller.user_id,
        metadata=checked_metadata(metadata),
        receipt=call.receipt(one_message),
    )
    return one_message(marked)


async def covered(call: Call, ids: Sequence[str]) -> Sequence[str]:
    """Those that the caller's token covers, when it is limited to tenants; a message's tenant never changes."""
    if not call.caller.is_limited_to_tenants or not ids:
        return ids
    found = await call.services.messaging.messages.list(
        call.environment.id, None, MessageFilter(message_ids=ids), PageRequest(len(ids))
    )
    visible = {message.id for message in found.entries if call.caller.covers_tenant(FEED_WRITE, message.tenant)}
    return [id for id in ids if id in visible]


def one_message(found: Sequence[Message]) -> Answer:
    """Raises KnockError when there is none, which also keeps it from being stored as an answer."""
    if not found:
        raise missing("The message")
    return json_answer(message_rendering.message(found[0]))


def interaction(call: Call) -> shapes.Interaction:
    return typed_body(call, shapes.Interaction)


async def mark_batch(call: Call, mark: Mark) -> Answer:
    given = typed_body(call, shapes.MessagesInteraction)
    for id in given.message_ids:
        check_text(id, "message_ids")
    marked = await call.services.messaging.marks.mark(
        call.environment.id,
        await covered(call, given.message_ids),
        mark,
        user=call.caller.user_id,
        metadata=checked_metadata(given.metadata) if mark is Mark.INTERACTED else None,
        receipt=call.receipt(several_messages),
    )
    return several_messages(marked)


def several_messages(found: Sequence[Message]) -> Answer:
    return json_answer([message_rendering.message(message) for message in found])


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
        method=method,
        path=f"/v1/messages/{{message_id}}/{word}",
        name=f"messages.{name}",
        summary=f"Mark a message as {mark.value}",
        handler=partial(mark_one, mark=mark),
        keys=ANY_KEY,
        permission=FEED_WRITE,
        request=shapes.Interaction if mark is Mark.INTERACTED else None,
        response=dict[str, Any],
    )


def batch_marking(mark: Mark, name: str) -> Operation:
    handler: Handler = partial(mark_batch, mark=mark)
    return Operation(
        method="POST",
        path=f"/v1/messages/batch/{mark.value}",
        name=f"messages.batch.{name}",
        summary=f"Mark up to {shapes.MAX_ROWS:,} messages as {mark.value}",
        handler=handler,
        keys=ANY_KEY,
        permission=FEED_WRITE,
        request=shapes.MessagesInteraction if mark is Mark.INTERACTED else shapes.Messages,
        response=list[dict[str, Any]],
    )


OPERATIONS = (
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
