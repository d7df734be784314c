"""Events as Knock's outbound webhooks tell them (knock.md, "Outbound webhooks")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from addressee.dialects.knock.mapping.message_rendering import message, recipient_run
from addressee.dialects.knock.mapping.rendering import microseconds
from addressee.messaging.webhooks.delivering.events import Event, ToldMessage, ToldRun, ToldTest

MESSAGE_WORDS = (
    *("sent", "delivered", "delivery_attempted", "undelivered", "bounced"),
    *("seen", "unseen", "read", "unread", "archived", "unarchived", "interacted", "link_clicked"),
)

# The types that Knock tells of. Of others, webhooks of this form are told nothing.
TYPES = frozenset({f"message.{word}" for word in MESSAGE_WORDS})


class KnockEvent(Struct, frozen=True):
    type: str
    created_at: str
    data: Any
    event_data: Any
    typename: str = field(default="Event", name="__typename")


class KnockForm:
    """The form by which Knock's customers read webhooks."""

    def body(self, event: Event) -> bytes | None:
        match event:
            case ToldMessage() if event.type in TYPES:
                return encoded(event.type, event.at, message(event.message), event.data)
            case ToldRun():
                return encoded(event.type, event.at, recipient_run(event.run), None)
            case ToldTest():
                return encoded(event.type, event.at, {}, None)
        return None

    def headers(self, event: Event, environment_uid: UUID) -> Mapping[str, str]:
        return {"x-knock-event": event.type, "x-knock-environment-id": str(environment_uid)}


def encoded(type: str, at: datetime, data: Any, event_data: Any) -> bytes:
    return msgspec.json.encode(KnockEvent(type, microseconds(at), data, event_data))
