"""What somebody does with items of their own feed: several marks at once, on all of them or on none."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from addressee.directory.recipient import Recipient
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.messaging.errors import FeedItemMissingError
from addressee.messaging.feeds.feed import FeedItem
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message
from tests.messaging.office import FILES, IN_APP, Office

TWICE = """
steps:
  - {ref: feed, channel: in-app, template: {body: "{{ data.n }}"}}
  - {ref: other, channel: other, template: {body: "{{ data.n }}"}}
"""


@pytest.fixture
async def ada(office: Office) -> Recipient:
    """Two channels hold a message each for Ada, and one each for Bob."""
    await office.push({**FILES, "channels/other.yaml": IN_APP, "workflows/twice.yaml": TWICE})
    ada = await office.identify("ada")
    await office.identify("bob")
    await office.trigger("ada", "bob", workflow="twice", actor=office.user("bob"), data={"n": 1})
    await office.work()
    office.clock.move(timedelta(seconds=1))
    return ada


async def item_ids(office: Office, id: str = "ada") -> list[str]:
    return [item.message.id for item in (await office.feed(id)).items.entries]


async def mark(
    office: Office,
    owner: Recipient,
    ids: Collection[str],
    *marks: Mark,
    channel_id: UUID | None = None,
    receipt: Receipt | None = None,
) -> list[FeedItem]:
    return await office.messaging.feeds.mark_items(
        owner, channel_id or await office.channel_id(), list(ids), marks, receipt=receipt
    )


def events_since_delivery(events: list[tuple[str, object]]) -> list[str]:
    return [name for name, _ in events if name not in {"created", "delivered"}]


async def test_marks_are_set_together(office: Office, ada: Recipient) -> None:
    ids = await item_ids(office)
    (item,) = await mark(office, ada, ids, Mark.CLICKED, Mark.SEEN, Mark.ARCHIVED)
    now = office.clock.now()
    message = item.message
    assert (message.seen_at, message.link_clicked_at, message.archived_at, message.read_at) == (now, now, now, None)
    assert message.updated_at == now
    assert events_since_delivery(await office.events(message)) == ["seen", "archived", "link_clicked"]
    assert message.stage == "interacted"


async def test_an_item_is_as_the_feed_shows_it(office: Office, ada: Recipient) -> None:
    marked = await mark(office, ada, await item_ids(office), Mark.READ)
    assert marked == list((await office.feed("ada")).items.entries)


async def test_a_mark_that_is_there_keeps_its_time_and_nothing_happens(office: Office, ada: Recipient) -> None:
    ids = await item_ids(office)
    (first,) = await mark(office, ada, ids, Mark.SEEN)
    office.clock.move(timedelta(seconds=1))
    assert await mark(office, ada, ids, Mark.SEEN) == [first]
    (second,) = await mark(office, ada, ids, Mark.SEEN, Mark.READ)
    assert second.message.seen_at == first.message.seen_at
    assert second.message.read_at == second.message.updated_at == office.clock.now()
    assert events_since_delivery(await office.events(second.message)) == ["seen", "read"]


async def test_only_the_archive_gives_back(office: Office, ada: Recipient) -> None:
    ids = await item_ids(office)
    assert (await mark(office, ada, ids, Mark.UNARCHIVED))[0].message.updated_at < office.clock.now()
    await mark(office, ada, ids, Mark.ARCHIVED)
    (item,) = await mark(office, ada, ids, Mark.UNARCHIVED)
    assert item.message.archived_at is None
    assert events_since_delivery(await office.events(item.message)) == ["archived", "unarchived"]


async def test_several_in_the_order_asked_for(office: Office, ada: Recipient) -> None:
    await office.trigger("ada", workflow="twice", data={"n": 2})
    await office.work()
    newer, older = await item_ids(office)
    await mark(office, ada, [older], Mark.SEEN)
    office.clock.move(timedelta(seconds=1))
    marked = await mark(office, ada, [older, newer], Mark.SEEN)
    assert [item.message.id for item in marked] == [older, newer]
    seen = [item.message.seen_at for item in marked]
    assert seen == [office.clock.now() - timedelta(seconds=1), office.clock.now()]


@pytest.mark.parametrize("whose", ["somebody else's", "another channel's", "nobody's", "another environment's"])
async def test_one_that_is_not_in_the_feed_fails_all(office: Office, other: Office, ada: Recipient, whose: str) -> None:
    ids = await item_ids(office)
    wrong = {
        "somebody else's": (await item_ids(office, "bob"))[0],
        "another channel's": next(each.id for each in await office.messages("ada") if each.id not in ids),
        "nobody's": "none",
        "another environment's": ids[0],
    }[whose]
    if whose == "another environment's":
        await other.push()
        ada, ids, channel_id = await other.identify("ada"), [], await other.channel_id()
    else:
        channel_id = await office.channel_id()
    with pytest.raises(FeedItemMissingError, match="in this feed") as refused:
        await mark(office, ada, [*ids, wrong], Mark.READ, channel_id=channel_id)
    assert refused.value.id == wrong
    assert {message.read_at for message in await everybodys(office)} == {None}


async def everybodys(office: Office) -> list[Message]:
    return [*await office.messages("ada"), *await office.messages("bob")]


async def test_who_lived_at_an_id_before_is_somebody_else(office: Office, ada: Recipient) -> None:
    ids = await item_ids(office)
    await office.delete("ada")
    again = await office.identify("ada")
    with pytest.raises(FeedItemMissingError):
        await mark(office, again, ids, Mark.READ)


async def test_a_repeated_request_marks_once(office: Office, ada: Recipient) -> None:
    ids = await item_ids(office)

    def stored(items: list[FeedItem]) -> StoredAnswer:
        return StoredAnswer(200, items[0].message.id.encode())

    receipt = Receipt(office.environment_id, str(uuid4()), b"", "first", stored)
    await mark(office, ada, ids, Mark.ARCHIVED, receipt=receipt)
    await mark(office, ada, ids, Mark.UNARCHIVED)
    with pytest.raises(RepeatedError) as repeated:
        await mark(office, ada, ids, Mark.ARCHIVED, receipt=receipt)
    assert repeated.value.earlier.answer == (200, ids[0].encode())
    assert (await office.feed("ada")).items.entries[0].message.archived_at is None
