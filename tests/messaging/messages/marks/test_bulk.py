"""Marking and deleting all messages of a channel that have something in common."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from addressee.directory.writing.bulk import BulkOperation
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.messaging.messages.marks.bulk import PAGES_A_JOB, PAGES_AT_ONCE, Action, Selection
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import Status
from tests.messaging.office import FILES, WELCOME, Office

BOTH = {**FILES, "workflows/farewell.yaml": WELCOME}

# Pages are a tenth of what they are, so that there need not be so many messages.
PAGE_SIZE = 50
AT_ONCE = PAGE_SIZE * PAGES_AT_ONCE

# More of the same, each a second older than the one before.
COPY = """
    INSERT INTO addressee.messages
    SELECT (jsonb_populate_record(
      messages,
      jsonb_build_object('id', 'copy-' || lpad(n::text, 6, '0'), 'inserted_at', inserted_at - n * interval '1 second')
    )).*
    FROM addressee.messages AS messages
    CROSS JOIN generate_series(1, $3::integer) AS n
    WHERE environment_id = $1
      AND id = $2
"""
EVERYTHING_ABOUT = """
    SELECT count(*)
    FROM addressee.message_events AS events
    FULL JOIN addressee.sends AS sends USING (environment_id, message_id)
    FULL JOIN addressee.delivery_logs AS logs USING (environment_id, message_id)
    WHERE environment_id = $1
      AND message_id = $2
"""


@pytest.fixture
async def office(office: Office) -> Office:
    """Two messages each to Ada, the second of a tenant and another workflow, and one to Bob; e-mails beside them."""
    await office.push(BOTH)
    await office.identify("ada", email="ada@example.com")
    await office.identify("bob")
    await office.trigger("ada", "bob", data={"n": 1})
    await office.work()
    office.clock.move(timedelta(minutes=1))
    await office.trigger("ada", workflow="farewell", data={"n": 2}, tenant="acme")
    await office.work()
    return office


async def items(office: Office, id: str = "ada") -> list[Message]:
    """In the feed's channel, newest first."""
    return list(await office.messages(id, channel_ids=[await office.channel_id()]))


async def mark_all(
    office: Office, action: Action, *users: str, receipt: Receipt | None = None, **selected: Any
) -> BulkOperation:
    office.clock.move(timedelta(seconds=1))
    selection = Selection(**{"channel_id": await office.channel_id(), **selected})
    recipients = [office.user(id) for id in users] or None
    return await office.messaging.marks.mark_all(office.environment_id, action, selection, recipients, receipt=receipt)


async def found(office: Office, id: Any) -> BulkOperation:
    operation = await office.directory.find_bulk_operation(office.environment_id, id)
    assert operation is not None
    return operation


async def test_a_persons_messages_of_the_channel_are_marked_at_once(office: Office) -> None:
    operation = await mark_all(office, Action.READ, "ada")
    assert (operation.name, operation.status, operation.total) == ("messages.read", "completed", 2)
    assert {message.read_at for message in await items(office)} == {office.clock.now()}
    assert {message.read_at for message in await items(office, "bob")} == {None}
    assert len(await office.messages("ada", engagements=["unread"])) == 2, "the e-mails"
    assert [event for event, _ in await office.events((await items(office))[0])] == ["created", "delivered", "read"]
    assert await found(office, operation.id) == operation
    assert await office.jobs() == []


async def test_everybodys_messages(office: Office) -> None:
    assert (await mark_all(office, Action.SEEN)).total == 3
    assert (await items(office, "bob"))[0].seen_at == office.clock.now()


async def test_what_is_marked_already_keeps_its_time(office: Office) -> None:
    await mark_all(office, Action.SEEN, "ada")
    before = await items(office)
    assert (await mark_all(office, Action.SEEN, "ada")).total == 0
    assert await items(office) == before


@pytest.mark.parametrize(
    ("actions", "names"),
    [
        ([Action.SEEN], ["seen_at"]),
        ([Action.SEEN, Action.UNSEEN], []),
        ([Action.READ], ["read_at"]),
        ([Action.READ, Action.UNREAD], []),
        ([Action.ARCHIVED], ["archived_at"]),
        ([Action.ARCHIVED, Action.UNARCHIVED], []),
        ([Action.INTERACTED], ["read_at", "interacted_at"]),
    ],
)
async def test_what_an_action_changes(office: Office, actions: list[Action], names: list[str]) -> None:
    for action in actions:
        assert (await mark_all(office, action, "ada")).total == 2
        assert (await mark_all(office, action, "ada")).total == 0
    for message in await items(office):
        times = ("seen_at", "read_at", "archived_at", "interacted_at")
        assert [name for name in times if getattr(message, name) is not None] == names


