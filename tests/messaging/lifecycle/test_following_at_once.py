"""From the answer to a merge on, messages are the primary's wherever one looks, whether they are moved already or not.

And from the answer to its undoing on, they are the secondary's again.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.merges.merges import Follow, Merge
from addressee.messaging.feeds.feed import Feed
from addressee.messaging.lifecycle.merge_mover import PAGE_SIZE, SWEEPS, move_page
from addressee.messaging.messages.listing import MessageFilter
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message, Position
from addressee.messaging.messages.status import Status
from tests.messaging.lifecycle.test_merge_mover import many_messages, stored
from tests.messaging.office import Office

MANY = 2 * PAGE_SIZE + 10


@pytest.fixture
async def office(office: Office) -> Office:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await office.identify("guest", email="guest@example.com")
    return office


async def merge(office: Office, into: str = "ada", other: str = "guest") -> Merge:
    """Merges two people, and nothing follows yet."""
    places = [office.user(id) for id in (into, other)]
    return (await office.directory.merges.merge(*places)).merge


async def undo(office: Office, made: Merge) -> None:
    await office.directory.merges.undo(office.environment_id, made.id)


async def run_jobs(office: Office, *names: str) -> None:
    """Runs the next jobs of these names, one after the other."""
    for name in names:
        (job,) = [job for job in await office.jobs() if job.name == name]
        await office.run(job)
        await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)


async def whole(office: Office, id: str, **filter: Any) -> list[Message]:
    """All pages of somebody's messages, newest first."""
    found: list[Message] = []
    page: PageRequest[Position] = PageRequest(PAGE_SIZE)
    while True:
        part = await office.messaging.messages.list(
            office.environment_id, [office.user(id)], MessageFilter(**filter), page
        )
        found += part.entries
        if part.after is None:
            return found
        page = PageRequest(PAGE_SIZE, after=part.entries[-1].position)


async def counts(office: Office, id: str) -> dict[str, int]:
    """How many messages somebody has, by whatever tells."""
    feed: Feed = await office.feed(id)
    recipient = await office.directory.read(office.user(id))
    exported = [] if recipient is None else [piece async for piece in office.messaging.lifecycle.export(recipient)]
    return {
        "list": len(await whole(office, id)),
        "count": await office.messaging.messages.count(office.environment_id, [office.user(id)], MessageFilter()),
        "feed": feed.total,
        "unread": feed.unread,
        "export": len(msgspec.json.decode(b"".join(exported))["messages"]) if exported else 0,
    }


def has(messages: int, items: int, *, lives: bool = True) -> dict[str, int]:
    return {
        "list": messages,
        "count": messages,
        "feed": items,
        "unread": items,
        "export": messages if lives else 0,
    }


def summary(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.step_ref, message.status) for message in messages]


async def test_a_message_that_is_being_sent_does_not_disappear(office: Office) -> None:
    await office.trigger("guest")
    await run_jobs(office, "begin")
    made = await merge(office)
    await office.messaging.lifecycle.follow(made)
    queued = [("email", Status.QUEUED), ("in-app", Status.DELIVERED)]
    assert await stored(office) == {"ada": 1, "guest": 1}
    assert summary(await office.messages("ada")) == queued
    assert {message.recipient.id for message in await office.messages("ada")} == {"ada"}
    assert summary(await office.messages("ada", statuses=[Status.QUEUED])) == queued[:1]
    assert await office.messages("guest") == []
    await office.work()
    assert summary(await office.messages("ada")) == [("email", Status.SENT), ("in-app", Status.DELIVERED)]
    await office.carry_out(Follow(office.environment_id, made.id, 1))
    assert await stored(office) == {"ada": 2}
    assert summary(await office.messages("ada")) == [("email", Status.SENT), ("in-app", Status.DELIVERED)]


