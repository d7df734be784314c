"""Messages: listing them, and saying what people did with them (suprsend.md §2.7): B37, B38."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import typed_body
from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.channels.providers import PROVIDERS, ChannelType
from addressee.dialects.suprsend.mapping.profiles import inbox_value, instant
from addressee.dialects.suprsend.shapes import messages as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.channel_names import KIND_OF, NAME_OF
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import CURSORS, MOST_MESSAGES, asked_page, cursor_page
from addressee.dialects.suprsend.wire.places import checked_id, checked_tenant, checked_type
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import check_text
from addressee.directory.recipient import USERS, Document, Identity, Place
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.listing import EARLIEST, LATEST, MessageFilter
from addressee.messaging.messages.marks import Mark, Marked
from addressee.messaging.messages.model import Address, Message, Position
from addressee.messaging.messages.reader import MessageEvent
from addressee.messaging.recipients.identity import TRANSIENT

routes = Routes(keys=SERVER)

MAX_RECIPIENTS = 100

# How far a message has come: our stages in this dialect's words.
STATUSES: Mapping[str, str] = {
    "queued": "to_be_triggered",
    "delivery_attempted": "to_be_triggered",
    "not_sent": "not_to_be_triggered",
    "sent": "triggered",
    "undelivered": "trigger_failed",
    "bounced": "delivery_failure",
    "delivered": "delivered",
    "seen": "seen",
    "dismissed": "dismissed",
    "interacted": "clicked",
}

# What a filter's word stands for.
STAGES: Mapping[str, tuple[str, ...]] = {
    "triggered": ("queued", "delivery_attempted", "not_sent", "sent"),
    "to_be_triggered": ("queued", "delivery_attempted"),
    "not_to_be_triggered": ("not_sent",),
    "sent_by_vendor": ("sent",),
    "trigger_blocked": ("not_sent",),
    "delivery_failed": ("undelivered", "bounced"),
    "trigger_failed": ("undelivered",),
    "delivery_failure": ("bounced",),
    "delivered": ("delivered",),
    "seen": ("seen",),
    "clicked": ("interacted",),
    "dismissed": ("dismissed",),
    "read": ("read",),
    "unread": ("unread",),
    "archived": ("archived",),
}

ACTIONS: Mapping[str, Mark] = {
    "seen": Mark.SEEN,
    "clicked": Mark.INTERACTED,
    "dismissed": Mark.DISMISSED,
    "read": Mark.READ,
    "unread": Mark.UNREAD,
    "archived": Mark.ARCHIVED,
    "unarchived": Mark.UNARCHIVED,
}

# What is wrong with an update, by what became of it: the status, the type and the words.
REFUSALS: Mapping[Marked, tuple[HTTPStatus, str, str]] = {
    Marked.MISSING: (HTTPStatus.NOT_FOUND, "not_found", "There is no such message."),
    Marked.BLOCKED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "status_blocked",
        "A message goes forward only, and not before it has been sent.",
    ),
    Marked.UNSUPPORTED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "action_not_supported",
        "Only messages in the inbox are read and archived.",
    ),
}

# Events of a failure, and what their data call the reason.
FAILURES = ("message.bounced", "message.undelivered", "message.not_sent")
REASONS = ("failure_details", "reason", "failure_reason")

FILTERS = (
    *CURSORS,
    "message_id",
    "idempotency_key",
    "recipient_id[]",
    "tenant_id",
    "object_type",
    "object_id",
    "workflow_slug",
    "execution_id",
    "channel",
    "status[]",
    "category[]",
    "is_campaign",
    "created_at_gte",
    "created_at_lte",
)


@routes.get("/v1/message/", "messages.list", query=FILTERS, response=shapes.Messages)
async def list_all(call: Call) -> Answer:
    """List messages, newest first."""
    query = Query(call.query_string)
    page = asked_page(query, Position, MOST_MESSAGES)
    recipients = asked_recipients(call, query)
    messaging, environment_id = call.services.messaging, call.environment.id
    filter = message_filter(query, await messaging.channels(environment_id))
    part = await messaging.messages(environment_id, recipients, filter, page)
    whole = part.after is None and part.before is None
    count = len(part.entries) if whole else await messaging.count_messages(environment_id, recipients, filter)
    ids = [message.id for message in part.entries]
    events = await messaging.latest_events(environment_id, ids)
    addresses = await messaging.addresses(environment_id, ids)
    secret = call.services.keys.inbox_secret(call.environment)

    def render(message: Message) -> Document:
        return rendered(message, events[message.id], addresses[message.id], secret)

    return json_answer(cursor_page(part, count, render))


def asked_recipients(call: Call, query: Query) -> list[Place] | None:
    """Whose messages are asked for; None: anybody's. Raises SuprSendError or RefusedError."""
    ids = query.texts("recipient_id")
    if len(ids) > MAX_RECIPIENTS:
        raise invalid("recipient_id", f"recipient_id takes at most {MAX_RECIPIENTS} ids.")
    users = [Place(call.environment.id, USERS, checked_id(id, "recipient_id")) for id in ids]
    type, id = query.text("object_type"), query.text("object_id")
    if (type is None) != (id is None):
        raise invalid("object_id", "Send object_type and object_id together, or neither.")
    objects = [] if type is None else [Place(call.environment.id, checked_type(type), checked_id(id, "object_id"))]
    return users + objects or None


