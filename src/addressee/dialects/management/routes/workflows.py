"""Workflows: what all resources have, switching on and off, and running."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.management.mapping.documents import View, rendered
from addressee.dialects.management.routes.resources import Resource, Shapes
from addressee.dialects.management.shapes import resources as shapes
from addressee.dialects.management.shapes import workflows
from addressee.dialects.management.wire.errors import missing
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.query import ENVIRONMENT, Query
from addressee.directory.collections import check_collection
from addressee.directory.documents import Id, check_id, check_text, check_value
from addressee.directory.recipient import USERS, Place
from addressee.messaging.triggers.trigger import Trigger, check_data
from addressee.messaging.workflows.commits.model import ResourceKey, ResourceKind

WORKFLOWS = Resource(
    ResourceKind.WORKFLOW,
    "/v1/workflows",
    "key",
    "workflow",
    "workflow",
    Shapes(shapes.Workflow, shapes.Workflows, shapes.OneWorkflow, shapes.PushedWorkflow),
)

switching = Routes(keys=SERVICE)


@switching.put(
    "/v1/workflows/{key}/activate",
    "workflows.activate",
    query=(*ENVIRONMENT, "status"),
    response=shapes.OneWorkflow,
)
async def activate(call: Call) -> Answer:
    """Switch a workflow on, or with `status=false` off, in one environment."""
    active = Query(call.query_string).boolean("status") is not False
    resource = ResourceKey(ResourceKind.WORKFLOW, call.path["key"])
    found = await call.services.messaging.resources.get(call.environment.id, resource)
    if found is None:
        raise missing(f"The workflow {resource.key!r}")
    shown = rendered(found, View(call.environment.name, active, annotate=False))
    answer = json_answer({"workflow": shown})
    await call.services.messaging.workflows.switch(
        call.environment.id, resource.key, active=active, receipt=call.receipt(lambda _: answer)
    )
    return answer


@switching.put(
    "/v1/workflows/{key}/run",
    "workflows.run",
    query=ENVIRONMENT,
    request=workflows.Run,
    response=workflows.Started,
    not_idempotent=True,
)
async def run(call: Call) -> workflows.Started:
    """Run the live version of a workflow for up to 1,000 recipients."""
    given = typed_body(call, workflows.Run)
    data = given.data or {}
    check_value(data, "data")
    check_data(data, "data")
    if given.cancellation_key is not None:
        check_text(given.cancellation_key, "cancellation_key")
    trigger = Trigger(
        workflow=call.path["key"],
        recipients=[place_of(call, f"recipients[{index}]", each) for index, each in enumerate(given.recipients)],
        data=data,
        actor=None if given.actor is None else place_of(call, "actor", given.actor),
        tenant=None if given.tenant is None else check_id(given.tenant, "tenant"),
        cancellation_key=given.cancellation_key,
    )
    run_id = await call.services.messaging.triggers.accept(call.environment.id, trigger, receipt=call.receipt(started))
    return started(run_id)


def started(run_id: UUID) -> workflows.Started:
    return workflows.Started(workflow_run_id=str(run_id))


def place_of(call: Call, field: str, given: Id | workflows.Reference) -> Place:
    if isinstance(given, workflows.Reference):
        collection = check_collection(given.collection, f"{field}.collection")
        return Place(call.environment.id, collection, check_id(given.id, f"{field}.id"))
    return Place(call.environment.id, USERS, check_id(given, field))


routes = (*WORKFLOWS.routes, *switching)
