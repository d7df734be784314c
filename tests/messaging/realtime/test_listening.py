"""Changes of feeds reach the processes that listen: what is written here is heard there."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from addressee.database.pool import Pool
from addressee.database.target import Target
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.realtime.changes import DELETED, NEW, FeedChange, FeedTopic
from addressee.messaging.realtime.hub import Hub
from addressee.messaging.realtime.listening import FeedListening
from tests.messaging.office import IN_APP, Office
from tests.support.waiting import until

FILES = {
    "channels/in-app.yaml": IN_APP,
    "workflows/welcome.yaml": "name: Welcome\nsteps:\n- {ref: feed, channel: in-app, template: {body: Hello}}",
}


class Ear:
    """A listener in another process, with the kinds and messages that it heard; `look` where none is named."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.committed_at = 0.0

    def __call__(self, changes: Sequence[FeedChange]) -> None:
        if not changes:
            self.heard.append(("look", ""))
        self.committed_at = max((change.committed_at for change in changes), default=0.0)
        self.heard += [(change.kind, id) for change in changes for id in change.message_ids]

    async def hears(self, *changes: tuple[str, str]) -> None:
        async def heard() -> bool:
            return set(changes) <= set(self.heard)

        await until(heard)

    async def hears_looks(self, times: int) -> None:
        async def heard() -> bool:
            return self.heard.count(("look", "")) == times

        await until(heard)


@asynccontextmanager
async def listening(
    office: Office, target: Target, *ids: str, sweep_seconds: float = 60
) -> AsyncIterator[tuple[Ear, ...]]:
    """Listens to the feeds of users until the block ends; each has looked once when it begins."""
    hub, ears, channel = Hub(), tuple(Ear() for _ in ids), await office.channel_id()
    for id, ear in zip(ids, ears, strict=True):
        hub.add(FeedTopic(office.environment_id, channel, "$users", id), ear)
    task = asyncio.create_task(FeedListening(target, office.pool, hub, sweep_seconds=sweep_seconds).run())
    for ear in ears:
        await ear.hears(("look", ""))
    yield ears
    task.cancel()
    await asyncio.wait((task,))


@pytest.fixture(autouse=True)
async def pushed(office: Office) -> None:
    await office.push(FILES)
    await office.identify("ada")
    await office.identify("bob")


async def newest(office: Office, id: str) -> str:
    return (await office.feed(id)).items.entries[0].message.id


async def test_a_new_entry_is_heard_by_its_recipient_alone(office: Office, own_target: Target) -> None:
    async with listening(office, own_target, "ada", "bob") as (ada, bob):
        await office.trigger("ada")
        await office.work()
        await ada.hears((NEW, await newest(office, "ada")))
        assert 0 <= time.time() - ada.committed_at < 30
        await office.trigger("bob")
        await office.work()
        await bob.hears((NEW, await newest(office, "bob")))
        assert len(ada.heard) == 2  # the first look, and its own


async def test_marks_are_heard_when_they_change_something(office: Office, own_target: Target) -> None:
    await office.trigger("ada")
    await office.work()
    id = await newest(office, "ada")
    async with listening(office, own_target, "ada") as (ada,):
        for mark in (Mark.READ, Mark.READ, Mark.ARCHIVED):
            await office.messaging.marks.mark(office.environment_id, [id], mark)
        await ada.hears(("archived", id))
        assert sorted(ada.heard) == [("archived", id), ("look", ""), ("read", id)]


async def test_bulk_marks_and_deletions_are_heard(office: Office, own_target: Target) -> None:
    await office.trigger("ada")
    await office.work()
    id, selection = await newest(office, "ada"), Selection(channel_id=await office.channel_id())
    async with listening(office, own_target, "ada") as (ada,):
        for action in (Action.SEEN, Action.DELETE):
            await office.messaging.marks.mark_all(office.environment_id, action, selection, [office.user("ada")])
        await ada.hears(("seen", id), (DELETED, id))


async def test_who_loses_the_connection_looks_again(office: Office, own_target: Target, pool: Pool) -> None:
    async with listening(office, own_target, "ada") as (ada,):
        await pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'addressee feeds'"
            " AND datname = current_database()"
        )
        await ada.hears(("look", ""))

        await ada.hears_looks(2)
        await office.trigger("ada")
        await office.work()
        await ada.hears((NEW, await newest(office, "ada")))


async def test_a_message_that_nobody_announced_is_found(
    office: Office, own_target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.trigger("ada")
    await office.trigger("bob")
    await office.work()
    await office.messaging.announcer.drain()
    office.clock.move(timedelta(seconds=1))
    monkeypatch.setattr(office.messaging.announcer, "announce", lambda changes: None)
    async with listening(office, own_target, "ada", "bob", sweep_seconds=0.05) as (ada, bob):
        await office.trigger("ada")
        await office.work()

        await ada.hears_looks(2)
        assert bob.heard == [("look", "")]


async def test_after_a_merge_both_feeds_are_looked_at(office: Office, own_target: Target) -> None:
    async with listening(office, own_target, "ada", "bob") as ears:
        merge = await office.merge("ada", "bob")
        for looks in (2, 3):
            await office.work()
            for ear in ears:
                await ear.hears_looks(looks)
            if looks == 2:
                await office.undo(merge)


async def test_the_feed_of_who_was_deleted_is_looked_at(office: Office, own_target: Target) -> None:
    async with listening(office, own_target, "ada", "bob") as (ada, bob):
        await office.delete("ada")
        await office.work()
        await ada.hears_looks(2)
        assert bob.heard == [("look", "")]
