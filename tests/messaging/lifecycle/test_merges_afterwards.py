"""A merge a month later, and after the deletion of the primary."""

from datetime import timedelta

import pytest

from addressee.directory.recipient import Recipient
from addressee.messaging.lifecycle.maintenance import delete_expired
from tests.messaging.lifecycle.test_merge_mover import WAITING, journal, living_runs, two
from tests.messaging.office import FILES, Office


async def a_month_later(office: Office) -> None:
    """Merges cannot be undone any more, and what they left is erased."""
    office.clock.move(timedelta(days=31))
    await delete_expired(office.pool, office.clock.now())
    await office.work()


async def test_after_thirty_days_the_rest_of_the_secondary_is_erased(office: Office) -> None:
    await two(office)
    await office.trigger("guest")
    await office.work()
    office.clock.move(timedelta(days=31))
    merge = await office.merge("ada", "guest")
    await office.work()
    assert (await office.counts())["messages"] == 2
    office.clock.move(timedelta(days=30))
    await delete_expired(office.pool, office.clock.now())
    await office.work()
    assert (await office.counts())["messages"] == 0
    assert await journal(office, merge) is None


async def test_what_followed_stays_whole_when_the_rest_is_erased(office: Office) -> None:
    await two(office)
    await office.trigger("guest", data={"n": 1})
    await office.work()
    await office.merge("ada", "guest")
    await a_month_later(office)
    assert [message.data for message in await office.messages("ada")] == [{"n": 1}, {"n": 1}]
    assert await living_runs(office, "ada") == [office.user("ada")]


async def test_a_run_that_waits_for_longer_than_a_merge_can_be_undone_goes_on(office: Office) -> None:
    await office.push({**FILES, "workflows/welcome.yaml": WAITING.replace("hours: 1", "days: 40")})
    await office.identify("ada")
    await office.identify("guest")
    await office.identify("first")
    await office.trigger("guest", "first")
    await office.work()
    await office.merge("guest", "first")
    await office.merge("ada", "guest")
    await a_month_later(office)
    await office.pass_time(timedelta(days=9))
    assert len(await office.messages("ada")) == 2


async def test_others_messages_show_the_primary_for_as_long_as_it_lives(office: Office) -> None:
    await two(office)
    await office.identify("first")
    await office.identify("bob")
    await office.trigger("bob", actor=office.user("first"))
    await office.work()
    await office.merge("guest", "first")
    await office.merge("ada", "guest")
    await a_month_later(office)
    (item,) = (await office.feed("bob")).items.entries
    assert [actor.place.id for actor in item.actors if isinstance(actor, Recipient)] == ["ada"]


@pytest.mark.parametrize("deleted", ["ada", "outer"])
async def test_deleting_the_primary_erases_everyone_merged_into_it(office: Office, deleted: str) -> None:
    await two(office)
    await office.trigger("guest")
    await office.work()
    office.clock.move(timedelta(days=31))
    await office.trigger("guest")
    await office.work()
    await office.merge("ada", "guest")
    if deleted == "outer":
        await office.identify("outer")
        await office.merge("outer", "ada")
    await office.delete(deleted)
    await office.work()
    assert await office.counts() == {
        "workflow_runs": 0,
        "recipient_runs": 0,
        "messages": 0,
        "events_of_messages": 0,
        "sends": 0,
    }
    assert (
        await office.pool.fetchval(
            "SELECT count(*) FROM addressee.merges WHERE environment_id = $1", office.environment_id
        )
        == 0
    )
