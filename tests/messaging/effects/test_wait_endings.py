"""A wait ends once, whatever comes first, happens at once, or is cut off."""

import asyncio
from datetime import datetime, timedelta
from itertools import count

import msgspec
import pytest

from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.events import Event
from tests.messaging.effects.test_waits import FEED, MINUTE, event, settings, waiting, workflow
from tests.messaging.kills import carried_out
from tests.messaging.office import Office

MOMENT = timedelta(milliseconds=1)
CONTINUES = workflow(settings(event="x", on_timeout="continue"))


async def happens(office: Office) -> None:
    """Has the event come about, whose signal is then queued."""
    what = Event("x", office.user("ada"), {"text": "x"})
    await office.messaging.triggers.accept_all(office.environment_id, [Record(what)])


async def endings(office: Office) -> list[str]:
    journal = await office.journal("ada")
    return [entry["event"] for entry in journal if entry["event"] in {"event_matched", "wait_expired"}]


async def waits(office: Office) -> int:
    found: int = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.waits WHERE environment_id = $1", office.environment_id
    )
    return found


async def expiry(office: Office) -> datetime:
    found: datetime = await office.pool.fetchval(
        "SELECT expires_at FROM addressee.waits WHERE environment_id = $1", office.environment_id
    )
    return found


async def test_an_event_before_the_end_of_the_wait(office: Office) -> None:
    await waiting(office, CONTINUES, "ada")
    office.clock.move(15 * MINUTE - 2 * MOMENT)
    await happens(office)
    await office.work()
    office.clock.move(MINUTE)
    await start_due(office.pool, office.clock.now())
    await office.work()
    assert (await endings(office), await office.bodies()) == (["event_matched"], ["<p>true: x.</p>"])


async def test_an_event_whose_signal_comes_after_the_end_of_the_wait(office: Office) -> None:
    await waiting(office, CONTINUES, "ada")
    office.clock.move(15 * MINUTE - 2 * MOMENT)
    await happens(office)
    office.clock.move(2 * MOMENT)
    await start_due(office.pool, office.clock.now())
    await office.work()
    assert (await endings(office), await office.bodies()) == (["wait_expired"], ["<p>false: .</p>"])


async def test_an_event_at_the_very_end_is_too_late(office: Office) -> None:
    await waiting(office, CONTINUES, "ada")
    office.clock.move(await expiry(office) - office.clock.now())
    await happens(office)
    await office.work()
    assert await endings(office) == []
    await start_due(office.pool, office.clock.now())
    await office.work()
    assert await endings(office) == ["wait_expired"]


async def test_many_waits_that_several_workers_end_while_they_expire(office: Office) -> None:
    ids = [f"user-{n}" for n in range(20)]
    await waiting(office, CONTINUES, *ids)
    office.clock.move(15 * MINUTE - 3 * MOMENT)
    events = [Event("x", office.user(id), {"text": "x"}) for id in ids]
    for half in (events[:10], events[10:]):
        await office.messaging.triggers.accept_all(office.environment_id, [Record(each) for each in half])
    office.clock.move(3 * MOMENT)
    jobs = [job for job in await office.jobs() if job.name == "end_waits"]
    await asyncio.gather(*map(office.run, jobs * 3), start_due(office.pool, office.clock.now()))
    await office.work()
    said = [await office.bodies(id) for id in ids]
    assert all(each in (["<p>true: x.</p>"], ["<p>false: .</p>"]) for each in said)
    endings = [
        entry["event"]
        for run in await office.recipient_runs()
        for entry in msgspec.json.decode(run["journal"])
        if entry["event"] in {"event_matched", "wait_expired"}
    ]
    assert len(endings) == 20
    assert endings.count("event_matched") == said.count(["<p>true: x.</p>"])


