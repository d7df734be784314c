"""Deliveries: the messages of users (notiflows.md §2, §3: A16, A17, B5, B6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from addressee.api.call import Call
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping import contents, mentions
from addressee.dialects.notiflows.mapping.channel_types import channel_type
from addressee.dialects.notiflows.mapping.rendering import instant, optional
from addressee.dialects.notiflows.shapes import notifications as shapes
from addressee.dialects.notiflows.shapes.paging import page_of
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import missing
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, parse_page, parse_period
from addressee.dialects.notiflows.wire.places import checked_path_id, parse_id, require_user
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import USERS, Document, Place
from addressee.messaging.messages.events import MessageEvent
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.messages import Contents
from addressee.messaging.messages.model import Message, Position
from addressee.messaging.messages.status import Status
from addressee.messaging.recipients.identifiers import workflow_id
from addressee.messaging.recipients.people import People, read_people

routes = Routes(keys=ADMIN)

STATUSES: Mapping[Status, shapes.DeliveryStatus] = {
    Status.QUEUED: "pending",
    Status.DELIVERY_ATTEMPTED: "pending",
    Status.SENT: "sent",
    Status.DELIVERED: "sent",
    Status.UNDELIVERED: "failed",
    Status.BOUNCED: "failed",
    Status.NOT_SENT: "failed",
}

# Reasons of failures that this dialect has its own words for.
REASONS = {"recipient_missing": "recipient_deleted"}

FILTERS = (*PAGING, *PERIOD, "channel_id", "status", "topic")


@routes.get("/admin/v1/deliveries", "deliveries.list", query=FILTERS, response=shapes.Deliveries)
async def list_all(call: Call) -> shapes.Deliveries:
    """List deliveries, newest first."""
    query = Query(call.query_string)
    return await read_page(call, query, message_filter(query))


@routes.get(
    "/admin/v1/users/{external_id}/deliveries", "users.deliveries.list", query=FILTERS, response=shapes.Deliveries
)
async def list_of_user(call: Call) -> shapes.Deliveries:
    """List a user's deliveries, newest first."""
    user = await require_user(call)
    query = Query(call.query_string)
    return await read_page(call, query, message_filter(query), [user.place])


async def read_page(
    call: Call, query: Query, filter: MessageFilter, owners: Sequence[Place] | None = None
) -> shapes.Deliveries:
    """A page of the deliveries of `owners`; None: of all users."""
    part = await call.services.messaging.messages.list(call.environment.id, owners, filter, parse_page(query, Position))
    context = await read_context(call, part.entries)
    return shapes.Deliveries([context.delivery(message) for message in part.entries], page_of(part))


def message_filter(query: Query, ids: Sequence[str] | None = None) -> MessageFilter:
    """The filter that the query asks for, of the messages with these ids; None: of all."""
    status = query.choice("status", tuple(dict.fromkeys(STATUSES.values())), None)
    channel_id = parse_id(query, "channel_id")
    since, until = parse_period(query)
    return MessageFilter(
        collection=USERS,
        message_ids=ids,
        channel_ids=None if channel_id is None else [channel_id],
        statuses=[each for each, word in STATUSES.items() if word == status],
        topic=query.text("topic"),
        since=since,
        until=until,
    )


@routes.get("/admin/v1/deliveries/{delivery_id}", "deliveries.get", response=shapes.Delivery)
async def get(call: Call) -> shapes.Delivery:
    """Get a delivery."""
    return await require_delivery(call)


@routes.get("/admin/v1/users/{external_id}/deliveries/{delivery_id}", "users.deliveries.get", response=shapes.Delivery)
async def get_of_user(call: Call) -> shapes.Delivery:
    """Get a user's delivery."""
    user = await require_user(call)
    found = await require_delivery(call)
    if found.recipient_id != str(user.uid):
        raise missing("delivery", found.id)
    return found


async def require_delivery(call: Call) -> shapes.Delivery:
    """The delivery that the path names. Raises NotiflowsError when there is none."""
    id = checked_path_id(call, "delivery_id")
    message = await call.services.messaging.messages.get(call.environment.id, id)
    if message is None or message.recipient.collection != USERS:
        raise missing("delivery", id)
    return (await read_context(call, [message])).delivery(message)


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """The data that deliveries show besides their messages: contents and events by message id, and users."""

    environment: Environment
    contents: Mapping[str, Contents]
    events: Mapping[str, Mapping[str, MessageEvent]]
    people: People

    def delivery(self, message: Message) -> shapes.Delivery:
        recipient = mentions.recipient(message.recipient, self.people, message.inserted_at)
        actor = mentions.actor(next(iter(message.actors), None), self.people, message.inserted_at)
        events = self.events[message.id]
        content = self.contents.get(message.id)
        return shapes.Delivery(
            **base_of(self.environment, message),
            channel_type=channel_type(message.channel),
            provider=message.channel.provider,
            status=STATUSES[message.status],
            provider_status=message.status,
            failure_reason=failure(message, events),
            recipient=recipient,
            recipient_id=recipient.id,
            actor=actor,
            actor_id=None if actor is None else actor.id,
            data=None if content is None else contents.render(content.content),
            sent_at=optional(time_of(events, "sent") or time_of(events, "delivered")),
        )


def base_of(environment: Environment, message: Message) -> Document:
    """The fields of shapes.DeliveryBase."""
    clicked = filter(None, (message.link_clicked_at, message.interacted_at))
    return {
        "id": message.id,
        "notification_id": str(message.recipient_run_id),
        "notiflow_id": str(workflow_id(environment.uid, message.workflow)),
        "notiflow_handle": message.workflow,
        "channel_id": str(message.channel.id),
        "topic": message.topic,
        "seen_at": optional(message.seen_at),
        "read_at": optional(message.read_at),
        "clicked_at": optional(min(clicked, default=None)),
        "archived_at": optional(message.archived_at),
        "created_at": instant(message.inserted_at),
        "updated_at": instant(message.updated_at),
    }


async def read_context(call: Call, messages: Sequence[Message]) -> DeliveryContext:
    """Reads what all of these messages show, in a fixed number of queries."""
    messaging, environment = call.services.messaging, call.environment
    ids = [message.id for message in messages]
    named = {identity for message in messages for identity in (message.recipient, *message.actors)}
    return DeliveryContext(
        environment,
        {each.message_id: each for each in await messaging.messages.contents(environment.id, ids)},
        await messaging.messages.latest_events(environment.id, ids),
        await read_people(call.services.directory.reader, environment.id, named),
    )


def failure(message: Message, events: Mapping[str, MessageEvent]) -> str | None:
    """The reason of a failed delivery, None when it is not known."""
    event = events.get(f"message.{message.status}")
    if STATUSES[message.status] != "failed" or event is None or event.data is None:
        return None
    reason = event.data.get("failure_reason") or event.data.get("reason")
    return None if reason is None else REASONS.get(reason, reason)


def time_of(events: Mapping[str, MessageEvent], word: str) -> datetime | None:
    event = events.get(f"message.{word}")
    return None if event is None else event.inserted_at
