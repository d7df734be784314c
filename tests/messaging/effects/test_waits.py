"""Waits: a run goes on when an event of its recipient happens, or when its wait expires."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from addressee.directory.edits.lists import LISTS, Define
from addressee.directory.edits.recipients import Identify, SetPreferences
from addressee.directory.recipient import Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.schedules.scheduler import start_due
from addressee.messaging.triggers.batches import Record
from addressee.messaging.triggers.events import Event
from addressee.preferences.audiences import AUDIENCES
from tests.messaging.office import FILES, Office

MINUTE = timedelta(minutes=1)

CALL = """
- ref: call
  channel: in-app
  template:
    body: "{{ refs.wait.matched }}: {{ refs.wait.signal_variables.text }}."
"""


def workflow(wait: str, *, before: str = "", after: str = CALL) -> dict[str, str]:
    steps = f"{before}\n- ref: wait\n  type: wait_for_event\n{wait}\n{after}"
    return {**FILES, "workflows/waiting.yaml": "steps:\n" + steps}


def settings(**written: Any) -> str:
    lines = "".join(f"    {name}: {value}\n" for name, value in written.items())
    return "  settings:\n" + lines


async def event(office: Office, name: str, id: str = "ada", tenant: str | None = None, **data: Any) -> None:
    office.clock.move(timedelta(milliseconds=1))
    what = Event(name, office.user(id), data, tenant)
    await office.messaging.triggers.accept_all(office.environment_id, [Record(what)])
    await office.work()


async def waiting(office: Office, files: dict[str, str], *ids: str, **rest: Any) -> None:
    """Pushes a workflow and triggers it for users, whose runs then wait."""
    await office.push(files)
    for id in ids:
        await office.identify(id)
    await office.trigger(*ids, workflow="waiting", **rest)
    await office.work()


async def test_an_event_of_the_recipient_has_the_run_go_on(office: Office) -> None:
    await waiting(office, workflow(settings(event="comment.replied")), "ada", "bob")
    await event(office, "comment.liked", text="no")
    assert await office.bodies() == []
    await event(office, "comment.replied", text="yes")
    assert await office.bodies() == ["<p>true: yes.</p>"]
    assert await office.bodies("bob") == []
    remaining = "SELECT count(*) FROM addressee.waits WHERE environment_id = $1"
    assert await office.pool.fetchval(remaining, office.environment_id) == 1


async def test_what_happened_before_the_wait_does_not_count(office: Office) -> None:
    await office.identify("ada")
    await event(office, "comment.replied", text="early")
    await waiting(office, workflow(settings(event="comment.replied")), "ada")
    assert await office.bodies() == []


@pytest.mark.parametrize(("on_timeout", "said"), [("halt", []), ("continue", ["<p>false: .</p>"])])
async def test_a_wait_expires(office: Office, on_timeout: str, said: list[str]) -> None:
    await waiting(office, workflow(settings(event="x", expires_after="30m", on_timeout=on_timeout)), "ada")
    await office.pass_time(29 * MINUTE)
    assert [run["status"] for run in await office.recipient_runs()] == ["paused"]
    await office.pass_time(MINUTE)
    assert await office.bodies() == said
    assert [run["status"] for run in await office.recipient_runs()] == ["completed"]
    await event(office, "x", text="late")
    assert await office.bodies() == said


async def test_a_match_may_end_the_run(office: Office) -> None:
    await waiting(office, workflow(settings(event="x", on_match="halt", on_timeout="continue")), "ada", "bob")
    await event(office, "x")
    await office.pass_time(15 * MINUTE)
    assert (await office.bodies(), await office.bodies("bob")) == ([], ["<p>false: .</p>"])


async def test_branches(office: Office) -> None:
    said = "      - ref: {0}\n        channel: in-app\n        template: {{body: {0}}}\n"
    branches = f"  branches:\n    matched:\n{said.format('came')}    timeout:\n{said.format('late')}"
    after = "- ref: end\n  channel: in-app\n  template: {body: end}\n"
    await waiting(office, workflow(settings(event="x") + branches, after=after), "ada", "bob")
    await event(office, "x")
    await office.pass_time(15 * MINUTE)
    assert await office.bodies() == ["<p>came</p>", "<p>end</p>"]
    assert await office.bodies("bob") == ["<p>late</p>", "<p>end</p>"]


async def test_conditions_compare_the_event_with_the_run(office: Office) -> None:
    matching = '"event.order == data.order"'
    await waiting(office, workflow(settings(event="paid", match_conditions=matching)), "ada", data={"order": 7})
    await event(office, "paid", order=8, text="another")
    await event(office, "paid", order=7, text="this")
    assert await office.bodies() == ["<p>true: this.</p>"]


async def test_events_of_another_tenant_do_not_count(office: Office) -> None:
    await waiting(office, workflow(settings(event="x")), "ada", tenant="acme")
    await event(office, "x", tenant="globex", text="theirs")
    await event(office, "x", tenant="acme", text="ours")
    assert await office.bodies() == ["<p>true: ours.</p>"]


SEEN = "{event_type: message, event_key: seen, step_ref: feed}"
FEED = "- ref: feed\n  channel: in-app\n  template: {body: look}\n"


async def test_a_message_of_the_run_is_seen(office: Office) -> None:
    await waiting(office, workflow(settings(event=SEEN), before=FEED), "ada")
    await office.trigger("ada", workflow="waiting")
    await office.work()
    newest, _ = await office.messages("ada")
    office.clock.move(MINUTE)
    await office.messaging.marks.mark(office.environment_id, [newest.id], Mark.SEEN)
    await office.work()
    assert [run["status"] for run in await office.recipient_runs()].count("completed") == 1
    assert await office.bodies() == ["<p>look</p>", "<p>look</p>", "<p>true: .</p>"]


async def test_an_event_and_the_end_of_the_wait_at_once(office: Office) -> None:
    """Whichever is first decides, and the other changes nothing."""
    await waiting(office, workflow(settings(event="x", on_timeout="continue")), "ada")
    office.clock.move(15 * MINUTE - timedelta(milliseconds=2))
    what = Event("x", office.user("ada"), {"text": "x"})
    await office.messaging.triggers.accept_all(office.environment_id, [Record(what)])
    office.clock.move(timedelta(milliseconds=2))
    jobs = await office.jobs()
    await asyncio.gather(start_due(office.pool, office.clock.now()), *map(office.run, jobs))
    await office.work()
    [said] = await office.bodies()
    assert said in {"<p>true: x.</p>", "<p>false: .</p>"}
    journal = await office.journal("ada")
    ended = [entry["event"] for entry in journal if entry["event"] in {"event_matched", "wait_expired"}]
    assert ended == (["event_matched"] if said == "<p>true: x.</p>" else ["wait_expired"])


async def test_a_child_run_that_has_completed(office: Office) -> None:
    child = {"workflows/child.yaml": "steps:\n" + FEED}
    awaited = "{event_type: workflow, event_key: completed, source_key: child}"
    await waiting(office, {**workflow(settings(event=awaited)), **child}, "ada")
    office.clock.move(MINUTE)
    await office.trigger("ada", workflow="child")
    await office.work()
    assert await office.bodies() == ["<p>look</p>", "<p>true: .</p>"]


@pytest.mark.parametrize("type", ["recipient", "preference"])
async def test_a_change_of_the_recipient_or_of_its_preferences(office: Office, type: str) -> None:
    await waiting(office, workflow(settings(event=f"{{event_type: {type}, event_key: updated}}")), "ada", "bob")
    office.clock.move(MINUTE)
    await office.identify("ada", locale="de")
    await office.work()
    assert await office.bodies() == (["<p>true: .</p>"] if type == "recipient" else [])
    office.clock.move(MINUTE)
    chosen = SetPreferences("default", {"channel_types": {"email": False}})
    await office.directory.write(Write(office.user("ada"), (chosen,)))
    await office.work()
    assert await office.bodies() == ["<p>true: .</p>"]
    assert await office.bodies("bob") == []


@pytest.mark.parametrize("event", ["{event_type: recipient}", "upgraded"])
async def test_conditions_see_the_recipient_as_it_is_when_the_event_happens(office: Office, event: str) -> None:
    written = settings(event=event, match_conditions='["recipient.plan == data.plan"]')
    await waiting(office, workflow(written), "ada", data={"plan": "pro"})
    for plan in ("basic", "pro"):
        office.clock.move(MINUTE)
        await office.directory.write(Write(office.user("ada"), (Identify(properties={"plan": plan}),)))
        happened = Event("upgraded", office.user("ada"))
        await office.messaging.triggers.accept_all(office.environment_id, [Record(happened)])
        await office.work()
        assert await office.bodies() == (["<p>true: .</p>"] if plan == "pro" else [])


async def test_of_several_groups_of_conditions_one_is_to_be_true(office: Office) -> None:
    """As Knock writes them; what an event says is below `data` there."""

    def group(order: int) -> dict[str, Any]:
        return {"conditions": [{"variable": "event.data.order", "operator": "equal_to", "argument": str(order)}]}

    written = settings(event="paid", match_conditions=[{"operator": "and", **group(7)}, group(8)])
    await waiting(office, workflow(written), "ada")
    await event(office, "paid", order=9, text="no")
    await event(office, "paid", order=8, text="yes", message_id=5)
    assert await office.bodies() == ["<p>true: yes.</p>"]


async def test_conditions_on_an_event_as_suprsend_writes_them(office: Office) -> None:
    args = [{"variable_ns": "$future_event", "variable": "order", "op": "==", "value": 7}]
    written = settings(event="paid", match_conditions={"op": "AND", "args": args})
    await waiting(office, workflow(written), "ada")
    await event(office, "paid", order=8)
    await event(office, "paid", order=7, text="yes")
    assert await office.bodies() == ["<p>true: yes.</p>"]


async def test_entering_a_list(office: Office) -> None:
    awaited = "{event_type: audience, event_key: enter, audience_key: beta}"
    await waiting(office, workflow(settings(event=awaited)), "ada")
    for id in ("alpha", "beta"):
        office.clock.move(MINUTE)
        place = Place(office.environment_id, LISTS, id)
        await office.directory.lists.define(place, Define(tracks_entry=True))
        found = await office.directory.lists.find(place)
        assert found is not None
        await office.directory.lists.add(found, found.uid, ["ada"])
        await office.work()
        assert await office.bodies() == ([] if id == "alpha" else ["<p>true: .</p>"])


@pytest.mark.parametrize("key", ["enter", "exit"])
async def test_entering_and_leaving_an_audience(office: Office, key: str) -> None:
    ada = await office.identify("ada")
    place = Place(office.environment_id, AUDIENCES, "beta")
    audience = (await office.directory.write(Write(place, (Identify(),)))).recipient
    assert audience is not None
    if key == "exit":
        await office.directory.subscriptions.add(audience, [ada])
    await waiting(office, workflow(settings(event=f"{{event_type: audience, event_key: {key}}}")), "ada")
    office.clock.move(MINUTE)
    if key == "enter":
        await office.directory.subscriptions.add(audience, [ada])
    else:
        await office.directory.subscriptions.delete(audience, [ada])
    await office.work()
    assert await office.bodies() == ["<p>true: .</p>"]


async def test_a_cancelled_run_waits_no_more(office: Office) -> None:
    await waiting(office, workflow(settings(event="x")), "ada", cancellation_key="k")
    await office.messaging.runs.cancel(office.environment_id, "waiting", "k")
    await event(office, "x")
    assert await office.bodies() == []


async def test_events_of_whoever_a_recipient_was_merged_into_count(office: Office) -> None:
    await waiting(office, workflow(settings(event="x")), "ada")
    await office.identify("bob")
    await office.merge("bob", "ada")
    await office.work()
    await event(office, "x", "bob", text="from bob")
    assert await office.bodies("bob") == ["<p>true: from bob.</p>"]


@pytest.mark.parametrize(
    ("wait", "problem"),
    [
        (settings(event="{event_type: mesage, event_key: seen}"), "there is no type of event 'mesage'"),
        (settings(event="{event_type: message, event_key: sean}"), "there is no message event 'sean'"),
        (settings(event="{event_type: message, event_key: seen, step_ref: feet}"), "there is no step 'feet' before"),
        (settings(event="{event_type: recipient, event_key: updated, source_key: x}"), "'source_key' says nothing"),
        (settings(event="{event_type: message}"), "this is missing: the name of the event"),
        (settings(event="x", expires_after="31d"), "at most 30d"),
        (settings(expires_after="1d"), "a step waits for one event"),
    ],
)
async def test_mistakes(office: Office, wait: str, problem: str) -> None:
    with pytest.raises(Exception, match=problem):
        await office.push(workflow(wait))
