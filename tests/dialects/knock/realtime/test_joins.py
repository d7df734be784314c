"""Topics and payloads of joins, in the forms of all generations of clients (realtime-knock.md §3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from addressee.dialects.knock.realtime.joins import MAX_CLIENTS, Topic, read_join, read_topic
from addressee.messaging.feeds.feed import FeedFilter


def found(**filter: Any) -> FeedFilter:
    return FeedFilter(**{"categories": [], **filter})


@pytest.mark.parametrize(
    ("topic", "named"),
    [
        ("feeds:abc:ada", Topic("abc", "ada")),
        ("feeds:abc:a:b::c", Topic("abc", "a:b::c")),
        ("feeds:abc:", None),
        ("feeds:abc", None),
        ("feeds", None),
        ("guides:abc:ada", None),
    ],
)
def test_topics_name_a_feed_and_a_user(topic: str, named: Topic | None) -> None:
    assert read_topic(topic) == named


@pytest.mark.parametrize(
    ("payload", "filters"),
    [
        ({}, {"": found()}),
        (None, {"": found()}),
        ({"client_a": {}}, {"client_a": found()}),
        ({"client_a": {"tenant": "t"}, "client_b": {}}, {"client_a": found(tenant="t"), "client_b": found()}),
        ({"client_a": "no options"}, {"": found()}),
        ({"client_a": {}, "tenant": "t"}, {"": found(tenant="t")}),
    ],
)
def test_clients_have_reference_ids_or_none(payload: Any, filters: dict[str, FeedFilter]) -> None:
    assert read_join(payload) == filters


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"status": "unread", "archived": "only"}, found(status="unread", archived="only")),
        ({"has_tenant": True}, found(has_tenant=True)),
        ({"has_tenant": "false", "source": "welcome"}, found(has_tenant=False, source="welcome")),
        ({"workflow_categories": ["a", "b"]}, found(categories=["a", "b"])),
        ({"trigger_data": {"kind": "x", "n": 1}}, found(trigger_data={"kind": "x", "n": 1})),
        ({"trigger_data": '{"kind": "x"}'}, found(trigger_data={"kind": "x"})),
        ({"tenant": "", "source": None, "page_size": 7, "mode": "rich", "__id": {}}, found()),
    ],
)
def test_options_are_those_of_the_list(options: dict[str, Any], expected: FeedFilter) -> None:
    assert read_join({"client_a": options}) == {"client_a": expected}


MAY = datetime(2026, 5, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("options", "since", "until"),
    [
        ({"start": "2026-05-01T00:00:00Z", "inclusive": True}, MAY, None),
        ({"start": "2026-05-01T00:00:00Z"}, MAY + INSTANT, None),
        ({"end": "2026-05-01T00:00:00Z", "inclusive": True}, None, MAY + INSTANT),
        ({"end": "2026-05-01T00:00:00Z"}, None, MAY),
    ],
)
def test_periods_are_an_object_or_flat(options: dict[str, Any], since: datetime | None, until: datetime | None) -> None:
    defaults = found()
    expected = found(since=since or defaults.since, until=until or defaults.until)
    assert read_join({"inserted_at_date_range": options}) == {"": expected}
    flat = {"gte" if options.get("inclusive") else "gt": options.get("start")} if since else {}
    flat |= {"lte" if options.get("inclusive") else "lt": options.get("end")} if until else {}
    assert read_join({f"inserted_at.{bound}": value for bound, value in flat.items()}) == {"": expected}


def test_the_newest_clients_count() -> None:
    payload: dict[str, Any] = {f"client_{number}": {} for number in range(MAX_CLIENTS + 2)}
    assert list(read_join(payload)) == list(payload)[2:]
