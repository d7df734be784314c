"""Seeing, reading, archiving and interacting."""

import asyncio
import random
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from addressee.database.queries import load
from addressee.directory.writing.receipts import Receipt, ReceiptMismatchError, RepeatedError, StoredAnswer
from addressee.messaging.messages.marks.mark import Mark, MarkResult
from addressee.messaging.messages.model import Message
from tests.messaging.office import Office
from tests.support.waiting import until

SQL = load("addressee.messaging.lifecycle")

EVERY_MESSAGE = "SELECT id FROM addressee.messages WHERE environment_id = $1"
LAST_EVENT_OWNER = """
    SELECT recipient_id FROM addressee.message_events
    WHERE environment_id = $1 AND message_id = $2
    ORDER BY id DESC
    LIMIT 1
"""

TIMES = ("seen_at", "read_at", "archived_at", "interacted_at", "link_clicked_at")


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
        (message,) = await office.messaging.marks.mark(office.environment_id, [message.id], each, **rest)
    return message


@pytest.mark.parametrize(
    ("marks", "names", "events"),
    [
        ([Mark.SEEN], {"seen_at"}, ["seen"]),
        ([Mark.READ], {"read_at"}, ["read"]),
        ([Mark.ARCHIVED], {"archived_at"}, ["archived"]),
        ([Mark.INTERACTED], {"interacted_at", "read_at"}, ["interacted"]),
        ([Mark.CLICKED], {"link_clicked_at"}, ["link_clicked"]),
        ([Mark.SEEN, Mark.UNSEEN], set(), ["seen", "unseen"]),
        ([Mark.READ, Mark.UNREAD], set(), ["read", "unread"]),
        ([Mark.ARCHIVED, Mark.UNARCHIVED], set(), ["archived", "unarchived"]),
        ([Mark.INTERACTED, Mark.UNREAD], {"interacted_at"}, ["interacted", "unread"]),
        ([Mark.UNSEEN, Mark.UNREAD, Mark.UNARCHIVED], set(), []),
        ([Mark.INTERACTED, Mark.UNREAD] * 2, {"interacted_at"}, ["interacted", "unread"] * 2),
    ],
)
async def test_what_a_mark_changes(
    office: Office, message: Message, marks: list[Mark], names: set[str], events: list[str]
) -> None:
    marked = await mark(office, message, *marks)
    assert set(times(marked)) == names
    assert [event for event, _ in await office.events(message)] == ["created", "delivered", *events]
    assert await office.messaging.messages.get(office.environment_id, message.id) == marked


@pytest.mark.parametrize("each", Mark)
async def test_a_mark_that_changes_nothing_writes_nothing(office: Office, message: Message, each: Mark) -> None:
    opposite = {Mark.UNSEEN: Mark.SEEN, Mark.UNREAD: Mark.READ, Mark.UNARCHIVED: Mark.ARCHIVED}
    first = await mark(office, message, *([opposite[each]] if each in opposite else []), each)
    events = await office.events(message)
    assert await mark(office, message, each, each) == first
    assert await office.events(message) == events
    assert await office.messaging.marks.mark_each(office.environment_id, {message.id: each}) == {
        message.id: MarkResult.DONE
    }
    assert await office.messaging.messages.get(office.environment_id, message.id) == first


async def test_another_interaction_is_one_that_says_something_else(office: Office, message: Message) -> None:
    said = [None, None, {"button": "buy"}, {"button": "buy"}, None, {"button": "later"}, {"button": "later"}]
    marked = [await mark(office, message, Mark.INTERACTED, metadata=metadata) for metadata in said]
    interactions = [data for event, data in await office.events(message) if event == "interacted"]
    assert interactions == [None, {"button": "buy"}, {"button": "later"}]
    began = marked[0].updated_at
    assert [(each.updated_at - began).seconds for each in marked] == [0, 0, 2, 2, 2, 5, 5]
    assert [(each.interacted_at - began).seconds for each in marked if each.interacted_at] == [0, 0, 2, 2, 2, 5, 5]


async def test_interacting_keeps_when_it_was_read(office: Office, message: Message) -> None:
    read = await mark(office, message, Mark.READ)
    interacted = await mark(office, message, Mark.INTERACTED, metadata={"button": "buy"})
    assert interacted.read_at == read.read_at
    assert (await office.events(message))[-1] == ("interacted", {"button": "buy"})


