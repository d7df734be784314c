"""Rooms: who is told of what, and once; what is made of a look (realtime-suprsend.md §3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest

from addressee.database.pool import Pool
from addressee.dialects.suprsend.realtime.events import Event
from addressee.dialects.suprsend.realtime.looks import MARGIN, MOST_MISSED, Look, Looks
from addressee.dialects.suprsend.realtime.rooms import Room, Rooms, marks_told
from addressee.directory.directory import Directory
from addressee.directory.recipient import USERS, Place
from addressee.messaging.feeds.feed import FeedItem
from addressee.messaging.feeds.inboxes import Inbox
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Position
from addressee.messaging.messaging import Messaging
from addressee.messaging.realtime.changes import ALL_READ, BELL_RESET, DELETED, NEW, FeedChange, FeedTopic
from addressee.messaging.realtime.hub import Hub
from tests.support.clock import MovedClock
from tests.support.waiting import until

ADA = FeedTopic(1, UUID(int=1), "$users", "ada")
ADA_OF_ACME = Inbox(Place(1, USERS, "ada"), ADA.channel_id, "acme")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Item:
    number: int
    inserted_at: datetime
    updated_at: datetime
    tenant: str = "acme"
    read_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def id(self) -> str:
        return str(self.number)

    @property
    def position(self) -> Position:
        return Position(LONG_AGO + timedelta(seconds=self.number), self.id)


class Shelf(Looks):
    """An inbox of Acme, which the test puts items into, oldest first."""

    def __init__(self, clock: MovedClock) -> None:
        self.clock = clock
        self.items: list[Item] = []
        self.is_bell_silent = False
        self.is_away = False
        self.reads = 0
        self.failures = 0

    @property
    def own(self) -> list[Item]:
        if self.is_away:
            self.failures += 1
            raise OSError
        self.reads += 1
        return [item for item in self.items if item.tenant == "acme"]

    async def look(self) -> Look:
        own = self.own
        unread = sum(item.read_at is None and item.archived_at is None for item in own)
        items = [cast(FeedItem, SimpleNamespace(message=item)) for item in reversed(own[-MOST_MISSED:])]
        return Look(items, unread, self.is_bell_silent)

    async def newer(self, known: Position) -> list[Position]:
        return [item.position for item in self.own if item.position > known]

    async def among(self, ids: Collection[str]) -> set[str]:
        return {item.id for item in self.own if item.id in ids} if ids else set()


class Home:
    """A process with a room, that of Ada's inbox within Acme."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.inbox = Shelf(self.clock)
        self.hub = Hub()
        self.room = Room(ADA_OF_ACME, self.inbox, self.clock)
        self.hub.add(ADA, self.room.changed)

    def item(self, tenant: str = "acme") -> str:
        self.inbox.items.append(Item(len(self.inbox.items), self.clock.now(), self.clock.now(), tenant))
        return self.inbox.items[-1].id

    def items(self, count: int) -> list[str]:
        return [self.item() for _ in range(count)]

    def read(self, *ids: str) -> None:
        for id in ids:
            item = self.inbox.items[int(id)]
            item.read_at = item.updated_at = self.clock.now()

    async def client(self, since: datetime | None = None) -> Client:
        client = Client()
        self.room.begin(client.tell, await self.room.arrive(), since)
        return client


class Client:
    """A client in the room, and what it is told."""

    def __init__(self) -> None:
        self.told: list[Event] = []

    def tell(self, event: Event) -> None:
        self.told.append(event)

    async def hears(self, *events: Event) -> None:
        """Returns once these were told, and nothing else."""

        async def came() -> bool:
            return len(self.told) >= len(events)

        await until(came)
        assert self.told == list(events)


def new(id: str) -> Event:
    return Event("new_notification", {"n_id": id})


def update(id: str, action: str | None = None) -> Event:
    return Event("notification_update", {"n_id": id} if action is None else {"n_id": id, "action": action})


def bulk(ids: str | list[str], action: str) -> Event:
    return Event("bulk_notification_update", {"notification_ids": ids, "action": action})


