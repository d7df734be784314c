"""Records that clients with a public key post to `/v2/event`: events and edits of their user, and receipts.

Browsers post them one by one (realtime-suprsend.md §5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.api.call import Call, json_body
from addressee.channels.callback import EventKind
from addressee.dialects.suprsend.mapping import records
from addressee.dialects.suprsend.mapping.event_records import parse_event
from addressee.dialects.suprsend.routes import envelopes
from addressee.dialects.suprsend.shapes.triggers import Accepted
from addressee.directory.recipient import Document

# What service workers tell of a notification. They have no token, and name no user.
RECEIPTS: Mapping[Any, EventKind] = {
    "$notification_delivered": EventKind.DELIVERED,
    "$notification_clicked": EventKind.CLICKED,
    "$notification_dismiss": EventKind.DISMISSED,
}


async def accept(call: Call) -> Accepted:
    """Carries out the record of a client. Raises what refuses it."""
    entry = records.check_one(json_body(call))
    if "event" not in entry:
        return await edit(call, entry)
    name = entry["event"]
    if isinstance(name, str) and name in RECEIPTS:
        return await take_receipt(call, RECEIPTS[name], entry.get("properties"))
    return await records.accept_one(call, entry, parse_event)


async def edit(call: Call, entry: Document) -> Accepted:
    refusals = await envelopes.write(call, [envelopes.parse_edit(call, entry, 0)])
    for refusal in refusals.values():
        raise refusal
    await call.services.directory.keep(call.receipt(lambda _: accepted(call)), None)
    return accepted(call)


async def take_receipt(call: Call, kind: EventKind, properties: Any) -> Accepted:
    """Takes a receipt; one that names no notification of ours tells of another sender's, and changes nothing."""
    id = properties.get("id") if isinstance(properties, dict) else None
    if isinstance(id, str):
        await call.services.messaging.browser_receipts.accept(call.environment.id, kind, id)
    return accepted(call)


def accepted(call: Call) -> Accepted:
    return Accepted("success", call.request_id)
