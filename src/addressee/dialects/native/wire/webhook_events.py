"""Events as webhooks of the standard form tell them, in our own shapes (docs/webhooks.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, structs

from addressee.dialects.native.wire import rendering
from addressee.directory.recipient import Identity
from addressee.messaging.messages.model import Message
from addressee.messaging.runs.listing import RunDetails
from addressee.messaging.webhooks.delivering.events import Event, ToldEnd, ToldMessage, ToldRecipient, ToldRun, ToldTest


class Envelope(Struct, frozen=True):
    """The body of a webhook: what happened, when, and what it happened to, as that is when it is told."""

    type: str
    timestamp: datetime
    data: Mapping[str, Any]


class StandardForm:
    """The form that Standard Webhooks describe."""

    def body(self, event: Event) -> bytes:
        return msgspec.json.encode(Envelope(event.type, event.at.astimezone(UTC), data_of(event)))

    def headers(self, event: Event, environment_uid: UUID) -> Mapping[str, str]:
        return {}


def data_of(event: Event) -> Mapping[str, Any]:
    match event:
        case ToldMessage():
            return {"message": message_fields(event.message), "event": event.data}
        case ToldRun():
            return {"run": run_fields(event.run)}
        case ToldRecipient():
            # Channel data hold credentials, which are nobody's to be told.
            shown = structs.replace(rendering.recipient(event.recipient), channel_data=UNSET)
            return {"recipient": shown, **event.subject}
        case ToldEnd():
            ended = {"recipient": {**reference(event.recipient), "uid": event.recipient.uid}}
            if event.type == "recipient.merged":
                return {**ended, "into": None if event.into is None else reference(event.into)}
            return ended
        case ToldTest():
            return {"endpoint_id": event.endpoint_id}


def message_fields(message: Message) -> Mapping[str, Any]:
    """Returns a message without what it says."""
    return {
        "id": message.id,
        "channel": message.channel.key,
        "channel_type": message.channel.type.value,
        "recipient": reference(message.recipient),
        "actors": [reference(actor) for actor in message.actors],
        "tenant": message.tenant,
        "workflow": message.workflow,
        "step_ref": message.step_ref,
        "run_id": message.run_id,
        "recipient_run_id": message.recipient_run_id,
        "status": message.status,
        "data": message.data,
        "seen_at": message.seen_at,
        "read_at": message.read_at,
        "interacted_at": message.interacted_at,
        "link_clicked_at": message.link_clicked_at,
        "archived_at": message.archived_at,
        "dismissed_at": message.dismissed_at,
        "created_at": message.inserted_at,
        "updated_at": message.updated_at,
    }


def run_fields(run: RunDetails) -> Mapping[str, Any]:
    return {
        "id": run.id,
        "run_id": run.run_id,
        "workflow": run.workflow,
        "recipient": reference(run.recipient),
        "actor": None if run.actor is None else reference(run.actor),
        "tenant": run.tenant,
        "status": run.status,
        "error_count": run.error_count,
        "data": run.data,
        "created_at": run.inserted_at,
        "updated_at": run.updated_at,
    }


def reference(identity: Identity) -> dict[str, Any]:
    return {"collection": identity.collection, "id": identity.id}
