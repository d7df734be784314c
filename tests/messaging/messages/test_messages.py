"""Single messages, what they said, and what happened to them."""

from datetime import timedelta

import pytest

from addressee.database.paging import page_request
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.status import Status
from tests.messaging.office import FILES, Office


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


async def test_events_come_by_pages_oldest_first(office: Office) -> None:
    mail = (await office.messages("ada", statuses=[Status.SENT]))[0]

    async def part(after: str | None, before: str | None) -> tuple[list[str], str | None, str | None]:
        found = await office.messaging.messages.events(
            office.environment_id, mail.id, page_request(2, after, before, str)
        )
        assert found is not None
        return [event.type for event in found.entries], found.after, found.before

    first, after, front = await part(None, None)
    rest, end, before = await part(after, None)
    assert (first, rest) == (["message.created", "message.queued"], ["message.sent"])
    assert (front, end) == (None, None)
    assert (await part(None, before))[0] == first


async def test_what_is_not_there(office: Office) -> None:
    messaging, environment_id = office.messaging, office.environment_id
    assert await messaging.messages.get(environment_id, "none") is None
    assert await messaging.messages.contents(environment_id, ["none"]) == []
    assert await messaging.messages.events(environment_id, "none", page_request(2, None, None, str)) is None


async def test_contents_come_in_the_order_asked_for(office: Office) -> None:
    ids = [message.id for message in await office.messages("ada")]
    asked = [ids[2], "none", ids[0], ids[2]]
    found = await office.messaging.messages.contents(office.environment_id, asked)
    assert [contents.message_id for contents in found] == [ids[2], ids[0]]


async def test_another_environment_finds_nothing(office: Office, other: Office) -> None:
    await other.push(FILES)
    await other.identify("ada", email="ada@example.com")
    ids = [message.id for message in await office.messages("ada")]
    messaging, elsewhere = office.messaging, other.environment_id
    assert list(await other.messages("ada")) == []
    assert (await other.feed("ada")).total == 0
    assert [await messaging.messages.get(elsewhere, id) for id in ids] == [None] * 4
    assert await messaging.messages.contents(elsewhere, ids) == []
    assert await messaging.messages.events(elsewhere, ids[0], page_request(2, None, None, str)) is None
    assert await messaging.marks.mark(elsewhere, ids, Mark.SEEN) == []
    assert {message.seen_at for message in await office.messages("ada")} == {None}


async def test_a_deleted_persons_messages_are_gone_at_once(office: Office) -> None:
    ids = [message.id for message in await office.messages("ada")]
    messaging, environment_id = office.messaging, office.environment_id
    await office.delete("ada")
    for _ in range(2):
        assert list(await office.messages("ada")) == []
        assert [await messaging.messages.get(environment_id, id) for id in ids] == [None] * 4
        assert await messaging.messages.contents(environment_id, ids) == []
        assert await messaging.messages.events(environment_id, ids[0], page_request(2, None, None, str)) is None
        assert await messaging.marks.mark(environment_id, ids, Mark.SEEN) == []
        await office.identify("ada")
