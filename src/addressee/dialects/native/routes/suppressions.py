"""The suppression list: listing it, adding to it by hand, and lifting."""

from __future__ import annotations

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.rendering import suppression
from addressee.directory.errors import RefusedError, refused_below
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import KINDS, Position, Reason, is_suppressible, manual_suppression
from addressee.messaging.suppressions.suppressions import SuppressionFilter

routes = Routes(keys=SECRET)

PAGE_SIZE = 100


@routes.get(
    "/directory/v1/suppressions",
    "suppressions.list",
    query=("kind", "reason", "address", "after"),
    response=shapes.Suppressions,
)
async def list_all(call: Call) -> shapes.Suppressions:
    """List the addresses that this environment does not send to, in the order of kinds and addresses."""
    query = Query(call.query_string)
    filter = SuppressionFilter(
        kind=query.choice("kind", KINDS, None),
        reason=query.choice("reason", tuple(Reason), None),
        address=query.text("address"),
    )
    page = query.page_request(Position, PAGE_SIZE)
    part = await call.services.messaging.suppressions.list(call.environment.id, filter, page)
    return shapes.Suppressions(suppressions=[suppression(each) for each in part.entries], after=part.after)


@routes.post("/directory/v1/suppressions", "suppressions.add", request=shapes.NewSuppressions, status=204)
async def add(call: Call) -> None:
    """Suppress addresses by hand."""
    given = typed_body(call, shapes.NewSuppressions)
    now = call.services.directory.clock.now()
    entries = []
    for index, each in enumerate(given.suppressions):
        with refused_below(f"suppressions[{index}]"):
            entries.append(manual_suppression(each.kind, each.address, each.details, now))
    await call.services.messaging.suppressions.add(call.environment.id, entries, receipt=call.receipt(no_content))


@routes.delete("/directory/v1/suppressions/{kind}/{address}", "suppressions.lift", status=204)
async def lift(call: Call) -> None:
    """Lift the suppression of an address, whatever its reason."""
    kind = call.path["kind"]
    if not is_suppressible(kind):
        raise RefusedError("kind", "kind", f"kind must be one of {', '.join(KINDS)}.")
    await call.services.messaging.suppressions.lift(
        call.services.directory,
        call.environment.id,
        [Address(kind, call.path["address"])],
        origin=call.origin,
        receipt=call.receipt(no_content),
    )
