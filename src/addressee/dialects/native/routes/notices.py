"""Notices: what was passed over of writes whose answers could not say it."""

from __future__ import annotations

from uuid import UUID

from addressee.api.bodies import MisshapenError
from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.query_strings import pairs
from addressee.api.routes import Routes
from addressee.database.paging import CursorError, page_request
from addressee.dialects.native.wire import shapes

routes = Routes(keys=SECRET)

PAGE_SIZE = 100


@routes.get("/directory/v1/notices", "notices.list", query=("after",), response=shapes.Notices)
async def list_all(call: Call) -> shapes.Notices:
    """What was passed over of writes in the last seven days, newest first."""
    given = dict(pairs(call.query_string))
    try:
        asked = page_request(PAGE_SIZE, given.get("after") or None, None, UUID)
    except CursorError as error:
        raise MisshapenError("after", str(error)) from None
    part = await call.services.directory.notices(call.environment.id, asked)
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
