"""Marks messages as seen, read, archived and so on, one or several at once (knock.md §2.2, §3.9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Declaration, Routes
from addressee.database.paging import PageRequest
from addressee.dialects.knock.mapping import message_rendering
from addressee.dialects.knock.shapes import messages as shapes
from addressee.dialects.knock.shapes.common import MAX_ROWS
from addressee.dialects.knock.wire.authentication import FEED_WRITE
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.directory.documents import check_text, check_value
from addressee.directory.recipient import Document
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message

routes = Routes(keys=ANY_KEY)


def declare(method: Callable[..., Declaration[shapes.Message]], word: str, name: str, mark: Mark) -> None:
    """Declares the route that marks one message."""

    @method(
        f"/v1/messages/{{message_id}}/{word}",
        f"messages.{name}",
        summary=f"Mark a message as {mark.value}",
        permission=FEED_WRITE,
        request=shapes.Interaction if mark is Mark.INTERACTED else None,
        response=shapes.Message,
    )
    async def mark_one(call: Call) -> shapes.Message:
        metadata = typed_body(call, shapes.Interaction).metadata if mark is Mark.INTERACTED else None
        marked = await call.services.messaging.marks.mark(
            call.environment.id,
            await covered(call, [call.path["message_id"]]),
            mark,
            user=call.caller.user_id,
            metadata=parse_metadata(metadata),
            receipt=call.receipt(one_message),
        )
        return one_message(marked)


def declare_batch(name: str, mark: Mark) -> None:
    """Declares the route that marks several messages."""

    @routes.post(
        f"/v1/messages/batch/{mark.value}",
        f"messages.batch.{name}",
        summary=f"Mark up to {MAX_ROWS:,} messages as {mark.value}",
        permission=FEED_WRITE,
        request=shapes.MessagesInteraction if mark is Mark.INTERACTED else shapes.MessageIds,
        response=list[shapes.Message],
    )
    async def mark_batch(call: Call) -> list[shapes.Message]:
        given = typed_body(call, shapes.MessagesInteraction)
        for id in given.message_ids:
            check_text(id, "message_ids")
        marked = await call.services.messaging.marks.mark(
            call.environment.id,
            await covered(call, given.message_ids),
            mark,
            user=call.caller.user_id,
            metadata=parse_metadata(given.metadata) if mark is Mark.INTERACTED else None,
            receipt=call.receipt(several_messages),
        )
        return several_messages(marked)


declare(routes.put, "seen", "mark_as_seen", Mark.SEEN)
declare(routes.delete, "seen", "mark_as_unseen", Mark.UNSEEN)
declare(routes.delete, "unseen", "unseen", Mark.UNSEEN)
declare(routes.put, "read", "mark_as_read", Mark.READ)
declare(routes.delete, "read", "mark_as_unread", Mark.UNREAD)
declare(routes.delete, "unread", "unread", Mark.UNREAD)
declare(routes.put, "archived", "archive", Mark.ARCHIVED)
declare(routes.delete, "archived", "unarchive", Mark.UNARCHIVED)
declare(routes.delete, "unarchived", "unarchived", Mark.UNARCHIVED)
declare(routes.put, "interacted", "mark_as_interacted", Mark.INTERACTED)
declare_batch("mark_as_seen", Mark.SEEN)
declare_batch("mark_as_unseen", Mark.UNSEEN)
declare_batch("mark_as_read", Mark.READ)
declare_batch("mark_as_unread", Mark.UNREAD)
declare_batch("archive", Mark.ARCHIVED)
declare_batch("unarchive", Mark.UNARCHIVED)
declare_batch("mark_as_interacted", Mark.INTERACTED)


async def covered(call: Call, ids: Sequence[str]) -> Sequence[str]:
    """Returns the messages that the caller's token covers, if it is limited to tenants.

    They are read before they are marked, since a message's tenant never changes.
    """
    if not call.caller.is_limited_to_tenants or not ids:
        return ids
    found = await call.services.messaging.messages.list(
        call.environment.id, None, MessageFilter(message_ids=ids), PageRequest(len(ids))
    )
    visible = {message.id for message in found.entries if call.caller.covers_tenant(FEED_WRITE, message.tenant)}
    return [id for id in ids if id in visible]


def one_message(found: Sequence[Message]) -> shapes.Message:
    """Raises KnockError when there is none; raised while the receipt is made, it keeps the request from having one."""
    if not found:
        raise missing("The message")
    return message_rendering.message(found[0])


def several_messages(found: Sequence[Message]) -> list[shapes.Message]:
    return [message_rendering.message(message) for message in found]


def parse_metadata(metadata: dict[str, Any] | None) -> Document | None:
    """Returns the metadata of an interaction. Raises KnockError for nested values, RefusedError for unstorable ones."""
    if metadata is None:
        return None
    for name, value in metadata.items():
        check_text(name, "metadata")
        if isinstance(value, dict | list):
            raise invalid(f"metadata.{name}", "metadata must be a flat object.")
        check_value(value, f"metadata.{name}")
    return metadata