def change(kind: str, *ids: str) -> FeedChange:
    return FeedChange(ADA, kind, ids)


async def test_a_new_item_is_told_to_all_and_once() -> None:
    home = Home()
    home.item()
    first, second = await home.client(), await home.client()
    id = home.item()
    home.hub.tell([change(NEW, id)])
    await first.hears(new(id))
    home.hub.tell([change(NEW, id)])
    later = home.item()
    home.hub.tell([change(NEW, later)])
    await first.hears(new(id), new(later))
    await second.hears(new(id), new(later))


async def test_what_is_told_is_read_once_for_all() -> None:
    home = Home()
    clients = [await home.client() for _ in range(5)]
    before = home.inbox.reads
    home.hub.tell([change(NEW, home.item())])
    for client in clients:
        await client.hears(new("0"))
    assert home.inbox.reads == before + 1


async def test_a_burst_is_told_in_order() -> None:
    home = Home()
    client = await home.client()
    ids = home.items(120)
    home.hub.tell([change(NEW, id) for id in ids])
    await client.hears(*map(new, ids))


async def test_other_tenants_items_are_not_told() -> None:
    home = Home()
    client = await home.client()
    other, own = home.item("default"), home.item()
    home.hub.tell([change(NEW, other), change("seen", other), change(NEW, own)])
    await client.hears(new(own))


async def test_who_comes_later_is_told_of_later_items() -> None:
    home = Home()
    first = await home.client()
    home.item()
    second = await home.client()
    home.hub.tell([change(NEW, "0"), change(NEW, home.item())])
    await first.hears(new("0"), new("1"))
    await second.hears(new("1"))


async def test_what_comes_during_the_first_look_is_told() -> None:
    home = Home()
    client = Client()
    arrival = await home.room.arrive()
    home.room.changed([change(NEW, home.item())])
    home.room.begin(client.tell, arrival, None)
    await client.hears(new("0"))


async def test_marks_are_told_with_the_last_of_each_item() -> None:
    home = Home()
    home.items(2)
    client = await home.client()
    home.hub.tell([change("seen", "0"), change("read", "0"), change("archived", "1")])
    await client.hears(update("0", "read"), update("1", "archived"))


async def test_items_that_are_seen_together_are_told_together() -> None:
    home = Home()
    home.items(3)
    client = await home.client()
    home.hub.tell([change("seen", "0", "2"), change("unread", "1")])
    await client.hears(bulk(["0", "2"], "seen"), update("1", "unread"))


async def test_all_read_is_told_at_once_and_has_the_counts_fetched() -> None:
    home = Home()
    home.items(3)
    client = await home.client()
    home.read("0", "1", "2")
    home.hub.tell([change("read", "0", "1", "2")])
    await client.hears(bulk("all", "read"), update("2"))


async def test_some_that_are_read_are_told_one_by_one() -> None:
    home = Home()
    home.items(3)
    client = await home.client()
    home.read("0", "1")
    home.hub.tell([change("read", "0", "1")])
    await client.hears(update("0", "read"), update("1", "read"))


async def test_a_deleted_item_has_the_counts_fetched() -> None:
    home = Home()
    client = await home.client()
    home.hub.tell([change(DELETED, "gone")])
    await client.hears(update("gone", "deleted"))


async def test_a_look_finds_new_items_and_marks() -> None:
    home = Home()
    home.items(2)
    home.clock.move(MARGIN * 2)
    client = await home.client()
    home.read("0")
    later = home.item()
    home.hub.look_again()
    await client.hears(update("0", "read"), new(later))


async def test_a_look_finds_that_all_is_read() -> None:
    home = Home()
    ids = home.items(MOST_MISSED * 2)
    home.clock.move(MARGIN * 2)
    client = await home.client()
    home.read(*ids)
    home.hub.tell([FeedChange(ADA, "read", ())])
    await client.hears(bulk("all", "read"), update(ids[-1]))


