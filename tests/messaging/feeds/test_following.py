"""Following a feed, beside what streams show of it: when it ends, and what of changes is taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.feeds.following import Counts, Inbox, News, follow
from addressee.messaging.realtime.changes import ALL_READ, BELL_RESET, NEW, FeedChange, FeedTopic
from addressee.messaging.realtime.hub import Hub
from tests.messaging.office import IN_APP, Office

FEED = FeedTopic(1, UUID(int=1), "$users", "ada")
READ = FeedChange(FEED, "read", ("a",))


@pytest.fixture
async def ada(office: Office) -> FeedTopic:
    await office.push({"channels/in-app.yaml": IN_APP})
    await office.identify("ada")
    return FeedTopic(office.environment_id, await office.channel_id(), "$users", "ada")


async def test_it_ends_while_the_database_is_away(
    office: Office, ada: FeedTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*arguments: Any) -> None:
        raise ConnectionError

    hub, feeds = Hub(), office.messaging.feeds
    news = follow(feeds, hub, ada, FeedFilter(), None, 60)
    assert await anext(news) == News([], [], Counts(0, 0, 0), is_incomplete=False)
    monkeypatch.setattr(feeds, "read", away)
    hub.look_again()
    assert await anext(news, "ended") == "ended"
    assert (hub.topics, hub.followers) == ([], 0)


async def test_it_ends_with_the_process(office: Office, ada: FeedTopic) -> None:
    hub = Hub()
    news = follow(office.messaging.feeds, hub, ada, FeedFilter(), None, 60)
    await anext(news)
    hub.close()
    assert await anext(news, "ended") == "ended"
    assert (hub.topics, hub.followers) == ([], 0)


async def test_a_feed_is_read_anew_after_a_merge(office: Office, ada: FeedTopic) -> None:
    await office.push({"workflows/plain.yaml": "steps: [{ref: feed, channel: in-app, template: {body: Hi}}]"})
    await office.identify("guest")
    for id in ("guest", "ada"):  # what the guest got is older than what she has seen
        await office.trigger(id, workflow="plain")
        await office.work()
        office.clock.move(timedelta(seconds=1))
    hub = Hub()
    news = follow(office.messaging.feeds, hub, ada, FeedFilter(), None, 60)
    assert await anext(news) == News([], [], Counts(1, 1, 1), is_incomplete=False)
    await office.merge("ada", "guest")
    hub.look_again([ada])
    assert await anext(news) == News([], [], Counts(2, 2, 2), is_incomplete=True)
    await news.aclose()


def test_new_items_are_read_and_marks_are_told() -> None:
    inbox = Inbox()
    inbox.take([FeedChange(FEED, NEW, ("a",)), READ])
    assert inbox.empty() == ([READ], True)


def test_marks_of_any_items_have_the_feed_read_anew() -> None:
    inbox = Inbox()
    inbox.take([FeedChange(FEED, "read")])
    assert inbox.empty()[1] is False


async def test_what_is_told_of_tenants_is_passed_over() -> None:
    inbox = Inbox()
    inbox.take([FeedChange(FEED, BELL_RESET, ("acme",)), FeedChange(FEED, ALL_READ, ("acme",))])
    assert not await inbox.wait(0)
    inbox.take([])
    assert await inbox.wait(0)
    assert inbox.empty() == ([], True)
