"""What a message is about."""

import pytest

from addressee.database.paging import PageRequest, page_request
from addressee.directory.recipient import Recipient
from addressee.messaging.messages.model import Message
from addressee.messaging.recipients.people import Missing
from tests.messaging.office import Office


@pytest.fixture
async def message(office: Office) -> Message:
    """To Ada, about Bob."""
    await office.push()
    await office.identify("ada")
    await office.identify("bob")
    await office.trigger("ada", actor=office.user("bob"), data={"n": 1, "deep": {"m": 2}})
    await office.work()
    (message,) = await office.messages("ada")
    return message


async def test_an_activity_holds_whole_recipients_and_the_data(office: Office, message: Message) -> None:
    found = await office.messaging.messages.activities(office.environment_id, message.id, {}, PageRequest(50))
    assert found is not None
    (activity,) = found.entries
    assert isinstance(activity.recipient, Recipient)
    assert isinstance(activity.actor, Recipient)
    assert (activity.recipient.attributes["name"], activity.actor.attributes["name"]) == ("Ada", "Bob")
    assert activity.data == {"n": 1, "deep": {"m": 2}}
    assert activity.inserted_at == message.inserted_at


async def test_it_is_the_same_that_the_feed_shows(office: Office, message: Message) -> None:
    found = await office.messaging.messages.activities(office.environment_id, message.id, {}, PageRequest(50))
    assert found is not None
    (item,) = (await office.feed("ada")).items.entries
    assert list(item.activities) == list(found.entries)


@pytest.mark.parametrize(
    ("data", "count"), [({"n": 1}, 1), ({}, 1), ({"n": 2}, 0), ({"n": 1, "other": 1}, 0), ({"n": True}, 0)]
)
async def test_trigger_data_narrows_it(office: Office, message: Message, data: dict[str, int], count: int) -> None:
    found = await office.messaging.messages.activities(office.environment_id, message.id, data, PageRequest(50))
    assert found is not None
    assert len(found.entries) == count


async def test_pages(office: Office, message: Message) -> None:
    messaging, environment_id = office.messaging, office.environment_id
    first = await messaging.messages.activities(environment_id, message.id, {}, PageRequest(1))
    assert first is not None
    assert (first.after, first.before) == (None, None)
    (activity,) = first.entries
    for past in (PageRequest(1, after=activity.id), PageRequest(1, before=activity.id)):
        beyond = await messaging.messages.activities(environment_id, message.id, {}, past)
        assert beyond is not None
        assert list(beyond.entries) == []


async def test_a_deleted_actor_is_missing(office: Office, message: Message) -> None:
    bob = await office.identify("bob")
    await office.delete("bob")
    found = await office.messaging.messages.activities(office.environment_id, message.id, {}, PageRequest(50))
    assert found is not None
    assert found.entries[0].actor == Missing(bob.identity, office.clock.now())


async def test_what_is_not_there(office: Office, other: Office, message: Message) -> None:
    asked = page_request(50, None, None, str)
    assert await office.messaging.messages.activities(office.environment_id, "none", {}, asked) is None
    assert await other.messaging.messages.activities(other.environment_id, message.id, {}, asked) is None
    await office.delete("ada")
    assert await office.messaging.messages.activities(office.environment_id, message.id, {}, asked) is None
