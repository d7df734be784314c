"""Broadcasts to all members of a list (suprsend.md §2.5): B22."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.api.bodies import typed
from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.mapping.named import only_kinds
from addressee.dialects.suprsend.routes.lists import list_at
from addressee.dialects.suprsend.routes.workflows import categories_of
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.delays import start_delay
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.places import require
from addressee.directory.documents import check_id
from addressee.directory.recipient import Document
from addressee.messaging.runs.model import Terms
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.trigger import Trigger

routes = Routes(keys=SERVER)


@routes.post(
    "/{workspace}/broadcast/",
    "lists.broadcast",
    request=shapes.Broadcast,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def broadcast(call: Call) -> Answer:
    """Trigger a workflow for all members of a list.

    Runs the workflow whose key is the `template`; the run counts as of the `notification_category`.

    Who becomes a member before the run has told the last of them may be told too.
    """
    call.caller.check_path(call.path["workspace"])
    entry = records.one_record(call)
    await require(call, list_at(call, typed(entry, shapes.Broadcast).list_id))
    return records.ok_if_any(await records.accept(call, [entry], read, records.ok_if_any))


def read(call: Call, entry: Document, index: int) -> Record:
    """Raises SuprSendError, MisshapenError or RefusedError."""
    given = typed(entry, shapes.Broadcast)
    place = list_at(call, given.list_id)
    what = Trigger(
        workflow=check_id(given.template.strip(), "template"),
        recipients=[place],
        data=records.data_of(given.data, "data"),
        tenant=records.tenant_of(given.tenant_id, given.brand_id),
        terms=Terms(only_kinds(given.channels, "channels"), categories_of(given.notification_category)),
        delay=start_delay(given.delay, given.trigger_at, call.services.directory.clock.now()),
        source="broadcast",
    )
    return Record(what, records.key_of(call, given.idempotency_key, given.insert_id, index))
