"""The suppression list of an environment: adding, asking, listing and lifting."""

from datetime import timedelta
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest, read_cursor
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import Position, Reason, Suppression, suppression_of
from addressee.messaging.suppressions.suppressions import SuppressionFilter, lift_suppressions
from tests.messaging.office import Office

ADA, BOB = Address("email", "ada@example.org"), Address("email", "bob@example.org")
NUMBER = Address("sms", "+491701234567")
CHANNEL = UUID(int=3)
ALL = SuppressionFilter()


async def add(office: Office, reason: Reason, *addresses: Address, details: str | None = None) -> None:
    now = office.clock.now()
    entries = [suppression_of(address, reason, now, details=details) for address in addresses]
    await office.messaging.suppressions.add(office.environment_id, entries)


async def found(office: Office, *addresses: Address) -> dict[Address, Reason]:
    entries = await office.messaging.suppressions.find(office.environment_id, addresses)
    return {address: entry.reason for address, entry in entries.items()}


async def test_an_entry_is_found_as_it_was_added(office: Office) -> None:
    now = office.clock.now()
    entry = Suppression("email", "ada@example.org", Reason.BOUNCED, now, "550 no such user", CHANNEL, "message")
    await office.messaging.suppressions.add(office.environment_id, [entry])
    assert await office.messaging.suppressions.find(office.environment_id, [ADA, BOB]) == {ADA: entry}


async def test_each_spelling_that_is_asked_for_is_answered(office: Office) -> None:
    await add(office, Reason.BOUNCED, Address("email", "Ada@Example.org"))
    shouted = Address("email", "ADA@example.org")
    assert await found(office, ADA, shouted) == {ADA: Reason.BOUNCED, shouted: Reason.BOUNCED}


async def test_tokens_are_not_asked_for(office: Office) -> None:
    await add(office, Reason.BOUNCED, ADA)
    assert await found(office, Address("android_push", "ada@example.org"), Address("in_app", "x")) == {}


async def test_nothing_crosses_environments(office: Office) -> None:
    await add(office, Reason.BOUNCED, ADA)
    assert await office.messaging.suppressions.find(-office.environment_id, [ADA]) == {}


async def test_the_first_reason_stays_until_a_stronger_one_comes(office: Office) -> None:
    await add(office, Reason.OPTED_OUT, ADA, details="first")
    (first,) = (await office.messaging.suppressions.find(office.environment_id, [ADA])).values()
    office.clock.move(timedelta(days=1))
    for weaker in (Reason.OPTED_OUT, Reason.BOUNCED):
        await add(office, weaker, ADA, BOB)
        assert await office.messaging.suppressions.find(office.environment_id, [ADA]) == {ADA: first}
    assert await found(office, BOB) == {BOB: Reason.OPTED_OUT}
    await add(office, Reason.COMPLAINED, ADA, details="second")
    (second,) = (await office.messaging.suppressions.find(office.environment_id, [ADA])).values()
    assert (second.reason, second.details, second.created_at) == (Reason.COMPLAINED, "second", office.clock.now())


async def test_a_stronger_reason_without_a_message_keeps_the_one_that_was_named(office: Office) -> None:
    entry = suppression_of(ADA, Reason.BOUNCED, office.clock.now(), channel_id=CHANNEL, message_id="message")
    await office.messaging.suppressions.add(office.environment_id, [entry])
    await add(office, Reason.MANUAL, ADA)
    (after,) = (await office.messaging.suppressions.find(office.environment_id, [ADA])).values()
    assert (after.reason, after.channel_id, after.message_id) == (Reason.MANUAL, CHANNEL, "message")


async def test_what_is_lifted_is_limited_by_reasons(office: Office) -> None:
    await add(office, Reason.OPTED_OUT, NUMBER)
    await add(office, Reason.MANUAL, ADA)
    async with office.pool.acquire() as connection, connection.transaction():
        lifted = await lift_suppressions(connection, office.environment_id, [ADA, NUMBER], [Reason.OPTED_OUT])
    assert [entry.address for entry in lifted] == ["+491701234567"]
    assert await found(office, ADA, NUMBER) == {ADA: Reason.MANUAL}


async def pages(office: Office, filter: SuppressionFilter, size: int) -> list[list[str]]:
    """Returns the addresses of all pages, read forwards; and reads them backwards to compare."""
    forwards: list[list[str]] = []
    page: PageRequest[Position] = PageRequest(size)
    while True:
        part = await office.messaging.suppressions.list(office.environment_id, filter, page)
        forwards.append([entry.address for entry in part.entries])
        if part.after is None:
            break
        page = PageRequest(size, after=read_cursor(part.after, Position))
    backwards = [forwards[-1]]
    while part.before is not None:
        page = PageRequest(size, before=read_cursor(part.before, Position))
        part = await office.messaging.suppressions.list(office.environment_id, filter, page)
        backwards.insert(0, [entry.address for entry in part.entries])
    assert backwards == forwards
    return forwards


async def test_the_list_is_in_the_order_of_kinds_and_addresses(office: Office) -> None:
    mails = [Address("email", f"{name}@example.org") for name in "edcba"]
    await add(office, Reason.BOUNCED, *mails)
    await add(office, Reason.MANUAL, NUMBER, Address("whatsapp", NUMBER.value))
    ordered = [f"{name}@example.org" for name in "abcde"] + [NUMBER.value] * 2
    assert await pages(office, ALL, 3) == [ordered[:3], ordered[3:6], ordered[6:]]
    assert await pages(office, ALL, 10) == [ordered]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (SuppressionFilter(kind="sms"), [NUMBER.value]),
        (SuppressionFilter(kind="email"), ["ada@example.org", "bob@example.org"]),
        (SuppressionFilter(reason=Reason.MANUAL), ["bob@example.org", NUMBER.value, NUMBER.value]),
        (SuppressionFilter(kind="email", reason=Reason.MANUAL), ["bob@example.org"]),
        (SuppressionFilter(address="+49 170 1234567"), [NUMBER.value, NUMBER.value]),
        (SuppressionFilter(kind="whatsapp", address="+491701234567"), [NUMBER.value]),
        (SuppressionFilter(address="ADA@example.org"), ["ada@example.org"]),
        (SuppressionFilter(reason=Reason.MANUAL, address="ada@example.org"), []),
        (SuppressionFilter(reason=Reason.OPTED_OUT), []),
    ],
)
async def test_a_list_can_be_filtered(office: Office, filter: SuppressionFilter, expected: list[str]) -> None:
    await add(office, Reason.BOUNCED, ADA)
    await add(office, Reason.MANUAL, BOB, NUMBER, Address("whatsapp", NUMBER.value))
    assert await pages(office, filter, 1) == ([[each] for each in expected] or [[]])
