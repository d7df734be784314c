"""Broadcasts: triggers of a workflow for all members of a list (suprsend.md §2.5): B22."""

from __future__ import annotations

from functools import partial

from addressee.api.answers import Answer
from addressee.api.call import Call, json_body
from addressee.api.requests.bodies import typed
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.mapping.trigger_recipients import parse_kinds
from addressee.dialects.suprsend.routes.lists import list_at
from addressee.dialects.suprsend.routes.workflows import categories_of
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.delays import start_delay
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.directory.documents import check_id
from addressee.directory.recipient import Document, Place
from addressee.messaging.runs.model import Terms
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.trigger import Trigger

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


@routes.post("/{workspace}/broadcast/", "lists.broadcast", request=shapes.Broadcast, status=202, not_idempotent=True)
async def broadcast(call: Call) -> Answer:
    """Trigger a workflow for all members of a list.

    The workflow is the one whose key is `template`; its messages are of the `notification_category`, if there is one.
    Users who become members while the run fans out may be sent to as well.
    """
    call.caller.check_path(call.path["workspace"])
    entry = records.check_one(json_body(call))
    given = typed(entry, shapes.Broadcast)
    members_of = await call.require(list_at(call, given.list_id))
    parse = partial(parse_broadcast, given=given, place=members_of.place)
    return records.ok_if_any(await records.accept(call, [entry], parse, records.ok_if_any))


def parse_broadcast(call: Call, entry: Document, index: int, *, given: shapes.Broadcast, place: Place) -> Record:
    """Raises SuprSendError or RefusedError."""
    what = Trigger(
        workflow=check_id(given.template.strip(), "template"),
        recipients=[place],
        data=records.parse_data(given.data, "data"),
        tenant=records.parse_tenant(given.tenant_id, given.brand_id),
        terms=Terms(parse_kinds(given.channels, "channels"), categories_of(given.notification_category)),
        delay=start_delay(given.delay, given.trigger_at, call.services.directory.clock.now()),
        source="broadcast",
    )
    return Record(what, records.parse_key(call, given.idempotency_key, given.insert_id, index))
