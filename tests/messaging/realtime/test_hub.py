"""The hub: who is told, of what, and how often."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from addressee.messaging.realtime.changes import ALL_READ, BELL_RESET, NEW, FeedChange, FeedTopic, payloads_of
from addressee.messaging.realtime.hub import CHANGES, LISTENERS, LOOKS, MAX_CHANGES, Hub
from tests.support.waiting import until

ADA = FeedTopic(1, UUID(int=1), "$users", "ada")
BOB = FeedTopic(1, UUID(int=1), "$users", "bob")
ADA_ELSEWHERE = FeedTopic(2, UUID(int=1), "$users", "ada")


class Told:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.changes: list[Sequence[FeedChange]] = []

    def __call__(self, changes: Sequence[FeedChange]) -> None:
        self.changes.append(changes)


def new(topic: FeedTopic, id: str) -> FeedChange:
    return FeedChange(topic, NEW, (id,))


async def all_told(hub: Hub) -> None:
    """Returns once what waits was told: a mark that comes after it was."""
    mark, marked = FeedTopic(0, UUID(int=0), "", "mark"), Told()
    hub.add(mark, marked)
    hub.look_again([mark])

    async def arrived() -> bool:
        return bool(marked.changes)

    await until(arrived)
    hub.remove(mark, marked)


async def test_only_those_who_listen_to_a_feed_are_told() -> None:
    hub, ada, bob, elsewhere = Hub(), Told(), Told(), Told()
    for topic, listener in ((ADA, ada), (BOB, bob), (ADA_ELSEWHERE, elsewhere)):
        hub.add(topic, listener)
    for payload in payloads_of([new(ADA, "a"), new(BOB, "b")]):
        hub.take(payload)
    await all_told(hub)
    assert ada.changes == [[new(ADA, "a")]]
    assert bob.changes == [[new(BOB, "b")]]
    assert elsewhere.changes == []


async def test_a_burst_is_told_once() -> None:
    hub, ada = Hub(), Told()
    hub.add(ADA, ada)
    for number in range(MAX_CHANGES):
        hub.tell([new(ADA, str(number))])
        await asyncio.sleep(0)
    await all_told(hub)
    assert ada.changes == [[new(ADA, str(number)) for number in range(MAX_CHANGES)]]


async def test_a_large_burst_is_told_as_look_again() -> None:
    hub, ada = Hub(), Told()
    hub.add(ADA, ada)
    hub.tell([new(ADA, str(number)) for number in range(MAX_CHANGES + 2)])
    await all_told(hub)
    assert ada.changes == [[]]


async def test_a_look_is_not_replaced_by_what_comes_after_it() -> None:
    hub, ada, bob = Hub(), Told(), Told()
    hub.add(ADA, ada)
    hub.add(BOB, bob)
    hub.look_again()
    hub.tell([new(ADA, "a")])
    await all_told(hub)
    assert ada.changes == [[]]
    assert bob.changes == [[]]


async def test_what_a_look_cannot_tell_is_told_after_it_once() -> None:
    hub, ada = Hub(), Told()
    hub.add(ADA, ada)
    reset, read = FeedChange(ADA, BELL_RESET, ("acme",)), FeedChange(ADA, ALL_READ, ("acme",))
    hub.tell([reset, *(new(ADA, str(number)) for number in range(MAX_CHANGES + 1)), read, reset])
    await all_told(hub)
    assert ada.changes == [[], [reset, read]]


async def test_who_has_gone_is_told_nothing() -> None:
    hub, first, second = Hub(), Told(), Told()
    hub.add(ADA, first)
    hub.add(ADA, second)
    hub.tell([new(ADA, "a")])
    hub.remove(ADA, first)
    await all_told(hub)
    assert (first.changes, second.changes) == ([], [[new(ADA, "a")]])
    hub.remove(ADA, second)
    hub.remove(ADA, second)
    assert hub.topics == []


async def test_listeners_and_what_they_are_told_are_counted() -> None:
    hub, ada = Hub(), Told()
    before = [LISTENERS._value.get(), CHANGES._value.get(), LOOKS._value.get()]
    hub.add(ADA, ada)
    hub.tell([new(ADA, "a"), new(ADA, "b"), new(BOB, "c")])
    await all_told(hub)
    hub.look_again([ADA])
    await all_told(hub)
    after = [LISTENERS._value.get(), CHANGES._value.get(), LOOKS._value.get()]
    # Each wait for the end is a look of its own.
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 2, 1 + 2]
