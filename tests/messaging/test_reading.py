"""Lists of messages and of what happened to them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from addressee.database.paging import page
from addressee.messaging import Mark, MessageFilter, Position, Status
from tests.messaging.office import FILES, Office, user


@pytest.fixture
async def office(office: Office) -> Office:
    """Ada has four messages: two of each of two runs, the second one of a tenant."""
    await office.push()
    await office.identify("ada", email="ada@example.com")
    await office.trigger("ada", data={"n": 1})
    await office.work()
    office.clock.move(timedelta(minutes=1))
    await office.trigger("ada", data={"n": 2}, tenant="acme")
    await office.work()
    return office


async def test_filters(office: Office) -> None:
    everything = await office.messages("ada")
    assert len(everything) == 4
    newest, oldest = everything[0], everything[-1]
    mail = next(message for message in everything if message.step_ref == "email")
    await office.messaging.mark(office.environment_id, [newest.id], Mark.SEEN)
    await office.messaging.mark(office.environment_id, [oldest.id], Mark.INTERACTED)

    async def count(**filter: Any) -> int:
        return len(await office.messages("ada", **filter))

    assert await count(tenant="acme") == 2
    assert await count(tenant="other") == 0
    assert await count(channel_id=await office.channel_id()) == 2
    assert await count(channel_id=uuid4()) == 0
    assert await count(source="welcome") == 4
    assert await count(source="other") == 0
    assert await count(statuses=[Status.SENT]) == 2
    assert await count(statuses=[Status.SENT, Status.DELIVERED]) == 4
    assert await count(engagements=["seen"]) == 1
    assert await count(engagements=["unseen"]) == 3
    assert await count(engagements=["read", "interacted"]) == 1
    assert await count(engagements=["seen", "read"]) == 0
    assert await count(engagements=["unread", "unarchived"]) == 3
    assert await count(engagements=["archived"]) == 0
    assert await count(engagements=["link_clicked"]) == 0
    assert await count(message_ids=[newest.id, oldest.id, "none"]) == 2
    assert await count(message_ids=[]) == 0
    assert await count(message_ids=[newest.id], tenant="other") == 0
    assert await count(categories=["onboarding"]) == 4
    assert await count(categories=["other"]) == 0
    assert await count(run_id=mail.run_id) == 2
    assert await count(recipient_run_id=mail.recipient_run_id) == 2
    assert await count(recipient_run_id=uuid4()) == 0
    assert await count(trigger_data={"n": 2}) == 2
    assert await count(since=oldest.inserted_at + timedelta(seconds=1)) == 2
    assert await count(until=newest.inserted_at) == 3, "the in-app message of the same run is a microsecond older"


async def test_pages(office: Office) -> None:
    whole = [message.id for message in await office.messages("ada")]
    seen: list[str] = []
    after = None
    for _ in range(4):
        part = await office.messaging.messages(
            office.environment_id, user("ada"), MessageFilter(), page(1, after, None, Position)
        )
        seen += [message.id for message in part.entries]
        after = part.after
    assert (seen, after) == (whole, None)


async def test_events_come_by_pages_oldest_first(office: Office) -> None:
    mail = (await office.messages("ada", statuses=[Status.SENT]))[0]

    async def part(after: str | None, before: str | None) -> tuple[list[str], str | None, str | None]:
        found = await office.messaging.events(office.environment_id, mail.id, page(2, after, before, str))
        assert found is not None
        return [event.type for event in found.entries], found.after, found.before

    first, after, front = await part(None, None)
    rest, end, before = await part(after, None)
    assert (first, rest) == (["message.created", "message.queued"], ["message.sent"])
    assert (front, end) == (None, None)
    assert (await part(None, before))[0] == first


async def test_what_is_not_there(office: Office) -> None:
    messaging, environment_id = office.messaging, office.environment_id
    assert await messaging.message(environment_id, "none") is None
    assert await messaging.contents(environment_id, ["none"]) == []
    assert await messaging.events(environment_id, "none", page(2, None, None, str)) is None


async def test_contents_come_in_the_order_asked_for(office: Office) -> None:
    ids = [message.id for message in await office.messages("ada")]
    asked = [ids[2], "none", ids[0], ids[2]]
    found = await office.messaging.contents(office.environment_id, asked)
    assert [contents.message_id for contents in found] == [ids[2], ids[0]]


async def test_another_environment_finds_nothing(office: Office, other: Office) -> None:
    await other.push(FILES)
    await other.identify("ada", email="ada@example.com")
    ids = [message.id for message in await office.messages("ada")]
    messaging, elsewhere = office.messaging, other.environment_id
    assert list(await other.messages("ada")) == []
    assert (await other.feed("ada")).total == 0
    assert [await messaging.message(elsewhere, id) for id in ids] == [None] * 4
    assert await messaging.contents(elsewhere, ids) == []
    assert await messaging.events(elsewhere, ids[0], page(2, None, None, str)) is None
    assert await messaging.mark(elsewhere, ids, Mark.SEEN) == []
    assert {message.seen_at for message in await office.messages("ada")} == {None}


async def test_a_deleted_persons_messages_are_gone_at_once(office: Office) -> None:
    ids = [message.id for message in await office.messages("ada")]
    messaging, environment_id = office.messaging, office.environment_id
    await office.delete("ada")
    for _ in range(2):
        assert list(await office.messages("ada")) == []
        assert [await messaging.message(environment_id, id) for id in ids] == [None] * 4
        assert await messaging.contents(environment_id, ids) == []
        assert await messaging.events(environment_id, ids[0], page(2, None, None, str)) is None
        assert await messaging.mark(environment_id, ids, Mark.SEEN) == []
        await office.identify("ada")