async def test_lists_counts_and_feeds_do_not_change_while_messages_move(office: Office) -> None:
    await many_messages(office, "guest", MANY)
    await office.trigger("ada")
    await office.work()
    before = await whole(office, "guest"), await whole(office, "ada")
    made = await merge(office)
    united = sorted(message.id for messages in before for message in messages)
    for _ in range(4):
        assert await counts(office, "ada") == has(MANY + 2, MANY)
        found = await whole(office, "ada")
        assert sorted(message.id for message in found) == united
        assert [message.position for message in found] == sorted((m.position for m in found), reverse=True)
        assert {message.recipient for message in found} == {before[1][0].recipient}
        assert await counts(office, "guest") == has(0, 0, lives=False)
        await move_page(office.pool, office.environment_id, made.id)
    assert await stored(office) == {"ada": MANY + 2}
    await undo(office, made)
    for _ in range(4):
        assert await counts(office, "ada") == has(2, 1)
        assert await counts(office, "guest") == has(MANY, MANY - 1)
        assert (await whole(office, "guest"), await whole(office, "ada")) == before
        await move_page(office.pool, office.environment_id, made.id)
    assert await stored(office) == {"ada": 2, "guest": MANY}


async def test_undoing_before_anything_has_moved_is_exact(office: Office) -> None:
    await office.trigger("guest", "ada")
    await office.work()
    before = await office.messages("guest"), await office.messages("ada")
    made = await merge(office)
    assert len(await office.messages("ada")) == 4
    await undo(office, made)
    assert (await office.messages("guest"), await office.messages("ada")) == before
    await office.work()
    assert (await office.messages("guest"), await office.messages("ada")) == before


async def test_merges_of_merges_are_looked_through(office: Office) -> None:
    await office.identify("outer")
    await office.trigger("guest", "ada", "outer")
    await office.work()
    inner, outer = await merge(office), await merge(office, "outer", "ada")
    assert await counts(office, "outer") == has(5, 3)
    await move_page(office.pool, office.environment_id, outer.id)
    assert await stored(office) == {"outer": 3, "guest": 2}
    assert await counts(office, "outer") == has(5, 3)
    await move_page(office.pool, office.environment_id, inner.id)
    assert await stored(office) == {"outer": 3, "ada": 2}
    assert await counts(office, "outer") == has(5, 3)
    await undo(office, outer)
    assert [await counts(office, id) for id in ("ada", "outer")] == [has(4, 2), has(1, 1)]
    await undo(office, inner)
    assert [await counts(office, id) for id in ("guest", "ada")] == [has(2, 1), has(2, 1)]
    await office.work()
    assert await stored(office) == {"outer": 1, "ada": 2, "guest": 2}


async def test_who_came_out_of_one_and_went_into_another_is_the_others(office: Office) -> None:
    await office.identify("outer")
    await office.trigger("guest")
    await office.work()
    first = await office.merge("ada", "guest")
    await undo(office, first)
    await merge(office, "outer", "guest")
    assert await stored(office) == {"ada": 2}
    assert [await counts(office, id) for id in ("ada", "outer")] == [has(0, 0), has(2, 1)]
    everybodys = await office.messaging.messages.list(office.environment_id, None, MessageFilter(), PageRequest(50))
    for messages in (await office.messages("outer"), everybodys.entries):
        assert [message.recipient.id for message in messages] == ["outer", "outer"]
    await office.work()
    assert await stored(office) == {"outer": 2}


async def test_what_is_too_old_to_follow_stays_away(office: Office) -> None:
    await office.trigger("guest")
    await office.work()
    office.clock.move(timedelta(days=30, seconds=1))
    await office.trigger("guest")
    await office.work()
    await merge(office)
    assert await counts(office, "ada") == has(2, 1)


