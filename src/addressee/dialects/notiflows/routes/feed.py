"""The feed of the user who calls (notiflows.md §3.3, C1 to C3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from msgspec import UNSET, structs

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import typed_body
from addressee.api.call import Call
from addressee.api.operation import Operation
from addressee.api.query_strings import Query
from addressee.api.routes import Routes
from addressee.channels.providers import ChannelType
from addressee.dialects.notiflows.mapping import contents, mentions
from addressee.dialects.notiflows.routes.deliveries import seen_by_all
from addressee.dialects.notiflows.shapes import feed as shapes
from addressee.dialects.notiflows.wire.authentication import USER
from addressee.dialects.notiflows.wire.errors import conflict, invalid, missing
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, asked_page, asked_period, listed
from addressee.dialects.notiflows.wire.places import asked_channel, checked_path_id
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import USERS, Document, Place
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.environment.channels import Channel
from addressee.messaging.errors import FeedItemMissingError
from addressee.messaging.feeds.feed import FeedFilter, FeedItem
from addressee.messaging.messages.marks import Mark
from addressee.messaging.messages.model import Position

FEED = "/user/v1/channels/{channel_id}/feed/entries"

routes = Routes(keys=USER)

DEFAULT_SIZE = 20
MOST = 100

ALL = FeedFilter()

# What each status finds.
STATUSES: Mapping[str | None, FeedFilter] = {
    "unseen": FeedFilter(status="unseen"),
    "seen": FeedFilter(status="seen_unread"),
    "unread": FeedFilter(status="unread"),
    "read": FeedFilter(status="read"),
    "archived": FeedFilter(archived="only"),
    None: ALL,
}

# What a part of a change marks: who reads or clicks has seen. The rest cannot be taken back.
MARKS: Mapping[tuple[str, bool], Sequence[Mark]] = {
    ("seen", True): (Mark.SEEN,),
    ("read", True): (Mark.SEEN, Mark.READ),
    ("clicked", True): (Mark.SEEN, Mark.CLICKED),
    ("archived", True): (Mark.ARCHIVED,),
    ("archived", False): (Mark.UNARCHIVED,),
}

TRANSITIONS = ["seen", "read", "clicked", "archived", "unarchived"]

SHOWN_OF_ACTORS = ("id", "external_id", "first_name", "last_name", "email", "avatar")


@routes.get(FEED, "user.feed.list", query=("status", "archived", "topic", *PERIOD, *PAGING), response=shapes.Entries)
async def list_entries(call: Call) -> Answer:
    """List the entries of the user's feed, newest first, with its counts."""
    query = Query(call.query_string)
    channel = await feed_channel(call)
    topic = query.text("topic")
    feed = await call.services.messaging.feed(
        Place(call.environment.id, USERS, call.caller.user_id),
        channel.id,
        replace(feed_filter(query), topic=topic),
        asked_page(query, Position, DEFAULT_SIZE, MOST),
        counted=replace(ALL, topic=topic),
    )
    body = listed(feed.items, partial(entry, call.environment))
    return json_answer({**body, "total_unread": feed.unread, "total_unseen": feed.unseen})


async def feed_channel(call: Call) -> Channel:
    """The channel that the path names. Raises NotiflowsError for one without a feed."""
    channel = await asked_channel(call)
    if channel.type is not ChannelType.IN_APP_FEED:
        raise missing("channel", call.path["channel_id"])
    return channel


def feed_filter(query: Query) -> FeedFilter:
    since, until = asked_period(query)
    found = replace(
        STATUSES[query.choice("status", [word for word in STATUSES if word], None)], since=since, until=until
    )
    return replace(found, archived="only") if query.boolean("archived") else found


@routes.patch(f"{FEED}/{{entry_id}}", "user.feed.change", request=shapes.Change, response=shapes.Entry)
async def change_entry(call: Call) -> Answer:
    """Mark an entry of the user's feed."""
    marks = asked_marks(typed_body(call, shapes.Change), "")
    return await marked(call, [checked_path_id(call, "entry_id")], marks, one_entry)


async def change_entries(call: Call) -> Answer:
    changes = typed_body(call, shapes.Changes)
    ids = list(dict.fromkeys(changes.entry_ids))
    return await marked(call, ids, asked_marks(changes.set, "set"), all_entries)


def asked_marks(change: shapes.Change, field: str) -> set[Mark]:
    """Raises NotiflowsError for a change of nothing, and for one that cannot be."""
    asked = {name: value for name, value in structs.asdict(change).items() if value is not UNSET}
    if not asked:
        raise invalid(field, "Say at least one of seen, read, clicked and archived.", "required")
    for name, value in asked.items():
        if (name, value) not in MARKS:
            message = f"{name} cannot be taken back; only archived can be false."
            raise conflict(message, allowed_transitions=TRANSITIONS)
    return {mark for part in asked.items() for mark in MARKS[part]}


async def marked(
    call: Call, ids: Sequence[str], marks: set[Mark], render: Callable[[Environment, Sequence[FeedItem]], Answer]
) -> Answer:
    channel = await feed_channel(call)
    answer = partial(render, call.environment)
    try:
        items = await call.services.messaging.mark_items(
            call.caller.user, channel.id, ids, marks, receipt=call.receipt(answer)
        )
    except FeedItemMissingError as error:
        raise missing("feed_entry", error.id) from None
    return answer(items)


def one_entry(environment: Environment, items: Sequence[FeedItem]) -> Answer:
    return json_answer(entry(environment, items[0]))


def all_entries(environment: Environment, items: Sequence[FeedItem]) -> Answer:
    return json_answer([entry(environment, item) for item in items])


def entry(environment: Environment, item: FeedItem) -> Document:
    """An entry is a delivery, as its recipient sees it."""
    return {
        **seen_by_all(environment, item.message),
        "actor": actor(item),
        "data": {"title": None, **contents.said(InAppContent(tuple(item.blocks)))},
    }


def actor(item: FeedItem) -> Document | None:
    """In brief; None for who is no user."""
    if not item.actors:
        return None
    user = mentions.person(item.message.actors[0], item.actors[0])
    return user and {name: user[name] for name in SHOWN_OF_ACTORS}


OPERATIONS = (
    *routes,
    Operation(
        method="PATCH",
        path=FEED,
        name="user.feed.change_several",
        summary=f"Mark up to {shapes.MAX_ENTRIES} entries of the user's feed, all or none",
        handler=change_entries,
        keys=USER,
        request=shapes.Changes,
        response=list[shapes.Entry],
    ),
)
