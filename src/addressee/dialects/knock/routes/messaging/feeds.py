"""In-app feeds (knock.md §3.10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import structs

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import message_rendering, rendering
from addressee.dialects.knock.mapping.filters import covered, feed_filter
from addressee.dialects.knock.shapes import feeds as shapes
from addressee.dialects.knock.shapes.common import PageInfo
from addressee.dialects.knock.wire.authentication import FEED_READ
from addressee.dialects.knock.wire.errors import KnockError, missing
from addressee.dialects.knock.wire.paging import MAX_FEED_PAGE_SIZE, PAGING, parse_page
from addressee.dialects.knock.wire.places import user_place
from addressee.dialects.knock.wire.query import Query
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Position

routes = Routes(keys=ANY_KEY)

MAX_EXCLUDED_DEPTH = 3

MODES: Sequence[Literal["rich", "compact"]] = ("rich", "compact")


@routes.get(
    "/v1/users/{user_id}/feeds/{id}",
    "users.feeds.list_items",
    permission=FEED_READ,
    query=(
        *PAGING,
        "status",
        "archived",
        "tenant",
        "has_tenant",
        "source",
        "workflow_categories[]",
        "trigger_data",
        "inserted_at.gt",
        "inserted_at.gte",
        "inserted_at.lt",
        "inserted_at.lte",
        "locale",
        "exclude",
        "mode",
    ),
    response=shapes.Feed,
)
async def list_items(call: Call) -> shapes.Feed | Answer:
    """List a user's feed, newest first, with its counts."""
    query = Query(call.query_string)
    channel = await feed_channel(call)
    asked = covered(call.caller, feed_filter(query))
    feed = await call.services.messaging.feeds.read(
        user_place(call),
        channel.id,
        asked,
        parse_page(query, Position, MAX_FEED_PAGE_SIZE),
    )
    compact = query.choice("mode", MODES, "rich") == "compact"
    entries = [message_rendering.feed_item(item, compact=compact) for item in feed.items.entries]
    body = shapes.Feed(
        entries=entries,
        page_info=page_info(rendering.page_info(feed.items), entries, query),
        meta=shapes.FeedMetadata(total_count=feed.total, unread_count=feed.unread, unseen_count=feed.unseen),
        vars=feed.variables,
    )
    excluded = [path for text in query.texts("exclude") for path in text.split(",") if path]
    if not excluded:
        return body
    rest = msgspec.to_builtins(body)
    for path in excluded:
        leave_out(rest, path.split(".")[:MAX_EXCLUDED_DEPTH])
    return json_answer(rest)


def page_info(found: PageInfo, entries: Sequence[shapes.FeedItem], query: Query) -> PageInfo:
    """Returns the cursors of a page. `before` leads to what is newer, from the newest page too.

    Mobile clients keep it, and ask with it for items that came since (realtime-knock.md §4.2).
    """
    newest = entries[0].cursor if entries else query.text("before") or None
    return structs.replace(found, before=newest)


async def feed_channel(call: Call) -> Channel:
    try:
        id = UUID(call.path["id"])
    except ValueError:
        raise missing("The feed") from None
    channel = await call.services.messaging.channels.get(call.environment.id, id)
    if channel is None:
        raise missing("The feed")
    if channel.type != "in_app_feed":
        raise KnockError("channel_invalid", f"The channel {channel.key} has no feed: its type is {channel.type}.")
    return channel


def leave_out(value: Any, path: list[str]) -> None:
    """Removes the key that a dotted path names; below a list, from each of its items."""
    if isinstance(value, list):
        for item in value:
            leave_out(item, path)
    elif isinstance(value, dict) and len(path) == 1:
        value.pop(path[0], None)
    elif isinstance(value, dict):
        leave_out(value.get(path[0]), path[1:])


@routes.get(
    "/v1/users/{user_id}/feeds/{id}/settings",
    "users.feeds.get_settings",
    permission=FEED_READ,
    response=shapes.FeedSettings,
)
async def settings(call: Call) -> shapes.FeedSettings:
    """Get a feed's settings."""
    user_place(call)
    await feed_channel(call)
    return shapes.FeedSettings(features=shapes.FeedFeatures(branding_required=False))