@pytest.mark.slow
async def test_a_match_survives_a_kill_at_every_statement(office: Office) -> None:
    await office.push(CONTINUES)
    for statement in count(1):
        id = f"user-{statement}"
        await office.identify(id)
        await office.trigger(id, workflow="waiting")
        await office.work()
        office.clock.move(MINUTE)
        what = Event("x", office.user(id), {"text": "x"})
        await office.messaging.triggers.accept_all(office.environment_id, [Record(what)])
        [job] = [job for job in await office.jobs() if job.name == "end_waits"]
        enough = await carried_out(lambda: office.run(job), statement)  # noqa: B023 - called before the next one
        await office.work()
        assert await office.bodies(id) == ["<p>true: x.</p>"], statement
        assert await waits(office) == 0
        if not enough:
            break
    assert statement > 4


async def test_an_event_ends_every_wait_that_it_matches(office: Office) -> None:
    await waiting(office, CONTINUES, "ada")
    for _ in range(2):
        await office.trigger("ada", workflow="waiting")
    await office.work()
    await event(office, "x", text="x")
    assert await office.bodies() == ["<p>true: x.</p>"] * 3


async def test_the_first_of_several_events_ends_a_wait(office: Office) -> None:
    await waiting(office, workflow(settings(events="[x, y]")), "ada")
    events = [Event(name, office.user("ada"), {"text": name}) for name in ("y", "x")]
    office.clock.move(MINUTE)
    await office.messaging.triggers.accept_all(office.environment_id, [Record(each) for each in events])
    await office.work()
    assert await office.bodies() == ["<p>true: y.</p>"]


async def test_an_event_that_comes_between_two_waits_ends_neither(office: Office) -> None:
    """The second wait is for what happens after it began."""
    second = "- ref: second\n  type: wait_for_event\n" + settings(event="x", on_timeout="continue", expires_after="1h")
    said = "- ref: said\n  channel: in-app\n  template: {body: '{{ refs.wait.matched }} {{ refs.second.matched }}'}\n"
    await waiting(office, workflow(settings(event="x", on_timeout="continue"), after=second + said), "ada")
    office.clock.move(16 * MINUTE)
    await start_due(office.pool, office.clock.now())
    await happens(office)
    await office.work()
    await event(office, "x")
    assert await office.bodies() == ["<p>false true</p>"]


@pytest.mark.parametrize("seen", [True, False])
async def test_conditions_on_earlier_messages_are_decided_when_a_wait_begins(office: Office, seen: bool) -> None:
    paused = FEED + "- ref: pause\n  delay: {minutes: 1}\n"
    asked = '"refs.feed.engagement_status contains \\"seen\\""'
    await waiting(office, workflow(settings(event="x", match_conditions=asked), before=paused), "ada")
    if seen:
        [message] = await office.messages("ada")
        await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    await office.pass_time(MINUTE)
    await event(office, "x", text="x")
    assert (await office.bodies())[1:] == (["<p>true: x.</p>"] if seen else [])


async def test_a_merge_that_is_undone_gives_each_their_own_waits_back(office: Office) -> None:
    await waiting(office, CONTINUES, "ada", "bob")
    merge = await office.merge("ada", "bob")
    await office.work()
    await office.undo(merge)
    await office.work()
    await event(office, "x", "ada", text="of Ada")
    assert (await office.bodies(), await office.bodies("bob")) == (["<p>true: of Ada.</p>"], [])
    await event(office, "x", "bob", text="of Bob")
    assert await office.bodies("bob") == ["<p>true: of Bob.</p>"]


async def test_nothing_remains_of_a_wait_that_is_over(office: Office) -> None:
    await waiting(office, CONTINUES, "ada", "bob", "eve", cancellation_key="k")
    assert await waits(office) == 3
    await event(office, "x", "ada")
    assert await waits(office) == 2
    await office.messaging.runs.cancel(office.environment_id, "waiting", "k", [office.user("bob")])
    assert await waits(office) == 1
    await office.delete("eve")
    await office.work()
    assert await waits(office) == 0
