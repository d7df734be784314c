"""The inbox page: a person's feed, newest first, with a form for each mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from math import inf

from addressee.api.answers import Answer
from addressee.api.live.event_streams import check_room, event, stream_answer
from addressee.channels.provider import ChannelType
from addressee.database.paging import CursorError, PageRequest, read_cursor
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import path_of
from addressee.messaging.environment.channels import Channel
from addressee.messaging.errors import FeedItemMissingError
from addressee.messaging.feeds.feed import Feed, FeedFilter
from addressee.messaging.feeds.following import News
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import FeedTopic
from addressee.pages.inbox_view import VIEWS, Place, View, days_of
from addressee.pages.rendering import page, see_other
from addressee.pages.visit import Page, Visit
from addressee.timing.zones import zone_of

PAGE_SIZE = 20

# What the buttons of an item do; that it was seen or opened, the page's script tells.
MARKS: Mapping[str, Sequence[Mark]] = {
    "seen": (Mark.SEEN,),
    "read": (Mark.SEEN, Mark.READ),
    "unread": (Mark.UNREAD,),
    "archive": (Mark.ARCHIVED,),
    "unarchive": (Mark.UNARCHIVED,),
    "open": (Mark.SEEN, Mark.READ, Mark.INTERACTED),
}

READ_ALL = "read_all"

MESSAGE_ID = re.compile(r"[0-9A-Za-z]{27}")


async def show(visit: Visit) -> Answer:
    """Shows the inbox of a person. Nothing changes by looking."""
    feeds = await feeds_of(visit)
    place = place_in(visit)
    channel = chosen(feeds, place)
    found = None if channel is None else await read(visit, channel, place)
    return render(visit, feeds, channel, place, found)


async def mark(visit: Visit) -> Answer:
    """Marks items of a page, or all, and goes back to the page that shows them."""
    form, place = await visit.form(), place_in(visit)
    channel = chosen(await feeds_of(visit), place)
    items, what = [item for item in form.texts("item") if MESSAGE_ID.fullmatch(item)][:PAGE_SIZE], form.text("do")
    if channel is not None and what == READ_ALL:
        await read_all(visit, channel)
    elif channel is not None and what in MARKS:
        await mark_items(visit, channel, items, MARKS[what])
    return see_other(f"{own_path(visit)}{place.query()}{f'#i-{items[0]}' if items else ''}")


async def stream(visit: Visit) -> Answer:
    """Tells that the inbox has changed, with its counts; what has changed, the page itself shows."""
    channel = chosen(await feeds_of(visit), place_in(visit))
    recipient, services = visit.recipient, visit.services
    if channel is None:
        return Answer(status=204)  # the browser does not come back
    check_room(services)
    info = visit.asked.info
    holder = services.connections.admit(info.peer, visit.asked.headers, recipient.uid)
    topic = FeedTopic(recipient.place.environment_id, channel.id, recipient.place.collection, recipient.place.id)
    return stream_answer(services, topic, everything(visit), None, holder, float(visit.link.expires) or inf, changes_of)


def changes_of(news: News) -> Iterator[bytes]:
    yield event("changed", {"total": news.counts.total, "unread": news.counts.unread})


PATH = "/pages/inbox/{token}"

INBOX_PAGE = Page(PATH, "pages.inbox", Purpose.INBOX, {"GET": show, "POST": mark})

INBOX_STREAM = Page(f"{PATH}/stream", "pages.inbox.stream", Purpose.INBOX, {"GET": stream})


async def feeds_of(visit: Visit) -> Sequence[Channel]:
    channels = await visit.services.messaging.channels.list(visit.environment.id)
    return [channel for channel in channels if channel.type is ChannelType.IN_APP_FEED]


def place_in(visit: Visit) -> Place:
    """Returns what a query asks for; who asks for what does not exist, begins at the front."""
    query = visit.asked.query
    named: Sequence[View] = [view for view in VIEWS if view == query.text("view")]
    return Place(query.text("feed"), named[0] if named else "all", query.text("after"))


def chosen(feeds: Sequence[Channel], place: Place) -> Channel | None:
    """Returns the feed that a place names, else the first."""
    named = (channel for channel in feeds if channel.key == place.feed)
    return next(named, feeds[0] if feeds else None)


def everything(visit: Visit) -> FeedFilter:
    """Returns the filter of what is not archived, of which the counts are."""
    return FeedFilter(tenant=visit.link.tenant)


async def read(visit: Visit, channel: Channel, place: Place) -> Feed:
    try:
        after = read_cursor(place.after, Position)
    except CursorError:
        after = None
    filter = FeedFilter(
        tenant=visit.link.tenant,
        status="unread" if place.view == "unread" else "all",
        archived="only" if place.view == "archived" else "exclude",
    )
    request = PageRequest(PAGE_SIZE, after=after)
    feeds = visit.services.messaging.feeds
    return await feeds.read(visit.recipient.place, channel.id, filter, request, counted=everything(visit))


async def mark_items(visit: Visit, channel: Channel, items: Sequence[str], marks: Sequence[Mark]) -> None:
    """Marks items, all or none; if one is not there any more, the page will show it."""
    with suppress(FeedItemMissingError):
        await visit.services.messaging.feeds.mark_items(visit.recipient, channel.id, items, marks)


async def read_all(visit: Visit, channel: Channel) -> None:
    """Marks all that is not archived as read; within a tenant, its items and those without one."""
    tenant = visit.link.tenant
    selections = [Selection(channel_id=channel.id, archived="exclude")]
    if tenant is not None:
        selections = [
            Selection(channel_id=channel.id, archived="exclude", tenants=[tenant]),
            Selection(channel_id=channel.id, archived="exclude", has_tenant=False),
        ]
    for selection in selections:
        for action in (Action.SEEN, Action.READ):
            await visit.services.messaging.marks.mark_all(
                visit.environment.id, action, selection, [visit.recipient.place]
            )


def own_path(visit: Visit) -> str:
    return path_of(Purpose.INBOX, visit.asked.token)


def render(visit: Visit, feeds: Sequence[Channel], channel: Channel | None, place: Place, found: Feed | None) -> Answer:
    path = own_path(visit)
    zone = zone_of(visit.recipient.attributes.get("timezone"), visit.environment.settings.timezone)
    entries, now = () if found is None else found.items.entries, visit.services.directory.clock.now()
    return page(
        "inbox.html",
        visit.language,
        visit.brand,
        visit.environment.settings.frame_origins,
        action=f"{path}{place.query()}",
        stream=f"{path}/stream{place.query(view='all', after=None)}",
        feeds=[(feed.name, f"{path}{place.query(feed=feed.key, after=None)}", feed is channel) for feed in feeds],
        views=[(view, f"{path}{place.query(view=view, after=None)}", view == place.view) for view in VIEWS],
        view=place.view,
        days=days_of(entries, visit.language, zone, now),
        unread=0 if found is None else found.unread,
        total=0 if found is None else found.total,
        newest=f"{path}{place.query(after=None)}" if place.after else None,
        older=f"{path}{place.query(after=found.items.after)}" if found is not None and found.items.after else None,
    )
