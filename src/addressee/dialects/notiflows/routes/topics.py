"""Topics (notiflows.md §3.2, B7 to B9). Subscribing makes them."""

from __future__ import annotations

from uuid import UUID

from addressee.api.operation import Answer, Call, Operation, json_answer, no_content
from addressee.dialects.notiflows.mapping import rendering
from addressee.dialects.notiflows.shapes import topics as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import missing, not_found
from addressee.dialects.notiflows.wire.paging import PAGING, asked_page, listed
from addressee.dialects.notiflows.wire.query import Query
from addressee.directory.edits.recipients import Delete
from addressee.directory.groups.topics import TOPICS, topic_place
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.writes import Write, Written


async def list_all(call: Call) -> Answer:
    page = asked_page(Query(call.query_string), UUID)
    part = await call.rooms.directory.list(call.environment.id, TOPICS, page, Order.NEWEST_FIRST)
    return json_answer(listed(part, topic))


async def get(call: Call) -> Answer:
    return json_answer(topic(await known_topic(call)))


async def delete(call: Call) -> Answer:
    """Its subscriptions end with it."""
    place = asked_place(call)

    def answer(written: Written) -> Answer:
        was_there = written.before is not None and written.before.lives
        return no_content() if was_there else not_found(call, "topic", place.id)

    return answer(
        await call.rooms.directory.write(Write(place, (Delete(),), call.origin, request=call.receipt(answer)))
    )


def asked_place(call: Call) -> Place:
    """Where the topic lives that the path names. Raises RefusedError."""
    return topic_place(call.environment.id, call.path["topic_name"])


async def known_topic(call: Call) -> Recipient:
    """The topic that the path names. Raises NotiflowsError when there is none."""
    place = asked_place(call)
    found = await call.rooms.directory.read(place)
    if found is None:
        raise missing("topic", place.id)
    return found


def topic(recipient: Recipient) -> Document:
    return {"name": recipient.place.id, "created_at": rendering.created(recipient.uid)}


OPERATIONS = (
    Operation(
        "GET",
        "/admin/v1/topics",
        "topics.list",
        "List topics, newest first",
        list_all,
        ADMIN,
        query=PAGING,
        gives=shapes.Topics,
    ),
    Operation(
        "GET",
        "/admin/v1/topics/{topic_name}",
        "topics.get",
        "Get a topic",
        get,
        ADMIN,
        gives=shapes.Topic,
    ),
    Operation(
        "DELETE",
        "/admin/v1/topics/{topic_name}",
        "topics.delete",
        "Delete a topic with its subscriptions",
        delete,
        ADMIN,
        status=204,
    ),
)
