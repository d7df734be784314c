"""Topics, which subscribing creates (notiflows.md §3.2, B7 to B9)."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import Answer, no_content
from addressee.api.call import Call
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping import rendering
from addressee.dialects.notiflows.shapes import topics as shapes
from addressee.dialects.notiflows.shapes.paging import page_of
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import not_found
from addressee.dialects.notiflows.wire.paging import PAGING, parse_page
from addressee.directory.edits.recipients import Delete
from addressee.directory.groups.topics import TOPICS, topic_place
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.writes import Written

routes = Routes(keys=ADMIN)


@routes.get("/admin/v1/topics", "topics.list", query=PAGING, response=shapes.Topics)
async def list_all(call: Call) -> shapes.Topics:
    """List topics, newest first."""
    page = parse_page(Query(call.query_string), UUID)
    part = await call.services.directory.list(call.environment.id, TOPICS, page, Order.NEWEST_FIRST)
    return shapes.Topics(items=[topic(each) for each in part.entries], page=page_of(part))


@routes.get("/admin/v1/topics/{topic_name}", "topics.get", response=shapes.Topic)
async def get(call: Call) -> shapes.Topic:
    """Get a topic."""
    return topic(await require_topic(call))


@routes.delete("/admin/v1/topics/{topic_name}", "topics.delete", status=204)
async def delete(call: Call) -> Answer:
    """Delete a topic with its subscriptions."""
    place = place_of_topic(call)

    def answer(written: Written) -> Answer:
        return no_content() if written.existed else not_found(call, "topic", place.id)

    return await call.write(place, Delete(), answer=answer)


def place_of_topic(call: Call) -> Place:
    """The place of the topic that the path names. Raises RefusedError."""
    return topic_place(call.environment.id, call.path["topic_name"])


async def require_topic(call: Call) -> Recipient:
    """The topic that the path names. Raises MissingError when there is none."""
    return await call.require(place_of_topic(call))


def topic(recipient: Recipient) -> shapes.Topic:
    return shapes.Topic(name=recipient.place.id, created_at=rendering.created(recipient.uid))