async def test_many_at_once_in_the_order_asked_for(office: Office, message: Message) -> None:
    (bobs,) = await office.messages("bob")
    asked = [bobs.id, "none", message.id, bobs.id]
    marked = await office.messaging.marks.mark(office.environment_id, asked, Mark.READ)
    assert [each.id for each in marked] == [bobs.id, message.id]
    assert {each.read_at for each in marked} == {office.clock.now()}


async def test_a_person_marks_only_their_own(office: Office, message: Message) -> None:
    (bobs,) = await office.messages("bob")
    marked = await office.messaging.marks.mark(office.environment_id, [message.id, bobs.id], Mark.READ, user="bob")
    assert [each.id for each in marked] == [bobs.id]
    assert (await office.messages("ada"))[0].read_at is None


async def test_twice_in_one_moment_is_once(office: Office, message: Message) -> None:
    for _ in range(2):
        await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    assert [event for event, _ in await office.events(message)] == ["created", "delivered", "seen"]


async def test_overlapping_batches_never_wait_for_each_other(office: Office, message: Message) -> None:
    await office.trigger(*(await many(office, 30)))
    await office.work()
    ids = [row["id"] for row in await office.pool.fetch(EVERY_MESSAGE, office.environment_id)]
    order = random.Random(7)

    async def batches() -> None:
        for _ in range(15):
            asked = order.sample(ids, 25)
            marked = await office.messaging.marks.mark(office.environment_id, asked, order.choice(list(Mark)))
            assert [each.id for each in marked] == asked

    await asyncio.gather(*(batches() for _ in range(6)))


async def test_a_mark_finds_a_message_that_is_just_moving_to_another_owner(office: Office, message: Message) -> None:
    bob = await office.identify("bob")
    async with office.pool.acquire() as merging, merging.transaction():
        move = SQL["move_messages"](
            environment_id=office.environment_id,
            source_id="ada",
            source_uid=message.recipient.uid,
            message_ids=[message.id],
            target_id="bob",
            target_uid=bob.uid,
            merge_id=uuid4(),
            undone=False,
        )
        await merging.execute(*move)
        marking = asyncio.create_task(office.messaging.marks.mark(office.environment_id, [message.id], Mark.READ))
        await until(partial(waits_for_a_lock, office))
    (marked,) = await marking
    assert (marked.recipient.id, marked.read_at) == ("bob", office.clock.now())
    stored = await office.pool.fetchval(LAST_EVENT_OWNER, office.environment_id, message.id)
    assert stored == "bob"


class TestRepetition:
    """A request under a key of the caller's own is carried out once."""

    def receipt(self, office: Office, fingerprint: bytes = b"1") -> Receipt:
        def stored(found: list[Message]) -> StoredAnswer:
            return StoredAnswer(200, ",".join(each.id for each in found).encode())

        return Receipt(office.environment_id, "key", fingerprint, "request-1", stored)

    async def test_a_repetition_does_not_mark_again(self, office: Office, message: Message) -> None:
        first = await mark(office, message, Mark.SEEN, receipt=self.receipt(office))
        with pytest.raises(RepeatedError) as repeated:
            await mark(office, message, Mark.SEEN, receipt=self.receipt(office))
        assert repeated.value.earlier.answer == (200, message.id.encode())
        assert await office.messaging.messages.get(office.environment_id, message.id) == first

    async def test_the_key_serves_no_other_request(self, office: Office, message: Message) -> None:
        await mark(office, message, Mark.SEEN, receipt=self.receipt(office))
        with pytest.raises(ReceiptMismatchError):
            await mark(office, message, Mark.READ, receipt=self.receipt(office, b"2"))
        assert (await office.messages("ada"))[0].read_at is None


async def many(office: Office, count: int) -> list[str]:
    ids = [f"user-{number:02}" for number in range(count)]
    for id in ids:
        await office.identify(id)
    return ids


async def waits_for_a_lock(office: Office) -> bool:
    waiting = await office.pool.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(waiting)


