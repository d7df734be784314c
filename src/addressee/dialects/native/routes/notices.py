"""Notices: values that were not stored, of writes whose answers could not name them."""

from __future__ import annotations

from uuid import UUID

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes

routes = Routes(keys=SECRET)

PAGE_SIZE = 100


@routes.get("/directory/v1/notices", "notices.list", query=("after",), response=shapes.Notices)
async def list_all(call: Call) -> shapes.Notices:
    """List what was passed over of writes in the last seven days, newest first."""
    page = Query(call.query_string).page_request(UUID, PAGE_SIZE)
    part = await call.services.directory.notices.list(call.environment.id, page)
    notices = [
        shapes.Notice(
            id=each.id,
            collection=each.place.collection,
            recipient_id=each.place.id,
            request_id=each.request_id,
            messages=list(each.messages),
            recorded_at=each.recorded_at,
        )
        for each in part.entries
    ]
    return shapes.Notices(notices=notices, after=part.after)
