"""A recipient as it is and as it was, and what changed it."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.native.wire import rendering, shapes
from addressee.dialects.native.wire.places import OBJECT, USER, place_of
from addressee.directory.errors import MissingError
from addressee.directory.reading.history import HistoryPosition

routes = Routes(keys=SECRET)

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


@routes.get(USER, "users.get", query=("at",), response=shapes.StoredRecipient)
@routes.get(OBJECT, "objects.get", query=("at",), response=shapes.StoredRecipient)
async def get(call: Call) -> shapes.StoredRecipient:
    """Return a recipient as it is stored, or as it was `at` a time of the last 12 months."""
    moment = Query(call.query_string).instant("at")
    directory = call.services.directory
    found = await call.require(place_of(call))
    if moment is None:
        return rendering.recipient(found)
    then = await directory.history.at(found, moment, directory.clock.now())
    if then is None:
        raise MissingError(found.place)
    return rendering.past(then)


@routes.get(f"{USER}/history", "users.history", query=("limit", "after"), response=shapes.Changes)
@routes.get(f"{OBJECT}/history", "objects.history", query=("limit", "after"), response=shapes.Changes)
async def history(call: Call) -> shapes.Changes:
    """List what changed a recipient, newest first, and the operator who did so, if any."""
    query = Query(call.query_string)
    page = query.page_request(HistoryPosition, query.number("limit", PAGE_SIZE, MAX_PAGE_SIZE))
    found = await call.require(place_of(call))
    part = await call.services.directory.history.list(found, page)
    acts = await call.services.operators.acts.behind(call.environment.id, [each.request_id for each in part.entries])
    changes = [rendering.change(each, acts.get(each.request_id or "")) for each in part.entries]
    return shapes.Changes(changes=changes, after=part.after)
