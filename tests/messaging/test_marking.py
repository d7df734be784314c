"""Seeing, reading, archiving and interacting."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from addressee.messaging import Mark, Message
from tests.messaging.office import Office

TIMES = ("seen_at", "read_at", "archived_at", "interacted_at")


def times(message: Message) -> dict[str, datetime]:
    return {name: value for name in TIMES if (value := getattr(message, name)) is not None}


@pytest.fixture
async def message(office: Office) -> Message:
    await office.push()
    for id in ("ada", "bob"):
        await office.identify(id)
    await office.trigger("ada", "bob")
    await office.work()
    (message,) = await office.messages("ada")
    return message


async def mark(office: Office, message: Message, *marks: Mark, **rest: Any) -> Message:
    for each in marks:
        office.clock.move(timedelta(seconds=1))
        (message,) = await office.messaging.mark(office.environment_id, [message.id], each, **rest)
    return message


@pytest.mark.parametrize(
    ("marks", "names", "events"),
    [
        ([Mark.SEEN], {"seen_at"}, ["seen"]),
        ([Mark.READ], {"read_at"}, ["read"]),
        ([Mark.ARCHIVED], {"archived_at"}, ["archived"]),
        ([Mark.INTERACTED], {"interacted_at", "read_at"}, ["interacted"]),
        ([Mark.SEEN, Mark.UNSEEN], set(), ["seen", "unseen"]),
        ([Mark.READ, Mark.UNREAD], set(), ["read", "unread"]),
        ([Mark.ARCHIVED, Mark.UNARCHIVED], set(), ["archived", "unarchived"]),
        ([Mark.INTERACTED, Mark.UNREAD], {"interacted_at"}, ["interacted", "unread"]),
        ([Mark.UNSEEN, Mark.UNREAD, Mark.UNARCHIVED], set(), []),
        ([Mark.SEEN, Mark.SEEN], {"seen_at"}, ["seen", "seen"]),
    ],
)
async def test_what_a_mark_changes(
    office: Office, message: Message, marks: list[Mark], names: set[str], events: list[str]
) -> None:
    marked = await mark(office, message, *marks)
    assert set(times(marked)) == names
    assert [event for event, _ in await office.events(message)] == ["created", "delivered", *events]
    assert await office.messaging.message(office.environment_id, message.id) == marked


async def test_marking_again_refreshes_the_time(office: Office, message: Message) -> None:
    first = await mark(office, message, Mark.SEEN)
    second = await mark(office, message, Mark.SEEN)
    assert second.seen_at == second.updated_at == office.clock.now()
    assert first.seen_at == office.clock.now() - timedelta(seconds=1)


async def test_interacting_keeps_when_it_was_read(office: Office, message: Message) -> None:
    read = await mark(office, message, Mark.READ)
    interacted = await mark(office, message, Mark.INTERACTED, metadata={"button": "buy"})
    assert interacted.read_at == read.read_at
    assert (await office.events(message))[-1] == ("interacted", {"button": "buy"})


async def test_many_at_once_in_the_order_asked_for(office: Office, message: Message) -> None:
    (bobs,) = await office.messages("bob")
    asked = [bobs.id, "none", message.id, bobs.id]
    marked = await office.messaging.mark(office.environment_id, asked, Mark.READ)
    assert [each.id for each in marked] == [bobs.id, message.id]
    assert {each.read_at for each in marked} == {office.clock.now()}


async def test_a_person_marks_only_their_own(office: Office, message: Message) -> None:
    (bobs,) = await office.messages("bob")
    marked = await office.messaging.mark(office.environment_id, [message.id, bobs.id], Mark.READ, user="bob")
    assert [each.id for each in marked] == [bobs.id]
    assert (await office.messages("ada"))[0].read_at is None


async def test_twice_in_one_moment_is_once(office: Office, message: Message) -> None:
    for _ in range(2):
        await office.messaging.mark(office.environment_id, [message.id], Mark.SEEN)
    assert [event for event, _ in await office.events(message)] == ["created", "delivered", "seen"]