async def test_filters(office: Office) -> None:
    newest, oldest = await items(office)
    await office.messaging.marks.mark(office.environment_id, [newest.id], Mark.ARCHIVED)
    await office.messaging.marks.mark(office.environment_id, [oldest.id], Mark.READ)

    async def count(**selected: Any) -> int:
        """How many it finds: those are marked, and unmarked again."""
        number = (await mark_all(office, Action.SEEN, "ada", **selected)).total
        assert (await mark_all(office, Action.UNSEEN, "ada")).total == number
        return number

    assert await count() == 2
    assert await count(channel_id=uuid4()) == 0
    assert await count(archived="exclude") == 1
    assert await count(archived="include") == 2
    assert await count(archived="only") == 1
    assert await count(status=Status.DELIVERED) == 2
    assert await count(status=Status.SENT) == 0
    assert await count(tenants=[]) == 0
    assert await count(workflows=[]) == 0
    assert await count(trigger_data={}) == 0
    assert await count(engagement="read") == 1
    assert await count(engagement="unread") == 1
    assert await count(engagement="archived") == 1
    assert await count(engagement="unarchived") == 1
    assert await count(engagement="interacted") == 0
    assert await count(engagement="link_clicked") == 0
    assert await count(engagement="seen") == 0
    assert await count(engagement="unseen") == 2
    assert await count(has_tenant=True) == 1
    assert await count(has_tenant=False) == 1
    assert await count(tenants=["acme", "other"]) == 1
    assert await count(tenants=["other"]) == 0
    assert await count(workflows=["welcome", "other"]) == 1
    assert await count(workflows=["other"]) == 0
    assert await count(trigger_data={"n": 1}) == 1
    assert await count(trigger_data={"n": 3}) == 0
    assert await count(since=newest.inserted_at) == 1
    assert await count(since=newest.inserted_at + timedelta(seconds=1)) == 0
    assert await count(until=newest.inserted_at) == 1
    assert await count(until=oldest.inserted_at) == 0


async def test_deleting_takes_everything_along(office: Office) -> None:
    email = await office.channel_id("email")
    mails = await office.messages("ada", channel_ids=[email])
    assert (await mark_all(office, Action.DELETE, "ada", channel_id=email)).total == 2
    assert await office.messages("ada", channel_ids=[email]) == []
    assert len(await items(office)) == 2
    for mail in mails:
        assert await office.pool.fetchval(EVERYTHING_ABOUT, office.environment_id, mail.id) == 0


async def test_who_is_not_known_has_no_messages(office: Office) -> None:
    operation = await mark_all(office, Action.SEEN, "nobody")
    assert (operation.status, operation.total) == ("completed", 0)
    await office.delete("ada")
    assert (await mark_all(office, Action.SEEN, "ada")).total == 0


async def test_another_environments_messages_stay(office: Office, other: Office) -> None:
    await other.push(BOTH)
    await other.identify("ada")
    selection = Selection(channel_id=await office.channel_id())
    assert (await other.messaging.marks.mark_all(other.environment_id, Action.DELETE, selection)).total == 0
    assert len(await items(office)) == 2


