"""Filters of feeds and messages, in query strings and in the joins of sockets (knock.md §3.9, realtime-knock.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from addressee.dialects.knock.wire.authentication import FEED_READ, Caller
from addressee.dialects.knock.wire.errors import KnockError, invalid
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_value
from addressee.directory.recipient import Document
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.messages.listing import EARLIEST, LATEST

STATUSES: Sequence[Literal["all", "unread", "read", "unseen", "seen"]] = ("all", "unread", "read", "unseen", "seen")
ARCHIVED: Sequence[Literal["exclude", "include", "only"]] = ("exclude", "include", "only")


def feed_filter(query: Query) -> FeedFilter:
    since, until = query.period("inserted_at")
    return FeedFilter(
        status=query.choice("status", STATUSES, "all"),
        archived=query.choice("archived", ARCHIVED, "exclude"),
        tenant=query.text("tenant"),
        has_tenant=query.boolean("has_tenant"),
        source=query.text("source"),
        categories=query.texts("workflow_categories"),
        trigger_data=trigger_data(query),
        since=since or EARLIEST,
        until=until or LATEST,
    )


def covered(caller: Caller, asked: FeedFilter) -> FeedFilter:
    """Returns the filter within the tenants that the caller's token covers (§1.3).

    Without a tenant, only items that belong to none are left. Raises KnockError when the token covers nothing of it.
    """
    if not caller.is_limited_to_tenants:
        return asked
    if asked.tenant is not None and asked.has_tenant is not False:
        caller.check_tenant(FEED_READ, asked.tenant)
        return asked if caller.covers_tenant(FEED_READ, None) else replace(asked, has_tenant=True)
    if asked.has_tenant:
        raise KnockError("authorization", "The user token is limited to tenants; say which one: tenant=<id>.")
    caller.check_tenant(FEED_READ, None)
    return replace(asked, has_tenant=False)


def trigger_data(query: Query) -> Document:
    """Returns the flat object that a run's data must contain (§3.9). Raises KnockError."""
    return check_trigger_data(query.document("trigger_data"))


def check_trigger_data(data: Document) -> Document:
    """Returns the filter itself. Raises KnockError unless it is flat, RefusedError if it cannot be stored."""
    if any(isinstance(value, dict | list) for value in data.values()):
        raise invalid("trigger_data", "trigger_data must be a flat object.")
    check_value(data, "trigger_data")
    return data
