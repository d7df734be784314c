"""Notifications: the runs of single users (notiflows.md §2, §3: A14, A15, B2 to B4).

Runs of objects, and of ids where nobody lived, are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from addressee.api.call import Call
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.database.paging import PageRequest
from addressee.dialects.notiflows.mapping import mentions
from addressee.dialects.notiflows.mapping.rendering import instant, optional
from addressee.dialects.notiflows.routes import deliveries
from addressee.dialects.notiflows.shapes import notifications as shapes
from addressee.dialects.notiflows.shapes.paging import page_of
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import missing
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, parse_page, parse_period
from addressee.dialects.notiflows.wire.places import checked_path_id, parse_id, require_user, uuid_of
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import USERS, Place
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.recipients.identifiers import workflow_id
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition

routes = Routes(keys=ADMIN)

# The status of a notification, by the stage of its run.
STATUSES: Mapping[str, shapes.NotificationStatus] = {
    "queued": "pending",
    "processing": "processing",
    "paused": "processing",
    "completed": "processed",
    "cancelled": "failed",
    "abandoned": "failed",
}

REASONS = {"cancelled": "cancelled", "abandoned": "recipient_deleted"}

FILTERS = (*PAGING, *PERIOD, "status", "topic", "notiflow_run_id", "expand")


@routes.get("/admin/v1/notifications", "notifications.list", query=FILTERS, response=shapes.Notifications)
async def list_all(call: Call) -> shapes.Notifications:
    """List notifications, newest first."""
    return await read_page(call, None)


@routes.get(
    "/admin/v1/users/{external_id}/notifications",
    "users.notifications.list",
    query=FILTERS,
    response=shapes.Notifications,
)
async def list_of_user(call: Call) -> shapes.Notifications:
    """List a user's notifications, newest first."""
    user = await require_user(call)
    return await read_page(call, user.place)


async def read_page(call: Call, recipient: Place | None) -> shapes.Notifications:
    """A page of the notifications of `recipient`; None: of all users."""
    query = Query(call.query_string)
    expands = query.choice("expand", ("deliveries",), None) is not None
    part = await call.services.messaging.runs.list(
        call.environment.id, run_filter(query, recipient), parse_page(query, RunPosition)
    )
    return shapes.Notifications(await notifications(call, part.entries, with_deliveries=expands), page_of(part))


def run_filter(query: Query, recipient: Place | None) -> RunFilter:
    status = query.choice("status", tuple(dict.fromkeys(STATUSES.values())), None)
    since, until = parse_period(query)
    return RunFilter(
        recipient=recipient,
        collection=USERS,
        stages=[stage for stage, word in STATUSES.items() if word == status],
        topic=query.text("topic"),
        run_id=parse_id(query, "notiflow_run_id"),
        since=since,
        until=until,
    )


@routes.get("/admin/v1/notifications/{notification_id}", "notifications.get", response=shapes.Notification)
async def get(call: Call) -> shapes.Notification:
    """Get a notification with its deliveries."""
    [found] = await notifications(call, [await require_run(call)], with_deliveries=True)
    return found


@routes.get(
    "/admin/v1/users/{external_id}/notifications/{notification_id}",
    "users.notifications.get",
    response=shapes.Notification,
)
async def get_of_user(call: Call) -> shapes.Notification:
    """Get a user's notification with its deliveries."""
    user = await require_user(call)
    run = await require_run(call)
    if run.recipient.uid != user.uid:
        raise missing("notification", str(run.id))
    [found] = await notifications(call, [run], with_deliveries=True)
    return found


@routes.get(
    "/admin/v1/notifications/{notification_id}/deliveries",
    "notifications.list_deliveries",
    query=deliveries.FILTERS,
    response=shapes.Deliveries,
)
async def list_deliveries(call: Call) -> shapes.Deliveries:
    """List a notification's deliveries, newest first."""
    run = await require_run(call)
    query = Query(call.query_string)
    return await deliveries.read_page(call, query, deliveries.message_filter(query, run.message_ids))


async def require_run(call: Call) -> RunDetails:
    """The run that the path names. Raises NotiflowsError when there is none."""
    id = checked_path_id(call, "notification_id")
    uid = uuid_of(id)
    run = None if uid is None else await call.services.messaging.runs.get(call.environment.id, uid)
    if run is None or run.recipient.collection != USERS or run.recipient.uid is None:
        raise missing("notification", id)
    return run


async def notifications(call: Call, runs: Sequence[RunDetails], *, with_deliveries: bool) -> list[shapes.Notification]:
    named = {identity for run in runs for identity in (run.recipient, run.actor) if identity is not None}
    people = await read_people(call.services.directory.reader, call.environment.id, named)
    found = await deliveries_of(call, runs) if with_deliveries else None
    return [notification(call.environment, run, people, found) for run in runs]


async def deliveries_of(call: Call, runs: Sequence[RunDetails]) -> Mapping[str, shapes.Delivery]:
    """The deliveries that runs made, by their ids."""
    ids = list(chain.from_iterable(run.message_ids for run in runs))
    found = await call.services.messaging.messages.list(
        call.environment.id, None, MessageFilter(message_ids=ids), PageRequest(len(ids))
    )
    context = await deliveries.read_context(call, found.entries)
    return {message.id: context.delivery(message) for message in found.entries}


def notification(
    environment: Environment, run: RunDetails, people: People, found: Mapping[str, shapes.Delivery] | None
) -> shapes.Notification:
    """`found` are the deliveries to show, by their ids; None: none are shown."""
    ended = STATUSES[run.stage] in {"processed", "failed"}
    recipient = mentions.recipient(run.recipient, people, run.inserted_at)
    actor = mentions.actor(run.actor, people, run.inserted_at)
    return shapes.Notification(
        id=str(run.id),
        notiflow_id=str(workflow_id(environment.uid, run.workflow)),
        notiflow_handle=run.workflow,
        notiflow_run_id=str(run.run_id),
        status=STATUSES[run.stage],
        failure_reason=REASONS.get(run.stage),
        recipient=recipient,
        recipient_id=recipient.id,
        actor=actor,
        actor_id=None if actor is None else actor.id,
        topic=run.topic,
        data=run.data,
        deliveries=None if found is None else [found[id] for id in run.message_ids if id in found],
        processed_at=optional(run.updated_at if ended else None),
        created_at=instant(run.inserted_at),
        updated_at=instant(run.updated_at),
    )
