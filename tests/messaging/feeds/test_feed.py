"""One person's feed: pages, counts and filters."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from addressee.database.paging import PageRequest, page_request
from addressee.directory.recipient import Recipient
from addressee.messaging.feeds.feed import Feed, FeedFilter, Glance
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Position
from addressee.messaging.recipients.people import Missing
from tests.messaging.office import FILES, Office

ITEMS = """
steps:
  - {ref: feed, channel: in-app, template: {body: "{{ data.n }}"}}
"""
NEWS = f"categories: [news, all]\n{ITEMS}"
FEEDS = {**FILES, "workflows/plain.yaml": ITEMS, "workflows/news.yaml": NEWS}


def bodies(feed: Feed) -> list[str]:
    return [item.blocks[0].rendered.removeprefix("<p>").removesuffix("</p>") for item in feed.items.entries]


def counts(feed: Feed) -> tuple[int, int, int]:
    return feed.total, feed.unread, feed.unseen


@pytest.fixture
async def filled(office: Office) -> Office:
    """Ada's feed holds 1 to 9, a minute apart."""
    await office.push(FEEDS)
    await office.identify("ada")
    for number in range(1, 10):
        await add(office, number)
    return office


async def add(office: Office, number: int, workflow: str = "plain", **rest: Any) -> None:
    await office.trigger("ada", workflow=workflow, **{"data": {"n": number}, **rest})
    await office.work()
    office.clock.move(timedelta(minutes=1))


def position(cursor: str | None) -> PageRequest[Position]:
    return page_request(4, cursor, None, Position)


async def test_pages_hold_everything_once_newest_first(filled: Office) -> None:
    first = await filled.feed("ada", page=page_request(4, None, None, Position))
    second = await filled.feed("ada", page=page_request(4, first.items.after, None, Position))
    third = await filled.feed("ada", page=page_request(4, second.items.after, None, Position))
    assert [bodies(each) for each in (first, second, third)] == [[*"9876"], [*"5432"], ["1"]]
    assert (first.items.before, third.items.after) == (None, None)
    back = await filled.feed("ada", page=page_request(4, None, third.items.before, Position))
    assert bodies(back) == [*"5432"]
    front = await filled.feed("ada", page=page_request(4, None, back.items.before, Position))
    assert (bodies(front), front.items.before) == ([*"9876"], None)


async def test_before_an_item_are_strictly_newer_ones(filled: Office) -> None:
    newest = (await filled.feed("ada")).items.entries[0]
    assert bodies(await filled.feed("ada", page=page_request(4, None, newest.cursor, Position))) == []
    for number in range(10, 16):
        await add(filled, number)
    newer = await filled.feed("ada", page=page_request(4, None, newest.cursor, Position))
    assert bodies(newer) == ["13", "12", "11", "10"]
    rest = await filled.feed("ada", page=page_request(4, None, newer.items.before, Position))
    assert (bodies(rest), rest.items.before) == (["15", "14"], None)


async def test_pages_stay_whole_while_items_arrive(filled: Office) -> None:
    first = await filled.feed("ada", page=page_request(4, None, None, Position))
    await add(filled, 10)
    second = await filled.feed("ada", page=page_request(4, first.items.after, None, Position))
    assert bodies(second) == [*"5432"]


async def test_counts_obey_every_filter_but_the_status(filled: Office) -> None:
    items = {item.blocks[0].rendered[3]: item.message.id for item in (await filled.feed("ada")).items.entries}
    mark = filled.messaging.marks.mark
    await mark(filled.environment_id, [items["1"], items["2"], items["3"]], Mark.SEEN)
    await mark(filled.environment_id, [items["2"]], Mark.READ)
    await mark(filled.environment_id, [items["3"]], Mark.ARCHIVED)
    expected: dict[str, Sequence[str]] = {
        "all": "98765421",
        "unread": "9876541",
        "read": "2",
        "unseen": "987654",
        "seen": "21",
        "seen_unread": "1",
    }
    for status, wanted in expected.items():
        found = await filled.feed("ada", FeedFilter(status=status))  # type: ignore[arg-type]
        assert (bodies(found), counts(found)) == ([*wanted], (8, 7, 6))
    included = await filled.feed("ada", FeedFilter(archived="include"), page_request(2, None, None, Position))
    assert (bodies(included), counts(included)) == (["9", "8"], (9, 8, 6))
    only = await filled.feed("ada", FeedFilter(archived="only"))
    assert (bodies(only), counts(only)) == (["3"], (1, 1, 0))


async def test_a_glance_sees_what_the_feed_has(filled: Office) -> None:
    items = {item.blocks[0].rendered[3]: item.message for item in (await filled.feed("ada")).items.entries}
    await filled.messaging.marks.mark(filled.environment_id, [items["9"].id], Mark.READ)

    async def glance(id: str, filter: FeedFilter) -> Glance:
        return await filled.messaging.feeds.glance(filled.user(id), await filled.channel_id(), filter)

    assert await glance("ada", FeedFilter()) == (items["9"].position, 9, 8, 9)
    assert await glance("ada", FeedFilter(status="unread")) == (items["8"].position, 9, 8, 9)
    assert await glance("ada", FeedFilter(archived="only")) == (None, 0, 0, 0)
    assert await glance("nobody", FeedFilter()) == (None, 0, 0, 0)


