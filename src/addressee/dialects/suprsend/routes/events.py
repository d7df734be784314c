"""Events, which start the workflows that listen for them (suprsend.md §2.3): B6 and B7."""

from __future__ import annotations

from addressee.api.call import Call, json_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.mapping.event_records import parse_event
from addressee.dialects.suprsend.routes import client_records
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire.authentication import CLIENT, SERVER
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.subscribers import Client

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


@routes.post(
    "/v2/event/",
    "events.track",
    keys=SERVER | CLIENT,
    request=shapes.Event,
    response=shapes.Accepted,
    status=202,
    not_idempotent=True,
)
async def track(call: Call) -> shapes.Accepted:
    """Tell of an event.

    Clients with a public key do so for their own user, and post edits of it here as well.
    """
    if isinstance(call.caller, Client):
        return await client_records.accept(call)
    return await records.accept_one(call, json_body(call), parse_event)


@routes.post(
    "/v2/bulk/event/",
    "events.track_many",
    request=list[shapes.Event],
    response=shapes.Outcomes,
    status=207,
    not_idempotent=True,
)
async def track_many(call: Call) -> shapes.Outcomes:
    """Tell of up to 100 events."""
    entries = records.check_many(json_body(call))
    return records.accepted_many(await records.accept(call, entries, parse_event, records.accepted_many))
