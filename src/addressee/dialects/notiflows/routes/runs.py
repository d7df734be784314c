"""Runs of notiflows (notiflows.md §3.2, B1; §5.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

import structlog

from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping.profiles import parse_user, unknown_keys_of
from addressee.dialects.notiflows.shapes import runs as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import invalid
from addressee.dialects.notiflows.wire.places import handles, user_at, uuid_of
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Identify
from addressee.directory.groups.topics import topic_place
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.triggers.trigger import Trigger, check_data

routes = Routes(keys=ADMIN)

MAX_BODY_BYTES = 1_048_576

log = structlog.get_logger()


class NamedUser(NamedTuple):
    """A user whom a run names. `given` is what the run says of it, which `edit` stores unless the user was deleted."""

    place: Place
    edit: Identify
    given: Document


@routes.post(
    "/admin/v1/notiflows/{handle}/run",
    "notiflows.run",
    summary=f"Run a notiflow for up to {shapes.MAX_RECIPIENTS:,} users, or for all who subscribe to a topic",
    request=shapes.Run,
    response=shapes.Started,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def run(call: Call) -> shapes.Started:
    """Users are stored before the run, and after all that can refuse it was checked."""
    given = typed_body(call, shapes.Run)
    check_targets(given)
    named = [parse_named(call, each, f"recipients.{index}") for index, each in enumerate(given.recipients or ())]
    actor = None if given.actor is None else parse_named(call, given.actor, "actor")
    topics = [] if given.topic is None else [topic_place(call.environment.id, given.topic, "topic")]
    wanted = Trigger(
        workflow=await parse_workflow(call),
        recipients=[*(each.place for each in named), *topics],
        data=given.data or {},
        actor=None if actor is None else actor.place,
    )
    check_data(wanted.data, "data")
    users = named if actor is None else [*named, actor]
    planned = await call.services.directory.plan(topics, writes_of(call, users))
    wanted = without(wanted, set(planned.left_out))
    run_id = await call.services.messaging.triggers.accept(
        call.environment.id, wanted, planned, receipt=call.receipt(started)
    )
    if planned.left_out:
        log.warning("deleted users left out of a run", request_id=call.request_id, count=len(planned.left_out))
    unknown = unknown_keys_of((each.place, each.given) for each in users)
    await call.services.directory.notices.note(call.request_id, [*planned.notices, *unknown])
    return started(run_id)


def check_targets(given: shapes.Run) -> None:
    """Raises NotiflowsError unless either recipients or a topic are given."""
    if given.recipients is None and given.topic is None:
        raise invalid("recipients", "Say whom to notify: give recipients, or a topic.", "required")
    if given.recipients is not None and given.topic is not None:
        raise invalid("topic", "Give recipients or a topic, not both.", "mutually_exclusive")


def parse_named(call: Call, given: shapes.Named, path: str) -> NamedUser:
    """Parses a recipient or the actor. Raises NotiflowsError or RefusedError."""
    if not isinstance(given, dict):
        return NamedUser(user_at(call, given, path), Identify(revives=Revives.NOBODY), {})
    place = user_at(call, given.get("external_id"), f"{path}.external_id")
    return NamedUser(place, parse_user(given, path, Revives.NOBODY), given)


async def parse_workflow(call: Call) -> str:
    """The key of the workflow that the path names by its key or its id; there may be no such workflow."""
    handle = call.path["handle"]
    if uuid_of(handle) is None:
        return handle
    workflows = await call.services.messaging.workflows.list(call.environment.id)
    return handles(call, workflows).get(handle.lower(), handle)


def writes_of(call: Call, named: Iterable[NamedUser]) -> list[Write]:
    """One write for each user; of a user who is named several times, the last value of each field counts."""
    edits: dict[Place, list[Identify]] = defaultdict(list)
    for each in named:
        edits[each.place].append(each.edit)
    return [Write(place, tuple(of_one), call.origin) for place, of_one in edits.items()]


def without(trigger: Trigger, deleted: set[Place]) -> Trigger:
    recipients = [each for each in trigger.recipients if each not in deleted]
    return replace(trigger, recipients=recipients, actor=None if trigger.actor in deleted else trigger.actor)


def started(run_id: UUID) -> shapes.Started:
    return shapes.Started(str(run_id))