async def test_counts_can_be_over_something_else(filled: Office) -> None:
    started = filled.clock.now() - timedelta(minutes=2, seconds=30)
    feed = await filled.messaging.feeds.read(
        filled.user("ada"),
        await filled.channel_id(),
        FeedFilter(since=started, status="read"),
        PageRequest(4),
        counted=FeedFilter(until=started),
    )
    assert (bodies(feed), counts(feed)) == ([], (7, 7, 7))


async def test_filters(office: Office) -> None:
    await office.push(FEEDS)
    await office.identify("ada")
    began = office.clock.now()
    await add(office, 1)
    await add(office, 2, tenant="acme")
    await add(office, 3, tenant="other", data={"n": 3, "kind": "x", "deep": {"a": 1}, "long": "y" * 300})
    await add(office, 4, workflow="news")
    minute = timedelta(minutes=1)

    async def found(**filter: Any) -> tuple[str, int]:
        feed = await office.feed("ada", FeedFilter(**filter))
        return "".join(bodies(feed)), feed.total

    assert await found() == ("4321", 4)
    assert await found(tenant="acme") == ("421", 3)
    assert await found(tenant="acme", has_tenant=True) == ("2", 1)
    assert await found(has_tenant=True) == ("32", 2)
    assert await found(has_tenant=False) == ("41", 2)
    assert await found(source="news") == ("4", 1)
    assert await found(categories=["news", "none"]) == ("4", 1)
    assert await found(categories=["none"]) == ("", 0)
    assert await found(trigger_data={"n": 3, "kind": "x"}) == ("3", 1)
    assert await found(trigger_data={"n": 2, "kind": "x"}) == ("", 0)
    assert await found(trigger_data={"long": "y" * 300}) == ("3", 1)
    assert await found(trigger_data={"long": "y" * 255}) == ("", 0)
    assert await found(since=began + minute) == ("432", 3)
    assert await found(until=began + minute) == ("1", 1)
    assert await found(since=began + minute, until=began + 3 * minute) == ("32", 2)


async def test_an_item_tells_who_and_what(office: Office) -> None:
    await office.push(FEEDS)
    ada, bob = await office.identify("ada"), await office.identify("bob")
    await office.trigger("ada", workflow="plain", actor=office.user("bob"), data={"n": 1, "deep": {"a": [1]}})
    await office.work()
    feed = await office.feed("ada")
    (item,) = feed.items.entries
    assert list(item.actors) == [bob]
    (activity,) = item.activities
    assert (activity.recipient, activity.actor, activity.data) == (ada, bob, {"n": 1, "deep": {"a": [1]}})
    assert (len(activity.id), activity.id != item.message.id) == (27, True)
    assert feed.variables == {"app_url": "https://app.example"}


async def test_a_deleted_actor_is_missing(office: Office) -> None:
    await office.push(FEEDS)
    await office.identify("ada")
    bob = await office.identify("bob")
    await office.trigger("ada", workflow="plain", actor=office.user("bob"), data={"n": 1})
    await office.work()
    office.clock.move(timedelta(hours=1))
    await office.delete("bob")
    deleted_at = office.clock.now()
    (item,) = (await office.feed("ada")).items.entries
    assert list(item.actors) == [Missing(bob.identity, deleted_at)]
    assert item.activities[0].actor == Missing(bob.identity, deleted_at)
    office.clock.move(timedelta(hours=1))
    await office.identify("bob", name="Another Bob")
    (item,) = (await office.feed("ada")).items.entries
    assert [type(actor) for actor in item.actors] == [Missing]


async def test_who_acts_is_shown_as_they_are_now(office: Office) -> None:
    await office.push(FEEDS)
    await office.identify("ada")
    await office.identify("bob")
    await office.trigger("ada", workflow="plain", actor=office.user("bob"), data={"n": 1})
    await office.work()
    now: Recipient = await office.identify("bob", name="Robert")
    (item,) = (await office.feed("ada")).items.entries
    assert list(item.actors) == [now]


async def test_unknown_people_and_channels_have_an_empty_feed(filled: Office) -> None:
    assert counts(await filled.feed("nobody")) == (0, 0, 0)
    elsewhere = await filled.messaging.feeds.read(
        filled.user("ada"), uuid4(), FeedFilter(), page_request(4, None, None, Position)
    )
    assert (bodies(elsewhere), counts(elsewhere)) == ([], (0, 0, 0))


async def test_who_takes_over_an_id_has_an_empty_feed(filled: Office) -> None:
    await filled.delete("ada")
    assert counts(await filled.feed("ada")) == (0, 0, 0)
    await filled.identify("ada")
    assert counts(await filled.feed("ada")) == (0, 0, 0)
    await add(filled, 10)
    assert bodies(await filled.feed("ada")) == ["10"]


async def test_an_object_with_the_same_id_is_somebody_else(filled: Office) -> None:
    from addressee.directory.edits.recipients import Identify
    from addressee.directory.recipient import Place
    from addressee.directory.writing.writes import Write

    project = Place(filled.environment_id, "projects", "ada")
    await filled.directory.write(Write(project, (Identify(properties={"name": "x"}),)))
    feed = await filled.messaging.feeds.read(
        project, await filled.channel_id(), FeedFilter(), page_request(4, None, None, Position)
    )
    assert counts(feed) == (0, 0, 0)
