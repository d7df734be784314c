"""Joins of feeds: the topic names the feed, the payload has the filters (realtime-knock.md §3)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from addressee.dialects.knock.mapping.filters import feed_filter
from addressee.dialects.knock.wire.query import Query
from addressee.messaging.feeds.feed import FeedFilter

FEEDS = "feeds"

# Keys under which a client of the newer generation sends the options of each of its feeds.
CLIENT_PREFIX = "client_"

# The feeds that one page may show at once.
MAX_CLIENTS = 50

SCALARS = ("archived", "status", "source", "tenant", "has_tenant")
RANGES = ("gt", "gte", "lt", "lte")


class Topic(NamedTuple):
    """A topic of a feed. `feed` is the id or the key of its channel."""

    feed: str
    user_id: str


def read_topic(topic: str) -> Topic | None:
    """Returns the feed that a topic names, None for other topics. Ids of users may hold colons."""
    kind, _, rest = topic.partition(":")
    feed, _, user_id = rest.partition(":")
    return Topic(feed, user_id) if kind == FEEDS and feed and user_id else None


def read_join(payload: Any) -> dict[str, FeedFilter]:
    """Returns the filters of a join's payload, by the reference ids of clients; of a client that has none, by "".

    What is not known in it is ignored. Raises ParameterError or KnockError for an option that it does not take.
    """
    options = payload if isinstance(payload, dict) else {}
    if options and all(is_client(reference, value) for reference, value in options.items()):
        return {reference: filter_of(value) for reference, value in list(options.items())[-MAX_CLIENTS:]}
    return {"": filter_of(options)}


def is_client(reference: str, value: Any) -> bool:
    return reference.startswith(CLIENT_PREFIX) and isinstance(value, dict)


def filter_of(options: Mapping[str, Any]) -> FeedFilter:
    """Returns the filter of a client's options, by the rules of the query string with the same parameters."""
    return feed_filter(Query(urlencode(list(parameters(options)))))


def parameters(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in SCALARS:
        if (value := text(options.get(name))) is not None:
            yield name, value
    categories = options.get("workflow_categories")
    for category in categories if isinstance(categories, list) else ():
        if (value := text(category)) is not None:
            yield "workflow_categories[]", value
    data = options.get("trigger_data")
    if data:
        yield "trigger_data", data if isinstance(data, str) else json.dumps(data)
    for bound in RANGES:
        if (value := text(options.get(f"inserted_at.{bound}"))) is not None:
            yield f"inserted_at.{bound}", value
    period = options.get("inserted_at_date_range")
    if isinstance(period, dict):
        end = "e" if period.get("inclusive") else ""
        for side, bound in (("start", "gt"), ("end", "lt")):
            if (value := text(period.get(side))) is not None:
                yield f"inserted_at.{bound}{end}", value


def text(value: Any) -> str | None:
    """Returns a scalar as a query string has it; None for what counts as absent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) and value != "" else None
