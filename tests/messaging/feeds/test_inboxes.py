"""Inboxes: the items of one tenant, in pages, with a bell, and what their owner does with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from addressee.messaging.feeds.counting import store_counts
from addressee.messaging.feeds.inboxes import Inbox, InboxItem, InboxPage
from addressee.messaging.feeds.stores import Store, StoreCounts
from addressee.messaging.messages.listing import LATEST
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.realtime.changes import ALL_READ, BELL_RESET, FeedChange
from tests.messaging.office import FILES, IN_APP, Office

PLAIN = "steps: [{ref: feed, channel: in-app, template: {body: '{{ data.n }}'}}]"
PUSHED = {
    **FILES,
    "channels/other.yaml": IN_APP,
    "workflows/plain.yaml": PLAIN,
    "workflows/sale.yaml": f"categories: [promotional, shopping]\ntags: [shop, weekly]\n{PLAIN}",
    "workflows/order.yaml": f"categories: [transactional]\ntags: [shop]\n{PLAIN}",
    "workflows/elsewhere.yaml": PLAIN.replace("in-app", "other"),
}


@pytest.fixture
async def filled(office: Office) -> Office:
    await office.push(PUSHED)
    await office.identify("ada")
    await office.identify("bob")
    return office


async def inbox_of(office: Office, id: str = "ada", tenant: str = "default") -> Inbox:
    return Inbox(office.user(id), await office.channel_id(), tenant)


async def tell(
    office: Office, workflow: str = "plain", *, to: str = "ada", n: int = 0, tenant: str | None = None
) -> None:
    await office.trigger(to, workflow=workflow, data={"n": n}, tenant=tenant)
    await office.work()


async def read(
    office: Office, store: Store | None = None, *, size: int = 50, before: datetime = LATEST, tenant: str = "default"
) -> InboxPage:
    inbox = await inbox_of(office, tenant=tenant)
    return await office.messaging.inboxes.read(inbox, store or Store(), size, before)


async def fresh(office: Office, tenant: str = "default", id: str = "ada") -> int:
    return (await office.messaging.inboxes.counts(await inbox_of(office, id, tenant), [])).fresh


async def reset_bell(office: Office, tenant: str = "default", id: str = "ada") -> None:
    await office.messaging.inboxes.reset_bell(await inbox_of(office, id, tenant))


def numbers(items: Sequence[InboxItem]) -> list[str]:
    return [item.blocks[0].rendered.removeprefix("<p>").removesuffix("</p>") for item in items]


async def told(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[FeedChange]:
    """What is announced from now on."""
    announced: list[FeedChange] = []
    monkeypatch.setattr(office.messaging.announcer, "announce", announced.extend)
    return announced


async def test_items_of_no_tenant_are_the_default_ones(filled: Office) -> None:
    for n, tenant in enumerate((None, "default", "acme")):
        await tell(filled, n=n, tenant=tenant)
    await tell(filled, "elsewhere")
    await tell(filled, to="bob")
    assert numbers((await read(filled)).items) == ["1", "0"]
    assert numbers((await read(filled, tenant="acme")).items) == ["2"]
    assert (await read(filled, tenant="globex")) == InboxPage((), 0, has_more=False)
    assert await fresh(filled) == 2
    assert await fresh(filled, "acme") == 1


async def test_an_inbox_that_nobody_has_is_empty(filled: Office) -> None:
    inboxes, inbox = filled.messaging.inboxes, await inbox_of(filled, "nobody")
    assert await inboxes.read(inbox, Store(), 20, LATEST) == InboxPage((), 0, has_more=False)
    assert await inboxes.counts(inbox, [Store()]) == (0, [StoreCounts(0, 0)])
    assert await inboxes.get(inbox, ["a"]) == []
    assert await inboxes.mark(inbox, ["a"], [Mark.SEEN]) == []
    await inboxes.reset_bell(inbox)
    await inboxes.mark_all_read(inbox)


async def test_pages_follow_each_other(filled: Office) -> None:
    for n in range(5):
        await tell(filled, n=n)
    seen: list[str] = []
    before, page = LATEST, None
    while page is None or page.has_more:
        page = await read(filled, size=2, before=before)
        assert page.total == 5
        seen += numbers(page.items)
        before = page.items[-1].message.inserted_at
    assert seen == ["4", "3", "2", "1", "0"]


async def test_a_page_has_all_items_of_its_last_millisecond(filled: Office) -> None:
    """As there are after a merge."""
    for n in range(5):
        await tell(filled, n=n)
    items = (await read(filled)).items
    same = [item.message.id for item in items[1:4]]
    moment = items[2].message.inserted_at
    await filled.pool.execute("UPDATE addressee.messages SET inserted_at = $1 WHERE id = ANY($2)", moment, same)
    first = await read(filled, size=2)
    assert [item.message.id for item in first.items] == [items[0].message.id, *sorted(same, reverse=True)]
    assert first.has_more
    last = await read(filled, size=2, before=moment)
    assert (numbers(last.items), last.has_more) == (["0"], False)


async def test_stores_have_what_they_ask_for(filled: Office) -> None:
    for n, workflow in enumerate(("plain", "sale", "order")):
        await tell(filled, workflow, n=n)
    shop = await read(filled, Store(tags=["shop"]))
    assert (numbers(shop.items), shop.total) == (["2", "1"], 2)
    assert [item.tags for item in shop.items] == [["shop"], ["shop", "weekly"]]
    assert [item.tags for item in (await read(filled)).items][-1] == ()
    for categories, expected in ((["promotional"], ["1"]), (["shopping"], []), (["transactional"], ["2"])):
        page = await read(filled, Store(categories=categories))
        assert (numbers(page.items), page.total) == (expected, len(expected))


@pytest.mark.parametrize("is_stored", [False, True])
async def test_counts_follow_marks(filled: Office, *, is_stored: bool) -> None:
    for n, workflow in enumerate(("plain", "sale", "order", "order")):
        await tell(filled, workflow, n=n)
    if is_stored:
        await count_on(filled)
    inboxes, inbox = filled.messaging.inboxes, await inbox_of(filled)
    newest, second, *_ = (item.message.id for item in (await read(filled)).items)
    assert await inboxes.mark(inbox, [newest, "unknown"], [Mark.SEEN, Mark.READ]) == [newest]
    await inboxes.mark(inbox, [second], [Mark.ARCHIVED])
    stores = [Store(), Store(tags=["shop"]), Store(is_read=True), Store(is_archived=True)]
    counts = await inboxes.counts(inbox, stores)
    assert counts.stores == [StoreCounts(3, 2), StoreCounts(2, 1), StoreCounts(1, 0), StoreCounts(1, 1)]
    assert counts.fresh == 4
    for store, expected in zip(stores, counts.stores, strict=True):
        page = await read(filled, store)
        assert page.total == len(page.items) == expected.total


async def count_on(office: Office) -> None:
    ada = await office.directory.reader.read(office.user("ada"))
    assert ada is not None
    async with office.pool.acquire() as connection:
        await store_counts(connection, ada.identity)


async def test_many_items_are_counted_once(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addressee.messaging.feeds.inboxes.MOST_UNCOUNTED", 3)
    await tell(filled)
    await tell(filled, "elsewhere")
    await tell(filled, tenant="acme")
    assert (await read(filled)).total == 1
    forget = "DELETE FROM addressee.messages WHERE environment_id = $1"
    await filled.pool.execute(forget, filled.environment_id)
    assert (await read(filled)).total == 1
    assert (await read(filled, tenant="acme")).total == 1
    assert await fresh(filled) == 1


@pytest.mark.parametrize("counted_at", range(5))
async def test_the_bell_counts_what_came_since_it_was_reset(filled: Office, counted_at: int) -> None:
    """Whenever the counts of the feed were stored."""
    for number, expected in enumerate((1, 0, 1, 2, 2)):
        if number == counted_at:
            await count_on(filled)
        if number == 1:
            await reset_bell(filled)
        elif number < 4:
            await tell(filled)
        assert await fresh(filled) == expected


async def test_each_tenant_and_each_person_has_a_bell(filled: Office) -> None:
    for to, tenant in (("ada", None), ("ada", "acme"), ("bob", None)):
        await tell(filled, to=to, tenant=tenant)
    await reset_bell(filled)
    assert [await fresh(filled), await fresh(filled, "acme"), await fresh(filled, id="bob")] == [0, 1, 1]


async def test_a_bell_marks_nothing(filled: Office) -> None:
    await tell(filled)
    await reset_bell(filled)
    (item,) = (await read(filled)).items
    assert (item.message.seen_at, item.message.read_at) == (None, None)


async def test_what_is_read_or_archived_has_come_nevertheless(filled: Office) -> None:
    await tell(filled)
    await tell(filled)
    inbox = await inbox_of(filled)
    first, second = (item.message.id for item in (await read(filled)).items)
    await filled.messaging.inboxes.mark(inbox, [first], [Mark.SEEN, Mark.READ])
    await filled.messaging.inboxes.mark(inbox, [second], [Mark.ARCHIVED])
    assert await fresh(filled) == 2


async def test_a_bell_goes_with_its_owner(filled: Office) -> None:
    await tell(filled)
    await reset_bell(filled)
    bells = "SELECT count(*) FROM addressee.feed_bells WHERE environment_id = $1"
    assert await filled.pool.fetchval(bells, filled.environment_id) == 1
    await filled.delete("ada")
    await filled.work()
    assert await filled.pool.fetchval(bells, filled.environment_id) == 0
    await filled.identify("ada")
    await tell(filled)
    assert await fresh(filled) == 1


async def test_after_a_merge_the_bell_is_that_of_the_one_who_stays(filled: Office) -> None:
    """What came to the other since then is new, and the other has an own bell again once the merge is undone."""
    await tell(filled)
    await reset_bell(filled)
    await tell(filled, to="bob")
    await reset_bell(filled, id="bob")
    await tell(filled, to="bob")
    merge = await filled.merge("ada", "bob")
    assert await fresh(filled) == 2
    await filled.work()
    assert await fresh(filled) == 2
    await reset_bell(filled)
    assert await fresh(filled) == 0
    await filled.undo(merge)
    await filled.work()
    assert [await fresh(filled), await fresh(filled, id="bob")] == [0, 1]


async def test_all_is_read_at_once_in_one_tenant(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for tenant in (None, "default", "acme"):
        await tell(filled, tenant=tenant)
    filled.clock.move(timedelta(seconds=1))
    announced = await told(filled, monkeypatch)
    inbox = await inbox_of(filled)
    await filled.messaging.inboxes.mark_all_read(inbox)
    now = filled.clock.now()
    assert [(item.message.seen_at, item.message.read_at) for item in (await read(filled)).items] == [(now, now)] * 2
    (other,) = (await read(filled, tenant="acme")).items
    assert (other.message.seen_at, other.message.read_at) == (None, None)
    assert [await fresh(filled), await fresh(filled, "acme")] == [0, 1]
    assert announced[-1] == FeedChange(inbox.topic, ALL_READ, ("default",))
    assert sorted(change.kind for change in announced[:-1]) == ["read", "read", "seen", "seen"]


async def test_a_bell_is_announced_when_it_changes(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    announced, inbox = await told(filled, monkeypatch), await inbox_of(filled)
    await reset_bell(filled)
    assert announced == []
    await tell(filled)
    announced.clear()
    await reset_bell(filled)
    await reset_bell(filled)
    assert announced == [FeedChange(inbox.topic, BELL_RESET, ("default",))]


async def test_items_of_others_are_not_to_be_had(filled: Office) -> None:
    await tell(filled, tenant="acme")
    await tell(filled, to="bob")
    theirs = [message.id for id in ("ada", "bob") for message in await filled.messages(id)]
    inboxes, inbox = filled.messaging.inboxes, await inbox_of(filled)
    assert await inboxes.get(inbox, theirs) == []
    assert await inboxes.mark(inbox, theirs, [Mark.SEEN]) == []
    assert [message.seen_at for id in ("ada", "bob") for message in await filled.messages(id)] == [None, None]


async def test_items_are_found_by_their_ids(filled: Office) -> None:
    await tell(filled, "sale", n=1)
    await tell(filled, n=2)
    inboxes, inbox = filled.messaging.inboxes, await inbox_of(filled)
    ids = [item.message.id for item in (await read(filled)).items]
    await inboxes.mark(inbox, ids[:1], [Mark.ARCHIVED])
    found = await inboxes.get(inbox, [*ids, "unknown"])
    assert [item.message.id for item in found] == sorted(ids)
    assert sorted(numbers(found)) == ["1", "2"]


async def test_the_inbox_of_an_environment_is_its_oldest_feed_unless_one_is_called_so(filled: Office) -> None:
    channels = filled.messaging.channels
    older = "UPDATE addressee.channels SET created_at = $2 WHERE environment_id = $1 AND key = 'other'"
    await filled.pool.execute(older, filled.environment_id, filled.clock.now() - timedelta(days=1))
    found = await channels.inbox(filled.environment_id)
    assert found is not None
    assert found.key == "other"
    await filled.push({**PUSHED, "channels/inbox.yaml": IN_APP})
    found = await channels.inbox(filled.environment_id)
    assert found is not None
    assert found.key == "inbox"


async def test_an_environment_may_have_no_inbox(office: Office) -> None:
    await office.push({"channels/email.yaml": FILES["channels/email.yaml"]})
    assert await office.messaging.channels.inbox(office.environment_id) is None
