"""The feed of the calling user (notiflows.md §3.3, C1 to C3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from msgspec import UNSET, convert, structs

from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.channels.provider import ChannelType
from addressee.dialects.notiflows.mapping import contents, mentions
from addressee.dialects.notiflows.routes.deliveries import base_of
from addressee.dialects.notiflows.shapes import feed as shapes
from addressee.dialects.notiflows.shapes.paging import page_of
from addressee.dialects.notiflows.wire.authentication import USER
from addressee.dialects.notiflows.wire.errors import conflict, invalid, missing
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, parse_page, parse_period
from addressee.dialects.notiflows.wire.places import checked_path_id, require_channel
from addressee.directory.access.environments import Environment
from addressee.directory.recipient import USERS, Place
from addressee.messaging.environment.channels import Channel
from addressee.messaging.errors import FeedItemMissingError
from addressee.messaging.feeds.feed import FeedFilter, FeedItem
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Position

FEED = "/user/v1/channels/{channel_id}/feed/entries"

routes = Routes(keys=USER)

DEFAULT_SIZE = 20
MOST = 100

ALL = FeedFilter()

# The entries that each status of the query finds.
STATUSES: Mapping[str | None, FeedFilter] = {
    "unseen": FeedFilter(status="unseen"),
    "seen": FeedFilter(status="seen_unread"),
    "unread": FeedFilter(status="unread"),
    "read": FeedFilter(status="read"),
    "archived": FeedFilter(archived="only"),
    None: ALL,
}

# The marks that each part of a change sets: what is read or clicked is seen too. Other parts are refused.
MARKS: Mapping[tuple[str, bool], Sequence[Mark]] = {
    ("seen", True): (Mark.SEEN,),
    ("read", True): (Mark.SEEN, Mark.READ),
    ("clicked", True): (Mark.SEEN, Mark.CLICKED),
    ("archived", True): (Mark.ARCHIVED,),
    ("archived", False): (Mark.UNARCHIVED,),
}

TRANSITIONS = ["seen", "read", "clicked", "archived", "unarchived"]

R = TypeVar("R")


@routes.get(FEED, "user.feed.list", query=("status", "archived", "topic", *PERIOD, *PAGING), response=shapes.Entries)
async def list_entries(call: Call) -> shapes.Entries:
    """List the entries of the user's feed, newest first, with its counts."""
    query = Query(call.query_string)
    channel = await require_feed(call)
    topic = query.text("topic")
    feed = await call.services.messaging.feeds.read(
        Place(call.environment.id, USERS, call.caller.user_id),
        channel.id,
        replace(feed_filter(query), topic=topic),
        parse_page(query, Position, DEFAULT_SIZE, MOST),
        counted=replace(ALL, topic=topic),
    )
    items = [entry(call.environment, item) for item in feed.items.entries]
    return shapes.Entries(items, page_of(feed.items), feed.unread, feed.unseen)


async def require_feed(call: Call) -> Channel:
    """The channel that the path names. Raises NotiflowsError for one without a feed."""
    channel = await require_channel(call)
    if channel.type is not ChannelType.IN_APP_FEED:
        raise missing("channel", call.path["channel_id"])
    return channel


def feed_filter(query: Query) -> FeedFilter:
    since, until = parse_period(query)
    found = replace(
        STATUSES[query.choice("status", [word for word in STATUSES if word], None)], since=since, until=until
    )
    return replace(found, archived="only") if query.boolean("archived") else found


@routes.patch(f"{FEED}/{{entry_id}}", "user.feed.change", request=shapes.Change, response=shapes.Entry)
async def change_entry(call: Call) -> shapes.Entry:
    """Mark an entry of the user's feed."""
    marks = parse_marks(typed_body(call, shapes.Change), "")
    id = checked_path_id(call, "entry_id")
    return await mark(call, [id], marks, lambda items: entry(call.environment, items[0]))


@routes.patch(
    FEED,
    "user.feed.change_several",
    summary=f"Mark up to {shapes.MAX_ENTRIES} entries of the user's feed, all or none",
    request=shapes.Changes,
    response=list[shapes.Entry],
)
async def change_entries(call: Call) -> list[shapes.Entry]:
    changes = typed_body(call, shapes.Changes)
    ids = list(dict.fromkeys(changes.entry_ids))
    marks = parse_marks(changes.set, "set")
    return await mark(call, ids, marks, lambda items: [entry(call.environment, item) for item in items])


def parse_marks(change: shapes.Change, field: str) -> set[Mark]:
    """Returns the marks that a change sets. Raises NotiflowsError for an empty or impossible change."""
    asked = {name: value for name, value in structs.asdict(change).items() if value is not UNSET}
    if not asked:
        raise invalid(field, "Say at least one of seen, read, clicked and archived.", "required")
    for name, value in asked.items():
        if (name, value) not in MARKS:
            message = f"{name} cannot be taken back; only archived can be false."
            raise conflict(message, allowed_transitions=TRANSITIONS)
    return {mark for part in asked.items() for mark in MARKS[part]}


async def mark(call: Call, ids: Sequence[str], marks: set[Mark], answer: Callable[[Sequence[FeedItem]], R]) -> R:
    channel = await require_feed(call)
    try:
        items = await call.services.messaging.feeds.mark_items(
            call.caller.user, channel.id, ids, marks, receipt=call.receipt(answer)
        )
    except FeedItemMissingError as error:
        raise missing("feed_entry", error.id) from None
    return answer(items)


def entry(environment: Environment, item: FeedItem) -> shapes.Entry:
    """A delivery, as its recipient sees it."""
    data = convert({"title": None, **contents.render(item.content)}, shapes.Data)
    return shapes.Entry(**base_of(environment, item.message), actor=actor(item), data=data)


def actor(item: FeedItem) -> shapes.Actor | None:
    """The first actor in brief; None for one that is no user."""
    user = mentions.person(item.message.actors[0], item.actors[0]) if item.actors else None
    if user is None:
        return None
    return shapes.Actor(**{name: getattr(user, name) for name in shapes.Actor.__struct_fields__})
