"""Operations of an operator on one recipient: export, purge, explain, and counting subscribers."""

from __future__ import annotations

from typing import Any

from addressee.api.answers import Answer, no_content
from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.places import OBJECT, USER, place_of
from addressee.dialects.native.wire.rendering import explanation
from addressee.directory.documents import check_id, check_value
from addressee.directory.recipient import USERS, Place

routes = Routes(keys=SECRET)


@routes.get(f"{USER}/export", "users.export", response=dict[str, Any])
@routes.get(f"{OBJECT}/export", "objects.export", response=dict[str, Any])
async def export(call: Call) -> Answer:
    """Export everything known of a recipient, as one JSON document."""
    return Answer(stream=call.services.messaging.lifecycle.export(await call.require(place_of(call))))


@routes.post(f"{USER}/purge", "users.purge", status=204)
@routes.post(f"{OBJECT}/purge", "objects.purge", status=204)
async def purge(call: Call) -> None:
    """Delete a recipient, and erase messages, runs and history at once."""
    await call.services.messaging.lifecycle.purge(
        call.services.directory, place_of(call), origin=call.origin, receipt=call.receipt(no_content)
    )


@routes.post(f"{USER}/explain", "users.explain", request=shapes.Explain, response=shapes.Explanation)
@routes.post(f"{OBJECT}/explain", "objects.explain", request=shapes.Explain, response=shapes.Explanation)
async def explain(call: Call) -> shapes.Explanation:
    """Explain whether a workflow would reach a recipient now, on which addresses, and if not, why."""
    given = typed_body(call, shapes.Explain)
    check_value(given.data, "data")
    explained = await call.services.messaging.runs.explain(
        place_of(call),
        check_id(given.workflow, "workflow"),
        tenant=None if given.tenant is None else check_id(given.tenant, "tenant"),
        actor=None if given.actor is None else Place(call.environment.id, USERS, check_id(given.actor, "actor")),
        data=given.data,
    )
    return explanation(explained)


@routes.get(f"{OBJECT}/subscribers/count", "objects.subscribers.count", response=shapes.Count)
async def count_subscribers(call: Call) -> shapes.Count:
    """Count the subscribers of an object."""
    object = await call.require(place_of(call))
    return shapes.Count(count=await call.services.directory.subscriptions.count_subscribers(object))