async def test_an_item_that_is_told_as_new_is_not_told_as_another_too() -> None:
    home = Home()
    home.items(2)
    client = await home.client()
    later = home.item()
    home.read("0", "1", later)
    home.hub.tell([change(NEW, later), change("read", "0", "1", later)])
    await client.hears(bulk("all", "read"), update("1"), new(later))


async def test_a_look_that_finds_nothing_tells_nothing() -> None:
    home = Home()
    home.item()
    home.clock.move(MARGIN * 2)
    client = await home.client()
    home.room.changed([])
    home.hub.tell([change("seen", "0")])
    await client.hears(update("0", "seen"))


async def test_what_changed_while_the_database_was_away_is_told_after_it() -> None:
    home = Home()
    home.item()
    home.clock.move(MARGIN * 2)
    client = await home.client()
    home.inbox.is_away = True
    home.hub.tell([change(NEW, home.item())])
    home.read("0")

    async def was_tried() -> bool:
        return home.inbox.failures > 0

    await until(was_tried)
    home.inbox.is_away = False
    home.clock.move(MARGIN * 2)
    home.hub.look_again()
    await client.hears(update("0", "read"), new("1"))


async def test_who_comes_back_is_told_of_what_changed_meanwhile() -> None:
    home = Home()
    home.items(2)
    home.clock.move(MARGIN * 2)
    left_at = home.clock.now()
    home.clock.move(MARGIN * 2)
    home.read("0")
    home.item()
    client = await home.client(since=left_at)
    assert client.told == [update("0", "read"), update("2")]


async def test_a_bell_that_is_reset_is_told_to_its_tenant() -> None:
    home = Home()
    client = await home.client()
    home.hub.tell([change(BELL_RESET, "default"), change(BELL_RESET, "acme")])
    await client.hears(Event("reset_badge"))


async def test_all_of_a_tenant_is_read_at_once() -> None:
    home = Home()
    home.items(3)
    client = await home.client()
    home.read("0", "1", "2")
    home.hub.tell([change("seen", "0", "1", "2"), change("read", "0", "1"), change("archived", "2")])
    home.hub.tell([change(ALL_READ, "acme")])
    await client.hears(bulk("all", "read"), update("2", "archived"))


async def test_a_look_tells_that_the_bell_is_silent() -> None:
    home = Home()
    client = await home.client()
    home.inbox.is_bell_silent = True
    home.hub.look_again()
    await client.hears(Event("reset_badge"))


async def test_who_has_gone_is_told_nothing() -> None:
    home = Home()
    first, second = await home.client(), await home.client()
    home.room.end(first.tell)
    home.hub.tell([change(NEW, home.item())])
    await second.hears(new("0"))
    assert first.told == []


async def test_rooms_last_while_somebody_is_in_them(pool: Pool) -> None:
    messaging = Messaging.from_directory(Directory(pool))
    rooms, first, second = Rooms(messaging, MovedClock()), Client(), Client()
    room = rooms.enter(ADA_OF_ACME)
    assert rooms.enter(ADA_OF_ACME) is room
    assert rooms.enter(ADA_OF_ACME._replace(tenant="default")) is not room
    assert messaging.hub.topics == [ADA]
    rooms.leave(room, first.tell)
    assert rooms.enter(ADA_OF_ACME) is room
    rooms.leave(room, first.tell)
    rooms.leave(room, second.tell)
    assert rooms.enter(ADA_OF_ACME) is not room


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ([Mark.SEEN], Mark.SEEN),
        ([Mark.ARCHIVED, Mark.SEEN], Mark.ARCHIVED),
        ([Mark.SEEN, Mark.READ], Mark.READ),
        ([Mark.ARCHIVED, Mark.READ], None),
        ([Mark.READ, Mark.READ, Mark.SEEN], Mark.READ),
        ([DELETED, Mark.SEEN], DELETED),
        ([NEW], "nothing"),
    ],
)
def test_no_mark_hides_another_that_is_told_with_it(kinds: list[str], told: str | None) -> None:
    topic = FeedTopic(1, UUID(int=1), USERS, "ada")
    changes = [FeedChange(topic, kind, ("item",)) for kind in kinds]
    assert marks_told(changes).get("item", "nothing") == told
