"""Events: what users did, which starts the workflows that listen (suprsend.md §2.3): B6 and B7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from addressee.api.bodies import typed
from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.mapping.operators import parse_profile
from addressee.dialects.suprsend.mapping.records import Result
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.places import user_at
from addressee.directory.documents import check_text
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.events import Event

routes = Routes(keys=SERVER)

MAX_NAME_LENGTH = 200

# What SDKs of before send ahead of a user's edits, and where it says whom it is about.
IDENTIFY = "$identify"
IDENTIFIED_ID = "$identified_id"

# Names that begin like these are the service's own, but for some that SDKs send.
RESERVED_PREFIXES = ("$", "ss_")
SENT_BY_SDKS = frozenset(
    {
        IDENTIFY,
        "$notification_delivered",
        "$notification_dismiss",
        "$notification_clicked",
        "$app_launched",
        "$user_login",
        "$user_logout",
    }
)


@routes.post(
    "/v2/event/",
    "events.track",
    request=shapes.Event,
    response=shapes.Accepted,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def track(call: Call) -> shapes.Accepted:
    """Tell of an event."""
    return records.accepted_one(await records.accept(call, [records.one_record(call)], read, records.accepted_one))


@routes.post(
    "/v2/bulk/event/",
    "events.track_many",
    request=list[shapes.Event],
    response=shapes.Outcomes,
    status=207,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def track_many(call: Call) -> shapes.Outcomes:
    """Tell of up to 100 events."""
    entries = records.many_records(call)
    return records.accepted_many(await records.accept(call, entries, read, records.accepted_many))


async def accept(call: Call, entries: Sequence[Any]) -> list[Result]:
    """What becomes of events that are posted elsewhere (§2.9), in their order."""
    return await records.accept(call, entries, read)


def read(call: Call, entry: Document, index: int) -> Record:
    """An event of somebody who may not be known: then the runs that it starts say so, unless it identifies them.

    Raises what cannot be taken.
    """
    given = typed(entry, shapes.Event)
    name = checked_name(given.event)
    place = identified(call, given) if name == IDENTIFY else user_at(call, given.distinct_id)
    event = Event(
        name,
        Place(call.environment.id, USERS, place.id),
        records.data_of(given.properties, "properties"),
        records.tenant_of(given.tenant_id, given.brand_id),
    )
    key = records.key_of(call, given.idempotency_key, given.insert_id, index)
    if name != IDENTIFY:
        return Record(event, key)
    return Record(event, key, [Write(place, (parse_profile({}),), call.origin)])


def identified(call: Call, given: shapes.Event) -> Place:
    """The user whom `$identify` creates: older SDKs name it among the event's properties. Raises SuprSendError."""
    if given.distinct_id is not None:
        return user_at(call, given.distinct_id)
    return user_at(call, (given.properties or {}).get(IDENTIFIED_ID), f"properties.{IDENTIFIED_ID}")


def checked_name(given: str) -> str:
    """The name without spaces around it. Raises SuprSendError or RefusedError."""
    name = given.strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise invalid("event", f"event must be a name of 1 to {MAX_NAME_LENGTH} characters.")
    if name.lower().startswith(RESERVED_PREFIXES) and name not in SENT_BY_SDKS:
        raise invalid("event", "Names of events that start with $ or ss_ are reserved; choose another.")
    check_text(name, "event")
    return name
