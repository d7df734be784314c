"""Triggers of workflows (suprsend.md §2.4): B8, and B9, their older form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from http import HTTPStatus

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call, json_body
from addressee.api.requests.bodies import typed
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping import records, trigger_recipients
from addressee.dialects.suprsend.mapping.records import Result
from addressee.dialects.suprsend.mapping.trigger_recipients import NamedRecipient
from addressee.dialects.suprsend.shapes import triggers as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.delays import start_delay
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, MAX_KEY_LENGTH
from addressee.directory.documents import check_id, check_text
from addressee.directory.recipient import Document
from addressee.directory.writing.writes import Write
from addressee.messaging.runs.model import Terms
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.transients import Transient
from addressee.messaging.triggers.trigger import Trigger, check_data

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


@routes.post(
    "/trigger/",
    "workflows.trigger",
    request=shapes.Trigger | list[shapes.Trigger],
    response=shapes.Accepted,
    status=202,
    other_responses={207: shapes.Outcomes},
    not_idempotent=True,
)
async def trigger(call: Call) -> Answer | shapes.Accepted:
    """Trigger a workflow, or up to 100.

    The body is one trigger, or a list of up to 100, each with an outcome of its own.
    """
    body = json_body(call)
    if isinstance(body, list):
        return multi_status(await records.accept(call, records.check_many(body), parse_trigger, multi_status))
    return await records.accept_one(call, body, parse_trigger)


def multi_status(results: Sequence[Result]) -> Answer:
    return json_answer(records.accepted_many(results), HTTPStatus.MULTI_STATUS)


def parse_trigger(call: Call, entry: Document, index: int) -> Record:
    """Raises SuprSendError, MisshapenError or RefusedError."""
    given = typed(entry, shapes.Trigger)
    recipients = trigger_recipients.parse_recipients(call, given.recipients, "recipients")
    actor = None if given.actor is None else trigger_recipients.parse_recipient(call, given.actor, "actor")
    data = records.parse_data(given.data, "data")
    if given.metadata is not None:
        data = {"metadata": given.metadata, **data}
        check_data(data, "metadata")
    what = Trigger(
        workflow=check_id(given.workflow.strip(), "workflow"),
        recipients=recipients.places,
        data=data,
        actor=actor.place if isinstance(actor, NamedRecipient) else None,
        tenant=records.parse_tenant(given.tenant_id),
        cancellation_key=parse_cancellation_key(given.cancellation_key),
        transients=recipients.transients,
        terms=Terms(actor=actor.profile) if isinstance(actor, Transient) else Terms(),
        kinds=recipients.kinds,
    )
    key = records.parse_key(call, given.idempotency_key, None, index)
    return Record(what, key, recipients.writes + writes_of(actor))


def writes_of(actor: NamedRecipient | Transient | None) -> list[Write]:
    """Returns the write that stores what a trigger says of its actor, if anything."""
    return [actor.write] if isinstance(actor, NamedRecipient) and actor.write is not None else []


def parse_cancellation_key(key: str | None) -> str | None:
    if not key:
        return None
    if len(key) > MAX_KEY_LENGTH:
        raise invalid("cancellation_key", f"cancellation_key must be at most {MAX_KEY_LENGTH} characters.")
    check_text(key, "cancellation_key")
    return key


@routes.post(
    "/{workspace}/trigger/",
    "workflows.trigger_legacy",
    request=shapes.LegacyTrigger | list[shapes.LegacyTrigger],
    status=202,
    not_idempotent=True,
)
async def trigger_legacy(call: Call) -> Answer:
    """Trigger a workflow, or up to 100, in the form of before.

    The older form, in which a request describes a whole workflow. The one that runs is the pushed workflow whose key
    is the request's `template`, else its `name`; its messages are of the `notification_category`, if there is one. The
    answer says nothing of single triggers: it is an error when none of them is accepted.
    """
    call.caller.check_path(call.path["workspace"])
    body = json_body(call)
    entries = records.check_many(body) if isinstance(body, list) else [records.check_one(body)]
    known = {workflow.key for workflow in await call.services.messaging.workflows.list(call.environment.id)}
    results = await records.accept(call, entries, partial(parse_legacy_trigger, known=known), records.ok_if_any)
    records.log_refusals(call, records.refusals_in(enumerate(results)))
    return records.ok_if_any(results)


def parse_legacy_trigger(call: Call, entry: Document, index: int, *, known: Collection[str]) -> Record:
    """Raises SuprSendError, MisshapenError or RefusedError."""
    given = typed(entry, shapes.LegacyTrigger)
    recipients = trigger_recipients.parse_recipients(call, given.users, "users")
    what = Trigger(
        workflow=legacy_workflow(given, known),
        recipients=recipients.places,
        data=records.parse_data(given.data, "data"),
        tenant=records.parse_tenant(given.tenant_id, given.brand_id),
        transients=recipients.transients,
        terms=Terms(categories=categories_of(given.notification_category)),
        kinds=recipients.kinds,
        delay=start_delay(given.delay, given.trigger_at, call.services.directory.clock.now()),
    )
    return Record(what, records.parse_key(call, given.idempotency_key, None, index), recipients.writes)


def legacy_workflow(given: shapes.LegacyTrigger, known: Collection[str]) -> str:
    names = [name.strip() for name in (given.template, given.name) if name and name.strip()]
    if not names:
        raise invalid("template", "Name the workflow: template must be its key.")
    return check_id(next((name for name in names if name in known), names[0]), "template")


def categories_of(category: str | None) -> tuple[str, ...] | None:
    """Returns the categories of a run, None for those of its workflow. Raises RefusedError."""
    if not category or not category.strip():
        return None
    check_text(category, "notification_category")
    return (category.strip(),)
