"""Simulating a workflow: what would happen to one recipient, and when."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.rendering import simulated
from addressee.directory.collections import check_collection
from addressee.directory.documents import Id, check_id, check_value
from addressee.directory.recipient import USERS, Place
from addressee.messaging.preview.simulations import Simulation

routes = Routes(keys=SECRET)


@routes.post(
    "/directory/v1/workflows/{key}/simulate",
    "workflows.simulate",
    request=shapes.Simulate,
    response=shapes.Simulated,
)
async def simulate(call: Call) -> shapes.Simulated:
    """Simulate a workflow for a recipient as of now: each message and each pause, with its time. Nothing is sent."""
    given = typed_body(call, shapes.Simulate)
    check_value(given.data, "data")
    check_value(given.items, "items")
    check_value(given.answers, "answers")
    simulation = Simulation(
        place_of(call, given.recipient),
        call.path["key"],
        given.items or (given.data,),
        None if given.tenant is None else check_id(given.tenant, "tenant"),
        None if given.actor is None else Place(call.environment.id, USERS, check_id(given.actor, "actor")),
        given.answers,
        given.events,
    )
    return simulated(await call.services.messaging.simulations.simulate(simulation))


def place_of(call: Call, given: Id | shapes.Reference) -> Place:
    if isinstance(given, shapes.Reference):
        collection = check_collection(given.collection, "recipient.collection")
        return Place(call.environment.id, collection, check_id(given.id, "recipient.id"))
    return Place(call.environment.id, USERS, check_id(given, "recipient"))
