"""A user's feed as a stream of Server-Sent Events."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from math import inf

from addressee.api.answers import Answer, EventStream
from addressee.api.call import Call
from addressee.api.errors import ParameterError
from addressee.api.live.event_streams import check_room, event, stream_answer
from addressee.api.operation import ANY_KEY
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.database.paging import CursorError, read_cursor
from addressee.dialects.native.wire import feed_shapes as shapes
from addressee.dialects.native.wire.authentication import IN_QUERY, LEEWAY_SECONDS, Caller
from addressee.dialects.native.wire.errors import NativeError
from addressee.dialects.native.wire.places import USER, place_of
from addressee.directory.documents import check_id
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.feeds.following import News
from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import FeedTopic

routes = Routes(keys=ANY_KEY)


@routes.get(
    f"{USER}/feeds/{{channel}}/stream",
    "users.feeds.stream",
    query=(*IN_QUERY, "last_event_id", "tenant", "has_tenant", "archived"),
    response=EventStream,
)
async def stream(call: Call) -> Answer:
    """Stream a user's feed as Server-Sent Events: `item`, `changed`, `counts` and `refresh`."""
    query = Query(call.query_string)
    place = place_of(call)
    channel = await call.services.messaging.channels.feed(call.environment.id, call.path["channel"])
    if channel is None:
        raise NativeError("not_found", HTTPStatus.NOT_FOUND, "There is no in-app feed of this id or key.")
    tenant = query.text("tenant")
    filter = FeedFilter(
        tenant=None if tenant is None else check_id(tenant, "tenant"),
        has_tenant=query.boolean("has_tenant"),
        archived=query.choice("archived", ("exclude", "include", "only"), "exclude"),
    )
    since = position_of(call.headers.get("last-event-id") or query.text("last_event_id"))
    topic = FeedTopic(place.environment_id, channel.id, place.collection, place.id)
    check_room(call.services)
    holder = call.services.connections.admit(
        call.info.peer, call.headers, call.credential.key_id, without_token=call.credential.acts_for_anybody
    )
    return stream_answer(call.services, topic, filter, since, holder, end_of(call.caller), events)


def end_of(caller: Caller | None) -> float:
    """Returns when the token of a caller runs out, in Unix seconds."""
    return inf if caller is None or caller.expires_at is None else caller.expires_at + LEEWAY_SECONDS


def position_of(event_id: str | None) -> Position | None:
    """Returns the position after which a client resumes. Raises ParameterError for an id that is none of ours."""
    try:
        return read_cursor(event_id or None, Position)
    except CursorError:
        message = "last_event_id is no id of this stream's items; leave it out."
        raise ParameterError("last_event_id", message) from None


def events(news: News) -> Iterator[bytes]:
    if news.is_incomplete:
        yield event("refresh", {})
    for item in news.items:
        yield event("item", shapes.item_of(item), item.cursor)
    for change in news.changes:
        yield event("changed", shapes.Changed(change.kind, change.message_ids))
    yield event("counts", shapes.Counts(*news.counts))
