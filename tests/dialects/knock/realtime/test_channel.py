"""A joined feed: who is told of what, once, and once more after a burst."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.dialects.knock.realtime import channel as module
from addressee.dialects.knock.realtime.channel import RECENT, FeedChannel
from addressee.messaging.feeds.feed import FeedFilter, Glance
from addressee.messaging.feeds.glances import Glances
from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import NEW, FeedChange, FeedTopic
from addressee.messaging.realtime.delays import DELAYS
from tests.support.clock import MovedClock
from tests.support.waiting import until

ADA = FeedTopic(1, UUID(int=1), "$users", "ada")
ALL, OF_ACME = FeedFilter(), FeedFilter(tenant="acme", has_tenant=True)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Feed(Glances):
    """A feed of which the test says how many items each filter finds."""

    def __init__(self) -> None:
        self.items = {ALL.tenant: 0, OF_ACME.tenant: 0}

    async def of(self, topic: FeedTopic, filter: FeedFilter) -> Glance:
        count = self.items[filter.tenant]
        newest = Position(LONG_AGO + timedelta(seconds=count), str(count)) if count else None
        return Glance(newest, count, count, count)


class Clients:
    """A channel, and what its clients are told."""

    def __init__(self, **filters: FeedFilter) -> None:
        self.feed, self.told, self.clock = Feed(), list[dict[str, Any]](), MovedClock()
        self.channel = FeedChannel(ADA, filters, self.feed, self.told.append, self.clock)

    async def begin(self, known: Mapping[str, Position | None] | None = None) -> None:
        self.channel.begin(await self.channel.look(), known or {})

    async def are_told(self, times: int) -> list[list[str]]:
        """Returns who was told, once that many tellings have come."""

        async def came() -> bool:
            return len(self.told) >= times

        await until(came)
        return [payload["attn"] for payload in self.told]

    def item(self, *tenants: str | None) -> None:
        for tenant in tenants:
            self.feed.items[tenant] += 1
        self.channel.changed([FeedChange(ADA, NEW, ("id",))])


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients have read their feed as soon as they have joined it."""
    monkeypatch.setattr(module, "SETTLING_SECONDS", 0.0)


async def test_clients_are_told_of_what_their_filters_find() -> None:
    clients = Clients(client_all=ALL, client_acme=OF_ACME)
    await clients.begin()
    clients.item(None)
    assert await clients.are_told(1) == [["client_all"]]


async def test_the_delay_since_the_commit_is_counted() -> None:
    clients, before = Clients(client_all=ALL), DELAYS._sum.get()
    await clients.begin()
    clients.feed.items[None] = 1
    clients.channel.changed([FeedChange(ADA, NEW, ("id",), time.time() - 100)])
    await clients.are_told(1)
    assert 100 <= DELAYS._sum.get() - before < 160


async def test_what_comes_during_the_first_look_is_told() -> None:
    clients = Clients(client_all=ALL)
    looked = await clients.channel.look()
    clients.item(None)
    clients.channel.begin(looked, {})
    assert await clients.are_told(1) == [["client_all"]]


async def test_marks_are_not_told() -> None:
    clients = Clients(client_all=ALL)
    await clients.begin()
    clients.feed.items[None] = 1
    clients.channel.changed([FeedChange(ADA, "read", ("id",))])
    clients.channel.changed([])  # a look, which finds the item that was not told of
    assert await clients.are_told(1) == [["client_all"]]


async def test_a_look_that_finds_nothing_new_tells_nothing() -> None:
    clients = Clients(client_all=ALL)
    clients.feed.items[None] = 3
    await clients.begin()
    clients.channel.changed([])
    clients.item(None)
    assert await clients.are_told(1) == [["client_all"]]


async def test_after_a_burst_clients_are_told_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRAILING_SECONDS", 0.2)
    clients = Clients(client_all=ALL, client_acme=OF_ACME)
    await clients.begin()
    clients.item(None)
    await clients.are_told(1)
    clients.item(None)
    assert await clients.are_told(3) == [["client_all"]] * 3
    assert clients.told[-1]["metadata"] == {"total_count": 2, "unread_count": 2, "unseen_count": 2}


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients read their feed for a minute after they have joined it."""
    monkeypatch.setattr(module, "TRAILING_SECONDS", 0.2)
    monkeypatch.setattr(module, "SETTLING_SECONDS", 60.0)


async def test_what_comes_while_a_client_reads_its_feed_is_told_once_more(reading: None) -> None:
    clients = Clients(client_all=ALL, client_acme=OF_ACME)
    await clients.begin()
    clients.item(None)
    assert await clients.are_told(2) == [["client_all"]] * 2


@pytest.mark.parametrize(("age", "times"), [(59, 2), (60, 1)])
async def test_what_came_shortly_before_a_join_is_told_twice(reading: None, age: int, times: int) -> None:
    clients, watching = Clients(client_all=ALL), Clients(client_all=ALL)
    clients.feed.items[None] = 1
    clients.clock.move(LONG_AGO + timedelta(seconds=1 + age) - clients.clock.now())
    await clients.begin()
    await watching.begin()
    watching.item(None)
    await watching.are_told(2)
    assert clients.told == [clients.told[0]] * times


async def test_nobody_in_a_burst_is_forgotten_for_who_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRAILING_SECONDS", 0.3)
    clients = Clients(client_all=ALL, client_acme=OF_ACME)
    await clients.begin()
    for told, tenant in enumerate((None, None, "acme"), start=1):
        clients.item(tenant)
        await clients.are_told(told)
    assert await clients.are_told(4) == [
        ["client_all"],
        ["client_all"],
        ["client_acme"],
        ["client_all", "client_acme"],
    ]


async def test_a_channel_that_ended_tells_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRAILING_SECONDS", 0.3)
    ended, watching = Clients(client_all=ALL), Clients(client_all=ALL)
    for clients in (ended, watching):
        await clients.begin()
        clients.item(None)
        await clients.are_told(1)
        clients.item(None)
        await clients.are_told(2)
        ended.channel.end()
    await watching.are_told(3)
    assert len(ended.told) == 2


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, []),
        ({"client_all": None}, [["client_all"]]),
        ({"client_all": Position(LONG_AGO, "")}, [["client_all"]]),
        ({"client_all": Position(LONG_AGO + timedelta(seconds=2), "2")}, []),
    ],
)
async def test_who_comes_back_is_told_of_what_is_newer(known: dict[str, Position | None], told: list[Any]) -> None:
    clients = Clients(client_all=ALL)
    clients.feed.items[None] = 2
    await clients.begin(known)
    assert [payload["attn"] for payload in clients.told] == told


@pytest.mark.parametrize(("age", "times"), [(RECENT - timedelta(seconds=1), 1), (RECENT, 0)])
async def test_who_is_new_here_is_told_of_what_is_recent(age: timedelta, times: int) -> None:
    clients = Clients(client_all=ALL)
    clients.feed.items[None] = 1
    clients.clock.move(LONG_AGO + timedelta(seconds=1) + age - clients.clock.now())
    await clients.begin()
    assert len(clients.told) == times
