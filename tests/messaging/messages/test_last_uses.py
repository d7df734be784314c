"""When something was last sent to each address of a recipient, and how that went."""

from datetime import timedelta

import pytest

from addressee.directory.edits.recipients import AddAddress
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.last_uses import UsedAddress, used_address
from addressee.messaging.messages.status import Status
from tests.messaging.office import Office


async def test_an_address_was_last_used_by_the_newest_message_to_it(office: Office) -> None:
    await office.push()
    ada = await office.identify("ada", email="Ada@Example.com")
    assert await office.messaging.messages.last_uses(ada) == {}
    for _ in range(2):
        await office.trigger("ada")
        await office.work()
        office.clock.move(timedelta(minutes=1))
    newest = (await office.messages("ada", statuses=[Status.SENT]))[0]
    found = await office.messaging.messages.last_uses(ada)
    assert found == {used_address("email", "ada@example.com"): (newest.id, newest.inserted_at, Status.SENT)}


async def test_another_address_and_another_person_were_not_used(office: Office, other: Office) -> None:
    await office.push()
    ada = await office.identify("ada", email="ada@example.com")
    bob = await office.identify("bob", email="bob@example.com")
    namesake = await other.identify("ada", email="ada@example.com")
    await office.trigger("ada")
    await office.work()
    await office.directory.write(Write(ada.place, (AddAddress("email", "ada@example.org"),)))
    messages = office.messaging.messages
    assert set(await messages.last_uses(ada)) == {used_address("email", "ada@example.com")}
    assert [await messages.last_uses(each) for each in (bob, namesake)] == [{}, {}]


@pytest.mark.parametrize(
    ("kind", "stored", "sent"),
    [
        ("email", "Ada@Example.com", "ada@example.com"),
        ("sms", "+44 20 7183 8750", "+442071838750"),
        ("ios_push", "token", "token"),
        ("slack", {"user_id": "U1", "access_token": "xoxb"}, "user_id:U1"),
        ("web_push", {"endpoint": "https://push.example.com/1", "keys": {}}, "https://push.example.com/1"),
    ],
)
def test_spellings_of_an_address_are_the_same(kind: str, stored: object, sent: str) -> None:
    assert used_address(kind, stored) == used_address(kind, sent)


def test_an_unknown_kind_is_compared_as_it_is() -> None:
    assert used_address("pigeon", "Coo") == UsedAddress("pigeon", "Coo")
