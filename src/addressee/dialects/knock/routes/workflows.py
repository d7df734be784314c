"""Workflows: trigger and cancel (knock.md §1.7, §2.5, §3.2, §3.12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping.recipients import Given, note, place_of, places_of, plan, recipient_parser
from addressee.dialects.knock.shapes import workflows as shapes
from addressee.dialects.knock.wire.errors import invalid
from addressee.directory.documents import check_id, check_text
from addressee.directory.recipient import TENANTS, Document, Place
from addressee.messaging.triggers.trigger import Trigger, check_data

T = TypeVar("T")

routes = Routes(keys=SECRET)

TRIGGER_DATA = "$trigger_data"


@routes.post(
    "/v1/workflows/{key}/trigger",
    "workflows.trigger",
    request=shapes.Trigger,
    response=shapes.Triggered,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
    not_idempotent=True,
)
async def trigger(call: Call) -> shapes.Triggered:
    """Trigger a workflow for up to 1,000 recipients."""
    return await start(call, call.path["key"], typed_body(call, shapes.Trigger), triggered)


@routes.post(
    "/v1/notify",
    "notify",
    request=shapes.Notify,
    response=shapes.Notified,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
    not_idempotent=True,
)
async def notify(call: Call) -> shapes.Notified:
    """Trigger a workflow, in the form of before.

    The earliest SDKs send this form (§2.5).
    """
    given = typed_body(call, shapes.Notify)
    what = shapes.Trigger(
        recipients=given.recipients,
        actor=given.actor,
        data=given.data,
        cancellation_key=given.cancellation_key,
    )
    return await start(call, check_id(given.name, "name"), what, notified)


async def start(call: Call, workflow: str, given: shapes.Trigger, answer: Callable[[UUID], T]) -> T:
    """Accepts a trigger. Recipients described inline are identified (§3.2) once nothing else can refuse the request."""
    settings = given.settings or shapes.TriggerSettings()
    recipients = places_of(call, "recipients", given.recipients)
    wanted = Trigger(
        workflow=workflow,
        recipients=recipients,
        data=parse_data("data", given.data or {}),
        actor=None if given.actor is None else place_of(call, "actor", given.actor),
        tenant=None if given.tenant is None else place_of(call, "tenant", given.tenant, TENANTS).id,
        overrides=overrides(recipients, given.recipients),
        cancellation_key=check_key(given.cancellation_key),
        sandbox=settings.sandbox_mode,
        skip_delay=settings.skip_delay,
    )
    parser = await recipient_parser(call, [*given.recipients, given.actor, given.tenant])
    writes = [
        *parser.mentions("recipients", given.recipients),
        *parser.mention("actor", given.actor),
        *parser.tenant(given.tenant),
    ]
    planned = await plan(call, wanted.named, writes)
    run_id = await call.services.messaging.triggers.accept(
        call.environment.id, wanted, planned, receipt=call.receipt(answer)
    )
    await note(call, planned)
    return answer(run_id)


def triggered(run_id: UUID) -> shapes.Triggered:
    return shapes.Triggered(workflow_run_id=str(run_id))


def notified(run_id: UUID) -> shapes.Notified:
    return shapes.Notified(result_id=str(run_id))


def overrides(recipients: Sequence[Place], given: Sequence[Given]) -> dict[Place, Document]:
    return {
        recipient: parse_data(f"recipients[{index}].{TRIGGER_DATA}", entry[TRIGGER_DATA])
        for index, (recipient, entry) in enumerate(zip(recipients, given, strict=True))
        if isinstance(entry, dict) and entry.get(TRIGGER_DATA) is not None
    }


def parse_data(field: str, data: Any) -> Document:
    if not isinstance(data, dict):
        raise invalid(field, f"{field} must be an object.")
    check_data(data, field)
    return data


def check_key(key: str | None) -> str | None:
    if key is not None:
        check_text(key, "cancellation_key")
    return key


@routes.post("/v1/workflows/{key}/cancel", "workflows.cancel", request=shapes.Cancel, status=204)
async def cancel(call: Call) -> None:
    """Cancel what a workflow has not sent yet."""
    await stop(call, call.path["key"], typed_body(call, shapes.Cancel))


@routes.post("/v1/notify/cancel", "notify.cancel", request=shapes.CancelNotify, status=204)
async def cancel_notify(call: Call) -> None:
    """Cancel what a workflow has not sent yet, in the form of before."""
    given = typed_body(call, shapes.CancelNotify)
    await stop(call, check_id(given.name, "name"), given)


async def stop(call: Call, workflow: str, given: shapes.Cancel) -> None:
    check_key(given.cancellation_key)
    recipients = None if given.recipients is None else places_of(call, "recipients", given.recipients)
    await call.services.messaging.runs.cancel(
        call.environment.id,
        workflow,
        given.cancellation_key,
        recipients,
        receipt=call.receipt(no_content),
    )