def message_filter(query: Query, channels: Iterable[Channel]) -> MessageFilter:
    """Raises SuprSendError."""
    statuses = query.texts("status")
    for status in statuses:
        if status not in STAGES:
            raise invalid("status", f"status must be one of {', '.join(STAGES)}.")
    word = query.choice("channel", tuple(KIND_OF), None)
    tenant, message_ids, until = query.text("tenant_id"), query.texts("message_id"), query.instant("created_at_lte")
    return MessageFilter(
        tenant=None if tenant is None else checked_tenant(tenant),
        channel_ids=None if word is None else [each.id for each in channels if word_of(each) == word],
        source=query.text("workflow_slug"),
        stages=[stage for status in statuses for stage in STAGES[status]],
        message_ids=message_ids or None,
        categories=query.texts("category"),
        run_id=execution_id(query),
        idempotency_key=query.text("idempotency_key"),
        broadcast=query.boolean("is_campaign"),
        since=query.instant("created_at_gte") or EARLIEST,
        until=LATEST if until is None else just_after(until),
    )


def execution_id(query: Query) -> UUID | None:
    """The id that a trigger was answered with."""
    text = query.text("execution_id")
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise invalid("execution_id", "execution_id must be a UUID, as a trigger was answered with it.") from None


def just_after(moment: datetime) -> datetime:
    return min(moment, LATEST - timedelta(microseconds=1)) + timedelta(microseconds=1)


def word_of(channel: Channel) -> str:
    """What this dialect calls a channel, by the kind of addresses that it sends to."""
    kind = PROVIDERS[channel.provider].kind or channel.type
    return NAME_OF.get(kind, kind)


