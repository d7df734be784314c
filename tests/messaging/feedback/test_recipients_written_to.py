"""Whoever answers from a number is one of those who were written to at it, and who still have it."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from addressee.directory.edits.addresses import AddAddress, DisableAddress, RemoveAddress
from addressee.directory.edits.recipients import Edit, SetChannelData
from addressee.directory.recipient import Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.feedback import recipients_written_to as sut
from addressee.messaging.feedback.recipients_written_to import recipients_written_to
from addressee.messaging.messages.model import Address
from tests.messaging.office import Office

TWILIO = """
type: {type}
provider: twilio
settings: {{account_sid: AC1, auth_token: token, from: "+15005550006"}}
"""
NUMBER = "+491701234567"


@pytest.fixture(autouse=True)
async def channels(office: Office) -> None:
    files = {"texts": "sms", "chats": "whatsapp", "others": "sms"}
    await office.push({f"channels/{key}.yaml": TWILIO.format(type=type) for key, type in files.items()})


async def edit(office: Office, id: str, *edits: Edit) -> Recipient:
    written = await office.directory.write(Write(office.user(id), edits))
    assert written.recipient is not None
    return written.recipient


async def with_number(office: Office, id: str, kind: str = "sms") -> Recipient:
    return await edit(office, id, AddAddress(kind, NUMBER))


async def send(office: Office, message_id: str, to: Recipient, channel: str = "texts") -> None:
    """Stores a send, as a step of a workflow does."""
    await office.pool.execute(
        """
        INSERT INTO addressee.sends
          (environment_id, message_id, id, collection, recipient_id, uid, channel_id, run_id, page, kind, address)
        VALUES ($1, $2, $2, $3, $4, $5, $6, $7, 0, $8, $9)
        """,
        office.environment_id,
        message_id,
        to.place.collection,
        to.place.id,
        to.uid,
        await office.channel_id(channel),
        UUID(int=9),
        "whatsapp" if channel == "chats" else "sms",
        NUMBER,
    )


async def found(office: Office, channel: str = "texts", number: str = NUMBER) -> Sequence[str]:
    address = Address("whatsapp" if channel == "chats" else "sms", number)
    people = await recipients_written_to(
        office.pool, office.directory.reader, office.environment_id, await office.channel_id(channel), address
    )
    return [each.place.id for each in people]


async def test_the_last_who_was_written_to_comes_first(office: Office) -> None:
    ada, bob = await with_number(office, "ada"), await with_number(office, "bob")
    for number, recipient in enumerate((ada, bob, ada)):
        await send(office, f"message-{number}", recipient)
    assert await found(office) == ["ada", "bob"]
    await send(office, "message-3", bob)
    assert await found(office) == ["bob", "ada"]


async def test_only_those_of_this_channel_and_number(office: Office) -> None:
    ada = await with_number(office, "ada")
    await edit(office, "ada", AddAddress("whatsapp", NUMBER))
    await send(office, "message-1", ada)
    assert await found(office) == ["ada"]
    assert await found(office, number="+491700000000") == []
    assert await found(office, "others") == []
    assert await found(office, "chats") == []
    await send(office, "message-2", ada, "chats")
    assert await found(office, "chats") == ["ada"]


async def test_who_has_the_number_in_channel_data_has_it(office: Office) -> None:
    chats = str(await office.channel_id("chats"))
    await send(
        office, "message", await edit(office, "ada", SetChannelData(chats, {"phone_numbers": [NUMBER]})), "chats"
    )
    assert await found(office, "chats") == ["ada"]


async def test_only_those_who_still_have_the_number(office: Office) -> None:
    """Also where it is disabled: whoever stopped may start again."""
    for number, id in enumerate(("ada", "bob", "eve", "gone")):
        await send(office, f"message-{number}", await with_number(office, id))
    await edit(office, "bob", RemoveAddress("sms", NUMBER))
    await edit(office, "eve", DisableAddress("sms", NUMBER))
    await office.delete("gone")
    assert await found(office) == ["eve", "ada"]


async def test_who_was_merged_is_the_one_into_whom(office: Office) -> None:
    await office.identify("ada")
    await send(office, "message", await with_number(office, "guest"))
    await office.merge("ada", "guest")
    assert await found(office) == ["ada"]


async def test_there_are_as_many_as_there_may_be(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sut, "MAX_RECIPIENTS", 2)
    monkeypatch.setattr(sut, "MAX_SENDS", 3)
    for number, id in enumerate(("one", "two", "three", "three", "three")):
        await send(office, f"message-{number}", await with_number(office, id))
    assert await found(office) == ["three"]
    await send(office, "message-5", await with_number(office, "four"))
    await send(office, "message-6", await with_number(office, "five"))
    assert await found(office) == ["five", "four"]
