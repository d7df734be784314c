"""Workflows: trigger and cancel (knock.md §1.7, §3.2, §3.12)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from addressee.dialects.knock import shapes
from addressee.dialects.knock.bodies import object_body, typed
from addressee.dialects.knock.errors import invalid
from addressee.dialects.knock.identifying import identify_edit
from addressee.dialects.knock.users import SECRET
from addressee.dialects.operation import MANY_RECIPIENTS_BYTES, Answer, Call, Operation, json_answer
from addressee.directory.documents import check_id, check_text, check_value
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS, Document, Place
from addressee.directory.writes import Write, check_writes
from addressee.messaging import Receipt, Reference, Trigger

MAX_DATA_BYTES = 10_000_000
MAX_KEY_LENGTH = 255

TRIGGER_DATA = "$trigger_data"


async def trigger(call: Call) -> Answer:
    body = object_body(call)
    given = typed(body, shapes.Trigger)
    receipt = receipt_of(call, body)
    settings = given.settings or shapes.TriggerSettings()
    recipients = [reference(f"recipients[{index}]", one) for index, one in enumerate(given.recipients)]
    wanted = Trigger(
        workflow=call.path["key"],
        recipients=recipients,
        data=checked_data("data", given.data or {}),
        actor=None if given.actor is None else reference("actor", given.actor),
        tenant=None if given.tenant is None else reference("tenant", given.tenant, TENANTS).id,
        overrides=overrides(recipients, given.recipients),
        cancellation_key=checked_key(given.cancellation_key),
        sandbox=settings.sandbox_mode,
    )
    writes = inline_writes(call, given)
    check_writes(writes)
    messaging = call.rooms.messaging
    accepted = await messaging.foresee(call.environment.id, wanted, receipt=receipt) if writes else None
    if accepted is None:
        for result in await call.rooms.directory.write_all(writes):
            if isinstance(result, RefusedError):
                raise result
        accepted = await messaging.trigger(call.environment.id, wanted, request_id=call.request_id, receipt=receipt)
    return json_answer({"workflow_run_id": str(accepted.run_id)}, headers=replay_headers(accepted.original_request_id))


def replay_headers(original_request_id: str | None) -> dict[str, str]:
    if original_request_id is None:
        return {}
    return {"idempotent-replayed": "true", "original-x-request-id": original_request_id}


def receipt_of(call: Call, body: Document) -> Receipt | None:
    """What makes a repetition of this call recognisable: its key, and a fingerprint of what it asks for."""
    key = call.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise invalid("Idempotency-Key", f"An idempotency key has 1 to {MAX_KEY_LENGTH} characters.")
    asked = msgspec.json.encode(["trigger", call.path["key"], body], order="deterministic")
    return Receipt(key, hashlib.sha256(asked).digest())


def reference(field: str, given: str | dict[str, Any], collection: str = USERS) -> Reference:
    """Whom an entry names: a user by its id, or a recipient given inline, where a `collection` makes it an object."""
    if isinstance(given, str):
        return Reference(collection, check_id(given, field))
    named = given.get("collection", collection)
    check_id(named, f"{field}.collection")
    if named.startswith("$") and named not in (USERS, TENANTS):
        raise invalid(f"{field}.collection", f"{field}.collection may not start with a dollar sign.")
    return Reference(named, check_id(given.get("id"), f"{field}.id"))


def overrides(recipients: Sequence[Reference], given: Sequence[str | dict[str, Any]]) -> dict[Reference, Document]:
    return {
        recipient: checked_data(f"recipients[{index}].{TRIGGER_DATA}", entry[TRIGGER_DATA])
        for index, (recipient, entry) in enumerate(zip(recipients, given, strict=True))
        if isinstance(entry, dict) and entry.get(TRIGGER_DATA) is not None
    }


def checked_data(field: str, data: Any) -> Document:
    if not isinstance(data, dict):
        raise invalid(field, f"{field} must be an object.")
    check_value(data, field)
    if len(msgspec.json.encode(data)) > MAX_DATA_BYTES:
        raise invalid(field, f"{field} must be at most {MAX_DATA_BYTES:,} bytes of JSON.")
    return data


def checked_key(key: str | None) -> str | None:
    if key is not None:
        check_text(key, "cancellation_key")
    return key


def inline_writes(call: Call, given: shapes.Trigger) -> list[Write]:
    """Who is described in the call itself is identified before the run starts (§3.2); a bare id creates no one.

    A bare tenant does create an empty tenant.
    """
    described = [(USERS, entry) for entry in (*given.recipients, given.actor) if isinstance(entry, dict)]
    if given.tenant is not None:
        tenant = {"id": given.tenant} if isinstance(given.tenant, str) else given.tenant
        described.append((TENANTS, tenant))
    return [
        Write(
            Place(call.environment.id, entry.get("collection", collection), entry["id"]),
            (identify_edit(entry, call.environment.settings),),
            call.origin,
        )
        for collection, entry in described
    ]


async def cancel(call: Call) -> Answer:
    given = typed(object_body(call), shapes.Cancel)
    checked_key(given.cancellation_key)
    recipients = None
    if given.recipients is not None:
        recipients = [reference(f"recipients[{index}]", entry) for index, entry in enumerate(given.recipients)]
    await call.rooms.messaging.cancel(call.environment.id, call.path["key"], given.cancellation_key, recipients)
    return Answer(status=204)


OPERATIONS = (
    Operation(
        "POST",
        "/v1/workflows/{key}/trigger",
        "workflows.trigger",
        "Trigger a workflow for up to 1,000 recipients",
        trigger,
        SECRET,
        takes=shapes.Trigger,
        gives=shapes.Triggered,
        max_body_bytes=MANY_RECIPIENTS_BYTES,
    ),
    Operation(
        "POST",
        "/v1/workflows/{key}/cancel",
        "workflows.cancel",
        "Cancel what a workflow has not sent yet",
        cancel,
        SECRET,
        takes=shapes.Cancel,
        status=204,
    ),
)