def rendered(
    message: Message, events: Mapping[str, MessageEvent], addresses: Sequence[Address], inbox_secret: str
) -> Document:
    """A message in full. `triggered_at` is when it was handed on: to its provider, or to the inbox."""
    delivered = time_of(events, "delivered")
    channel = word_of(message.channel)
    return {
        "message_id": message.id,
        "status": STATUSES[message.stage],
        "channel": channel,
        "channel_identity": {channel: identity(message, addresses, inbox_secret)},
        "category": next(iter(message.categories), None),
        "recipient": recipient(message.recipient),
        "tenant_id": message.tenant,
        "idempotency_key": message.source.get("idempotency_key"),
        "is_campaign": message.source.get("type") == "broadcast",
        "is_read": message.read_at is not None,
        "is_archived": message.archived_at is not None,
        "failure_reason": failure(message, events),
        "workflow": {
            "slug": message.workflow,
            "version_id": str(message.version_id),
            "name": None,
            "node_ref": message.step_ref,
        },
        "template": {"name": None, "slug": None, "version_no": None},
        "vendor": {"name": message.channel.provider, "nickname": message.channel.name},
        "execution_id": str(message.run_id),
        "parent_execution_id": None,
        "parent_entity_id": None,
        "parent_entity_type": None,
        "created_at": zulu(message.inserted_at),
        "updated_at": zulu(message.updated_at),
        "triggered_at": zulu(time_of(events, "sent") or delivered),
        "delivered_at": zulu(delivered),
        "seen_at": zulu(message.seen_at),
        "clicked_at": zulu(message.link_clicked_at or message.interacted_at),
        "dismissed_at": zulu(message.dismissed_at),
        "read_at": zulu(message.read_at),
        "unread_at": zulu(time_of(events, "unread")),
        "archived_at": zulu(message.archived_at),
        "unarchived_at": zulu(time_of(events, "unarchived")),
    }


def identity(message: Message, addresses: Sequence[Address], inbox_secret: str) -> str | list[str] | None:
    """Where a message went, its secrets masked: one address, or a list of several."""
    if message.channel.type is ChannelType.IN_APP_FEED:
        return inbox_value(inbox_secret, message.recipient.id)
    shown = [address.shown for address in addresses]
    return shown if len(shown) > 1 else next(iter(shown), message.email)


def recipient(identity: Identity) -> Document:
    if identity.collection == TRANSIENT:
        return {"$type": "user", "distinct_id": None}
    if identity.collection == USERS:
        return {"$type": "user", "distinct_id": identity.id}
    return {"$type": "object", "object_type": identity.collection, "id": identity.id}


def failure(message: Message, events: Mapping[str, MessageEvent]) -> str | None:
    """Why a message failed, in the words of what was stored of it."""
    event = events.get(f"message.{message.status}")
    if event is None or event.type not in FAILURES or event.data is None:
        return None
    return next((str(event.data[name]) for name in REASONS if event.data.get(name)), None)


def time_of(events: Mapping[str, MessageEvent], word: str) -> datetime | None:
    event = events.get(f"message.{word}")
    return None if event is None else event.inserted_at


def zulu(moment: datetime | None) -> str | None:
    """As messages show times: in milliseconds."""
    return None if moment is None else instant(moment)[:23] + "Z"


@routes.patch(
    "/v1/bulk/message/",
    "messages.bulk_update",
    request=shapes.Updates,
    response=shapes.UpdateRecords,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
)
async def bulk_update(call: Call) -> Answer:
    """Say what people did with up to 1,000 messages."""
    updates = typed_body(call, shapes.Updates).messages
    marks: dict[str, Mark] = {}
    for index, update in enumerate(updates):
        field = f"messages[{index}]"
        check_text(update.message_id, f"{field}.message_id")
        if update.action not in ACTIONS:
            raise invalid(f"{field}.action", f"{field}.action must be one of {', '.join(ACTIONS)}.")
        if update.message_id in marks:
            raise invalid(
                f"{field}.message_id", f"{field}: {update.message_id} is named twice; name each message once."
            )
        marks[update.message_id] = ACTIONS[update.action]

    def answer(outcomes: Mapping[str, Marked]) -> Answer:
        return json_answer({"records": [record(id, outcomes[id]) for id in marks]}, HTTPStatus.ACCEPTED)

    return answer(await call.services.messaging.mark_each(call.environment.id, marks, receipt=call.receipt(answer)))


def record(id: str, outcome: Marked) -> Document:
    if outcome is Marked.DONE:
        return {"message_id": id, "status_code": HTTPStatus.ACCEPTED, "error": None}
    status, type, message = REFUSALS[outcome]
    return {"message_id": id, "status_code": status, "error": {"type": type, "message": message}}