class TestEachInItsOwnWay:
    @staticmethod
    async def mark(office: Office, message: Message, *marks: Mark) -> list[MarkResult]:
        outcomes = []
        for each in marks:
            office.clock.move(timedelta(seconds=1))
            outcomes.append(
                (await office.messaging.marks.mark_each(office.environment_id, {message.id: each}))[message.id]
            )
        return outcomes

    @pytest.mark.parametrize(
        ("marks", "last", "stage", "events"),
        [
            ([Mark.SEEN], MarkResult.DONE, "seen", ["seen"]),
            ([Mark.SEEN, Mark.SEEN], MarkResult.DONE, "seen", ["seen"]),
            ([Mark.DISMISSED], MarkResult.DONE, "dismissed", ["dismissed"]),
            ([Mark.DISMISSED, Mark.SEEN], MarkResult.BLOCKED, "dismissed", ["dismissed"]),
            ([Mark.SEEN, Mark.INTERACTED], MarkResult.DONE, "interacted", ["seen", "interacted"]),
            ([Mark.DISMISSED, Mark.DISMISSED], MarkResult.DONE, "dismissed", ["dismissed"]),
            ([Mark.INTERACTED, Mark.DISMISSED], MarkResult.BLOCKED, "interacted", ["interacted"]),
            ([Mark.INTERACTED, Mark.INTERACTED], MarkResult.DONE, "interacted", ["interacted"]),
            ([Mark.CLICKED, Mark.INTERACTED], MarkResult.DONE, "interacted", ["link_clicked"]),
            ([Mark.READ], MarkResult.DONE, "delivered", ["read"]),
            ([Mark.READ, Mark.READ], MarkResult.DONE, "delivered", ["read"]),
            ([Mark.READ, Mark.UNREAD, Mark.READ], MarkResult.DONE, "delivered", ["read", "unread", "read"]),
            ([Mark.UNREAD], MarkResult.DONE, "delivered", []),
            ([Mark.ARCHIVED, Mark.UNARCHIVED], MarkResult.DONE, "delivered", ["archived", "unarchived"]),
        ],
    )
    async def test_stages_go_forward_and_flags_toggle(
        self, office: Office, message: Message, marks: list[Mark], last: MarkResult, stage: str, events: list[str]
    ) -> None:
        assert (await self.mark(office, message, *marks))[-1] is last
        now = await office.messaging.messages.get(office.environment_id, message.id)
        assert now is not None
        assert now.stage == stage
        assert [event for event, _ in await office.events(message)] == ["created", "delivered", *events]

    async def test_what_a_message_carries_already_keeps_its_time(self, office: Office, message: Message) -> None:
        await self.mark(office, message, Mark.SEEN)
        before = await office.messaging.messages.get(office.environment_id, message.id)
        await self.mark(office, message, Mark.SEEN)
        assert await office.messaging.messages.get(office.environment_id, message.id) == before

    async def test_several_messages_have_outcomes_of_their_own(
        self, office: Office, other: Office, message: Message
    ) -> None:
        (bobs,) = await office.messages("bob")
        outcomes = await office.messaging.marks.mark_each(
            office.environment_id, {message.id: Mark.READ, "none": Mark.SEEN, bobs.id: Mark.DISMISSED}
        )
        assert outcomes == {message.id: MarkResult.DONE, "none": MarkResult.MISSING, bobs.id: MarkResult.DONE}
        assert (await office.messages("ada"))[0].read_at == office.clock.now()
        assert (await office.messages("bob"))[0].dismissed_at == office.clock.now()
        elsewhere = await other.messaging.marks.mark_each(other.environment_id, {message.id: Mark.SEEN})
        assert elsewhere == {message.id: MarkResult.MISSING}

    async def test_a_deleted_persons_message_is_not_there(self, office: Office, message: Message) -> None:
        await office.delete("ada")
        assert await self.mark(office, message, Mark.SEEN) == [MarkResult.MISSING]

    async def test_repeating_the_request_does_nothing(self, office: Office, message: Message) -> None:
        receipt = Receipt(office.environment_id, str(uuid4()), b"", "first", lambda _: StoredAnswer(202, b"{}"))
        await office.messaging.marks.mark_each(office.environment_id, {message.id: Mark.READ}, receipt=receipt)
        await office.messaging.marks.mark_each(office.environment_id, {message.id: Mark.UNREAD})
        with pytest.raises(RepeatedError):
            await office.messaging.marks.mark_each(office.environment_id, {message.id: Mark.READ}, receipt=receipt)
        assert (await office.messages("ada"))[0].read_at is None


async def test_an_email_is_seen_once_it_was_sent_and_is_never_read(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada")
    await office.work()
    email = next(each for each in await office.messages("ada") if each.channel.key == "email")
    environment = office.environment_id

    async def marked(mark: Mark) -> MarkResult:
        return (await office.messaging.marks.mark_each(environment, {email.id: mark}))[email.id]

    assert email.status == "sent"
    assert await marked(Mark.READ) is MarkResult.UNSUPPORTED
    assert await marked(Mark.SEEN) is MarkResult.DONE
    await office.trigger("ada", sandbox=True)
    await office.work()
    email = next(each for each in await office.messages("ada") if each.status == "not_sent")
    assert await marked(Mark.SEEN) is MarkResult.BLOCKED
