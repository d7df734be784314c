"""Notifications: what workflows did for users (notiflows.md §2, §3): A14, A15, B2 to B4.

A notification is one user's run. Those of objects, and of ids where nobody lived, are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.api.query_strings import Query
from addressee.api.routes import Routes
from addressee.database.paging import PageRequest
from addressee.dialects.notiflows.mapping import mentions
from addressee.dialects.notiflows.mapping.rendering import instant, optional
from addressee.dialects.notiflows.routes import deliveries
from addressee.dialects.notiflows.shapes import notifications as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import missing
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, asked_page, asked_period, listed
from addressee.dialects.notiflows.wire.places import asked_id, checked_path_id, known_user, uuid_of
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import USERS, Document, Place
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.recipients.identifiers import workflow_id
from addressee.messaging.recipients.people import People
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition

routes = Routes(keys=ADMIN)

# By the stages of runs.
STATUSES: Mapping[str, str] = {
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
async def list_all(call: Call) -> Answer:
    """List notifications, newest first."""
    return await page_of(call, None)


@routes.get(
    "/admin/v1/users/{external_id}/notifications",
    "users.notifications.list",
    query=FILTERS,
    response=shapes.Notifications,
)
async def list_of_user(call: Call) -> Answer:
    """List a user's notifications, newest first."""
    user = await known_user(call)
    return await page_of(call, user.place)


async def page_of(call: Call, recipient: Place | None) -> Answer:
    """A page of somebody's notifications, None: of anybody's."""
    query = Query(call.query_string)
    expands = query.choice("expand", ("deliveries",), None) is not None
    part = await call.services.messaging.runs(
        call.environment.id, run_filter(query, recipient), asked_page(query, RunPosition)
    )
    people = await read_people(call, part.entries)
    made = await made_by(call, part.entries) if expands else None
    return json_answer(listed(part, partial(notification, environment=call.environment, people=people, made=made)))


def run_filter(query: Query, recipient: Place | None) -> RunFilter:
    status = query.choice("status", tuple(dict.fromkeys(STATUSES.values())), None)
    since, until = asked_period(query)
    return RunFilter(
        recipient=recipient,
        collection=USERS,
        stages=[stage for stage, word in STATUSES.items() if word == status],
        topic=query.text("topic"),
        run_id=asked_id(query, "notiflow_run_id"),
        since=since,
        until=until,
    )


@routes.get("/admin/v1/notifications/{notification_id}", "notifications.get", response=shapes.Notification)
async def get(call: Call) -> Answer:
    """Get a notification with its deliveries."""
    return await answer(call, await known_run(call))


@routes.get(
    "/admin/v1/users/{external_id}/notifications/{notification_id}",
    "users.notifications.get",
    response=shapes.Notification,
)
async def get_of_user(call: Call) -> Answer:
    """Get a user's notification with its deliveries."""
    user = await known_user(call)
    run = await known_run(call)
    if run.recipient.uid != user.uid:
        raise missing("notification", str(run.id))
    return await answer(call, run)


async def answer(call: Call, run: RunDetails) -> Answer:
    people, made = await read_people(call, [run]), await made_by(call, [run])
    return json_answer(notification(run, environment=call.environment, people=people, made=made))


@routes.get(
    "/admin/v1/notifications/{notification_id}/deliveries",
    "notifications.list_deliveries",
    query=deliveries.FILTERS,
    response=shapes.Deliveries,
)
async def list_deliveries(call: Call) -> Answer:
    """List a notification's deliveries, newest first."""
    run = await known_run(call)
    query = Query(call.query_string)
    return await deliveries.page_of(call, query, deliveries.message_filter(query, run.message_ids))


async def known_run(call: Call) -> RunDetails:
    """The run that the path names. Raises NotiflowsError when there is none."""
    id = checked_path_id(call, "notification_id")
    uid = uuid_of(id)
    run = None if uid is None else await call.services.messaging.recipient_run(call.environment.id, uid)
    if run is None or run.recipient.collection != USERS or run.recipient.uid is None:
        raise missing("notification", id)
    return run


async def read_people(call: Call, runs: Sequence[RunDetails]) -> People:
    named = {identity for run in runs for identity in (run.recipient, run.actor) if identity is not None}
    return await call.services.messaging.people(call.environment.id, named)


async def made_by(call: Call, runs: Sequence[RunDetails]) -> Mapping[str, Document]:
    """The deliveries that runs made, by their ids."""
    ids = list(chain.from_iterable(run.message_ids for run in runs))
    found = await call.services.messaging.messages(
        call.environment.id, None, MessageFilter(message_ids=ids), PageRequest(len(ids))
    )
    around = await deliveries.read_surroundings(call, found.entries)
    return {message.id: around.delivery(message) for message in found.entries}


def notification(
    run: RunDetails, *, environment: Environment, people: People, made: Mapping[str, Document] | None
) -> Document:
    """`made` are the deliveries to show by their ids, None: they are not shown."""
    ended = STATUSES[run.stage] in {"processed", "failed"}
    when = run.inserted_at
    return {
        "id": str(run.id),
        "notiflow_id": str(workflow_id(environment.uid, run.workflow)),
        "notiflow_handle": run.workflow,
        "notiflow_run_id": str(run.run_id),
        "status": STATUSES[run.stage],
        "failure_reason": REASONS.get(run.stage),
        **mentions.both(mentions.user(run.recipient, people, when), mentions.user(run.actor, people, when)),
        "topic": run.topic,
        "data": run.data,
        "deliveries": None if made is None else [made[id] for id in run.message_ids if id in made],
        "processed_at": optional(run.updated_at if ended else None),
        "created_at": instant(run.inserted_at),
        "updated_at": instant(run.updated_at),
    }