class TestMany:
    """The newest are done while the caller waits, the rest by jobs."""

    @pytest.fixture(autouse=True)
    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("addressee.messaging.messages.marks.bulk.PAGE_SIZE", PAGE_SIZE)

    @pytest.fixture
    async def operation(self, office: Office) -> BulkOperation:
        """Begun by Ada, who has as many more messages as two jobs take."""
        oldest = (await items(office))[-1]
        count = AT_ONCE + PAGE_SIZE * PAGES_A_JOB + 10
        await office.pool.execute(COPY, office.environment_id, oldest.id, count)
        return await mark_all(office, Action.READ, "ada")

    async def unread(self, office: Office) -> int:
        channel_id = await office.channel_id()
        statement = """
            SELECT count(*) FROM addressee.messages
            WHERE environment_id = $1 AND recipient_id = 'ada' AND channel_id = $2 AND read_at IS NULL
        """
        count: int = await office.pool.fetchval(statement, office.environment_id, channel_id)
        return count

    async def test_the_newest_are_marked_at_once(self, office: Office, operation: BulkOperation) -> None:
        everything = AT_ONCE + PAGE_SIZE * PAGES_A_JOB + 12
        # The page's two e-mails are looked at too.
        assert (operation.status, operation.total, operation.completed_at) == ("processing", AT_ONCE - 2, None)
        assert await self.unread(office) == everything - operation.total
        assert {message.read_at for message in await items(office)} == {operation.started_at}

    async def test_jobs_bring_it_to_its_end(self, office: Office, operation: BulkOperation) -> None:
        (job,) = await office.jobs()
        await office.run(job)
        assert (await found(office, operation.id)).status == "processing"
        await office.work()
        ended = await found(office, operation.id)
        assert (ended.status, ended.total) == ("completed", AT_ONCE + PAGE_SIZE * PAGES_A_JOB + 12)
        assert ended.completed_at is not None
        assert ended.completed_at > ended.started_at
        assert await self.unread(office) == 0
        assert await office.jobs() == []

    async def test_what_comes_meanwhile_is_not_marked(self, office: Office, operation: BulkOperation) -> None:
        await office.trigger("ada")
        await office.work()
        assert (await items(office))[0].read_at is None

    async def test_jobs_that_run_twice_count_once(self, office: Office, operation: BulkOperation) -> None:
        (job,) = await office.jobs()
        await asyncio.gather(office.run(job), office.run(job))
        await office.work()
        await office.run(job)
        ended = await found(office, operation.id)
        assert (ended.status, ended.total) == ("completed", AT_ONCE + PAGE_SIZE * PAGES_A_JOB + 12)

    async def test_a_job_that_fails_says_so_until_it_goes_on(
        self, office: Office, operation: BulkOperation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (job,) = await office.jobs()
        with monkeypatch.context() as broken:
            broken.setattr("addressee.messaging.messages.marks.bulk.set_mark", fail)
            with pytest.raises(ZeroDivisionError):
                await office.run(job)
        failed = await found(office, operation.id)
        assert (failed.status, failed.failed_at) == ("failed", office.clock.now())
        await office.work()
        ended = await found(office, operation.id)
        assert (ended.status, ended.failed_at) == ("completed", None)

    async def test_several_people_one_after_the_other(self, office: Office, operation: BulkOperation) -> None:
        await office.work()
        both = await mark_all(office, Action.DELETE, "ada", "bob")
        assert both.status == "processing"
        await office.work()
        assert (await found(office, both.id)).total == AT_ONCE + PAGE_SIZE * PAGES_A_JOB + 13
        assert await items(office) == await items(office, "bob") == []

    async def test_a_call_that_dies_on_the_way_is_begun_once_and_finished(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        oldest = (await items(office))[-1]
        await office.pool.execute(COPY, office.environment_id, oldest.id, 2 * PAGE_SIZE)
        key = receipt(office)
        with monkeypatch.context() as dying:
            dying.setattr("addressee.directory.writing.bulk.lock_rest", fail)
            with pytest.raises(ZeroDivisionError):
                await mark_all(office, Action.DELETE, "ada", receipt=key)
        await office.trigger("ada")
        with pytest.raises(RepeatedError) as repeated:
            await mark_all(office, Action.DELETE, "ada", receipt=key)
        assert repeated.value.earlier.answer.body == b"processing"
        await office.work()
        assert [message.data for message in await items(office)] == [{}], "what came later stays"

    async def test_a_repetition_is_answered_with_what_the_first_one_came_to(self, office: Office) -> None:
        key = receipt(office)
        assert (await mark_all(office, Action.READ, "ada", "bob", receipt=key)).status == "completed"
        with pytest.raises(RepeatedError) as repeated:
            await mark_all(office, Action.READ, "ada", "bob", receipt=key)
        assert repeated.value.earlier.answer.body == b"completed"


def receipt(office: Office) -> Receipt:
    def stored(operation: BulkOperation) -> StoredAnswer:
        return StoredAnswer(200, operation.status.encode())

    return Receipt(office.environment_id, "key", b"1", "request-1", stored)


async def fail(*_: object, **__: object) -> int:
    raise ZeroDivisionError


async def test_a_repetition_does_nothing(office: Office) -> None:
    def stored(operation: BulkOperation) -> StoredAnswer:
        return StoredAnswer(200, str(operation.id).encode())

    receipt = Receipt(office.environment_id, "key", b"1", "request-1", stored)
    first = await mark_all(office, Action.SEEN, "ada", receipt=receipt)
    with pytest.raises(RepeatedError) as repeated:
        await mark_all(office, Action.SEEN, "ada", receipt=receipt)
    assert repeated.value.earlier.answer.body == str(first.id).encode()