async def test_the_primary_marks_and_deletes_what_has_not_moved(office: Office) -> None:
    await office.trigger("guest")
    await office.work()
    await merge(office)
    ada = await office.directory.read(office.user("ada"))
    assert ada is not None
    channel_id = await office.channel_id()
    (item,) = (await office.feed("ada")).items.entries
    (seen,) = await office.messaging.feeds.mark_items(ada, channel_id, [item.message.id], [Mark.SEEN])
    assert seen.message.recipient.id == "ada"
    (read,) = await office.messaging.marks.mark(office.environment_id, [item.message.id], Mark.READ, user="ada")
    assert read.recipient.id == "ada"
    selection = Selection(channel_id=channel_id)
    for action in (Action.ARCHIVED, Action.DELETE):
        operation = await office.messaging.marks.mark_all(
            office.environment_id, action, selection, [office.user("ada")]
        )
        assert operation.total == 1
    assert summary(await office.messages("ada")) == [("email", Status.SENT)]


async def test_the_secondary_marks_what_has_not_come_back(office: Office) -> None:
    await office.trigger("guest")
    await office.work()
    made = await office.merge("ada", "guest")
    await office.directory.merges.undo(office.environment_id, made.id)
    assert await stored(office) == {"ada": 2}
    (item,) = (await office.feed("guest")).items.entries
    assert await office.messaging.marks.mark(office.environment_id, [item.message.id], Mark.SEEN, user="ada") == []
    assert (await office.feed("guest")).unseen == 1
    (seen,) = await office.messaging.marks.mark(office.environment_id, [item.message.id], Mark.SEEN, user="guest")
    assert (seen.recipient.id, seen.seen_at) == ("guest", office.clock.now())
    assert (await office.feed("guest")).unseen == 0


async def test_counts_stay_while_jobs_move_a_merge_and_its_undoing(office: Office) -> None:
    await many_messages(office, "guest", MANY)
    seen: dict[str, set[int]] = {"ada": set(), "guest": set()}
    made = await merge(office)

    async def watched(follow: Follow, *ids: str) -> None:
        moving = asyncio.create_task(office.carry_out(follow))
        while not moving.done():
            for id in ids:
                seen[id].add((await office.feed(id)).total)
        await moving

    await watched(Follow(office.environment_id, made.id, len(SWEEPS)), "ada")
    assert seen["ada"] == {MANY - 1}
    await undo(office, made)
    seen["ada"].clear()
    await watched(Follow(office.environment_id, made.id, len(SWEEPS)), "ada", "guest")
    assert seen == {"ada": {0}, "guest": {MANY - 1}}


async def test_readers_look_in_one_place_again_after_the_last_sweep(office: Office) -> None:
    async def moving() -> bool:
        statement = "SELECT moving FROM addressee.merges WHERE environment_id = $1"
        found: bool = await office.pool.fetchval(statement, office.environment_id)
        return found

    made = await office.merge("ada", "guest")
    await office.work()
    for sweep in SWEEPS:
        assert await moving()
        await office.work_after(sweep)
    assert not await moving()
    await undo(office, made)
    assert await moving()


async def test_everybodys_messages_show_the_primary_too(office: Office) -> None:
    await office.identify("bob")
    await office.trigger("guest", "bob", actor=office.user("guest"))
    await office.work()
    of_bob, *_ = await office.messages("bob")

    async def named() -> list[tuple[str, str]]:
        found = await office.messaging.messages.list(office.environment_id, None, MessageFilter(), PageRequest(50))
        one = await office.messaging.messages.get(office.environment_id, of_bob.id)
        assert one is not None
        return sorted({(message.recipient.id, message.actors[0].id) for message in [*found.entries, one]})

    made = await merge(office)
    assert await named() == [("ada", "ada"), ("bob", "ada")]
    await office.messaging.lifecycle.follow(made)
    assert await named() == [("ada", "ada"), ("bob", "ada")]
    await undo(office, made)
    assert await named() == [("bob", "guest"), ("guest", "guest")]
    await office.work()
    assert await named() == [("bob", "guest"), ("guest", "guest")]


async def test_an_old_message_names_who_acted_then(office: Office) -> None:
    await office.identify("bob")
    await office.trigger("bob", actor=office.user("guest"))
    await office.work()
    office.clock.move(timedelta(days=30, seconds=1))
    await merge(office)
    assert {message.actors[0].id for message in await office.messages("bob")} == {"guest"}
