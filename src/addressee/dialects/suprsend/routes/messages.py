"""Messages: lists of them, and marks of what people did with them (suprsend.md §2.7): B37, B38."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.message_rendering import channel_name, rendered
from addressee.dialects.suprsend.shapes import messages as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.channel_names import KIND_OF
from addressee.dialects.suprsend.wire.errors import Error, invalid
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import CURSORS, MOST_MESSAGES, cursor_meta, parse_page
from addressee.dialects.suprsend.wire.places import parse_id, parse_tenant_id, parse_type
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import check_text
from addressee.directory.recipient import USERS, Place
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.listing import EARLIEST, LATEST, MessageFilter
from addressee.messaging.messages.marks.mark import Mark, MarkResult
from addressee.messaging.messages.model import Position

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)

MAX_RECIPIENTS = 100

# The stages and marks of messages that each status of the filter selects.
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

# The status, type and message of an update that was refused, by its outcome.
REFUSALS: Mapping[MarkResult, tuple[HTTPStatus, str, str]] = {
    MarkResult.MISSING: (HTTPStatus.NOT_FOUND, "not_found", "There is no such message."),
    MarkResult.BLOCKED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "status_blocked",
        "A message goes forward only, and not before it has been sent.",
    ),
    MarkResult.UNSUPPORTED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "action_not_supported",
        "Only messages in the inbox are read and archived.",
    ),
}

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
async def list_all(call: Call) -> shapes.Messages:
    """List messages, newest first."""
    query = Query(call.query_string)
    page = parse_page(query, Position, MOST_MESSAGES)
    recipients = parse_recipients(call, query)
    messaging, environment_id = call.services.messaging, call.environment.id
    filter = message_filter(query, await messaging.channels.list(environment_id))
    part = await messaging.messages.list(environment_id, recipients, filter, page)
    whole = part.after is None and part.before is None
    count = len(part.entries) if whole else await messaging.messages.count(environment_id, recipients, filter)
    ids = [message.id for message in part.entries]
    events = await messaging.messages.latest_events(environment_id, ids)
    addresses = await messaging.messages.addresses(environment_id, ids)
    secret = call.services.keys.inbox_secret(call.environment)
    results = [rendered(each, events[each.id], addresses[each.id], secret) for each in part.entries]
    return shapes.Messages(cursor_meta(part, count), results)


def parse_recipients(call: Call, query: Query) -> list[Place] | None:
    """Returns the recipients that a query names, None when it names none. Raises SuprSendError or RefusedError."""
    ids = query.texts("recipient_id")
    if len(ids) > MAX_RECIPIENTS:
        raise invalid("recipient_id", f"recipient_id takes at most {MAX_RECIPIENTS} ids.")
    users = [Place(call.environment.id, USERS, parse_id(id, "recipient_id")) for id in ids]
    type, id = query.text("object_type"), query.text("object_id")
    if (type is None) != (id is None):
        raise invalid("object_id", "Send object_type and object_id together, or neither.")
    objects = [] if type is None else [Place(call.environment.id, parse_type(type), parse_id(id, "object_id"))]
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
        tenant=None if tenant is None else parse_tenant_id(tenant),
        channel_ids=None if word is None else [each.id for each in channels if channel_name(each) == word],
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
    """Returns the run that a query names by the id that its trigger was answered with. Raises SuprSendError."""
    text = query.text("execution_id")
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise invalid("execution_id", "execution_id must be a UUID, as a trigger was answered with it.") from None


def just_after(moment: datetime) -> datetime:
    return min(moment, LATEST - timedelta(microseconds=1)) + timedelta(microseconds=1)


@routes.patch(
    "/v1/bulk/message/",
    "messages.bulk_update",
    request=shapes.Updates,
    response=shapes.UpdateRecords,
    status=202,
)
async def bulk_update(call: Call) -> shapes.UpdateRecords:
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

    def answer(outcomes: Mapping[str, MarkResult]) -> shapes.UpdateRecords:
        return shapes.UpdateRecords([record(id, outcomes[id]) for id in marks])

    return answer(
        await call.services.messaging.marks.mark_each(call.environment.id, marks, receipt=call.receipt(answer))
    )


def record(id: str, outcome: MarkResult) -> shapes.Updated:
    if outcome is MarkResult.DONE:
        return shapes.Updated(id, HTTPStatus.ACCEPTED, None)
    status, type, message = REFUSALS[outcome]
    return shapes.Updated(id, status, Error(type, message))
