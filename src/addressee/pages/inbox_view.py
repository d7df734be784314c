"""The view of an inbox page: the part of an inbox that an address names, and items by days. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from addressee.channels.links import scheme_of
from addressee.messaging.content.in_app import Button
from addressee.messaging.content.model import ACTION_URL
from addressee.messaging.feeds.feed import FeedItem
from addressee.pages.languages import Language

View = Literal["all", "unread", "archived"]
VIEWS: Sequence[View] = ("all", "unread", "archived")


class Place(NamedTuple):
    """The part of an inbox that a page shows: a feed by its key, a view of it, and from where on."""

    feed: str | None
    view: View
    after: str | None

    def query(self, **changes: Any) -> str:
        """Returns a query that leads here, or to what changes make of it."""
        parts = {name: value for name, value in self._replace(**changes)._asdict().items() if value}
        if parts["view"] == "all":
            del parts["view"]
        return f"?{urlencode(parts)}" if parts else ""


class Shown(NamedTuple):
    """An item as the page shows it. `url` is where it leads, if that is anywhere."""

    item: FeedItem
    time: str
    url: str | None

    @property
    def id(self) -> str:
        return self.item.message.id

    @property
    def buttons(self) -> Sequence[Button]:
        """The buttons that lead anywhere from here."""
        return [button for button in self.item.buttons if scheme_of(button.action)]

    @property
    def is_read(self) -> bool:
        return self.item.message.read_at is not None

    @property
    def is_seen(self) -> bool:
        return self.item.message.seen_at is not None

    @property
    def is_archived(self) -> bool:
        return self.item.message.archived_at is not None


def days_of(
    items: Sequence[FeedItem], language: Language, zone: ZoneInfo, now: datetime
) -> list[tuple[str, list[Shown]]]:
    """Returns the items of each day in a time zone, under the day's name."""
    times = [(item, item.message.inserted_at.astimezone(zone)) for item in items]
    by_day = (list(of_day) for _, of_day in groupby(times, key=lambda each: each[1].date()))
    return [
        (
            language.day(of_day[0][1], now.astimezone(zone)),
            [Shown(item, language.time(at), url_of(item)) for item, at in of_day],
        )
        for of_day in by_day
    ]


def url_of(item: FeedItem) -> str | None:
    """Returns where an item leads: a relative URL, which is one of the product's own pages, leads nowhere from here."""
    urls = (block.rendered for block in item.blocks if block.name == ACTION_URL)
    url = next(urls, "")
    return url if scheme_of(url) else None
