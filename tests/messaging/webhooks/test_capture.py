"""Endpoints are told of what happens in the transaction in which it happens: once, of the types that they name."""

from datetime import timedelta

import pytest

from addressee.directory.edits.recipients import Delete, DisableAddress, Edit, Identify, SetPreferences
from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.webhooks.deliveries.deliveries import DeliveryFilter
from addressee.messaging.webhooks.model import DeliveryStatus
from tests.messaging.office import IN_APP, Office
from tests.messaging.webhooks.told import open_endpoint, told, types_told

NOTE = """
name: Note
steps:
  - ref: in-app
    channel: in-app
    template: {body: Hello}
"""
LATER = """
name: Later
steps:
  - ref: pause
    delay: 1h
  - ref: in-app
    channel: in-app
    template: {body: Hello}
"""
# The run asks for a place before its message, and for nothing after it.
SELDOM = """
name: Seldom
steps:
  - ref: seldom
    type: throttle
    settings: {throttle_limit: 1, throttle_window: 1h}
  - ref: in-app
    channel: in-app
    template: {body: Hello}
"""
FILES = {"channels/in-app.yaml": IN_APP, "workflows/note.yaml": NOTE}


async def write(office: Office, place: Place, *edits: Edit) -> None:
    await office.directory.write(Write(place, edits))


async def test_messages_are_told_of_as_their_events_are_stored(office: Office) -> None:
    await office.push(FILES)
    ada = await office.identify("ada")
    endpoint = await open_endpoint(office, ["message.*"])
    await office.trigger("ada", workflow="note")
    await office.work()
    (message,) = await office.messages("ada")
    await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    await office.messaging.marks.mark(office.environment_id, [message.id], Mark.SEEN)
    found = await told(office, endpoint)
    assert [each.type.removeprefix("message.") for each in found] == [type for type, _ in await office.events(message)]
    assert found[-1].type == "message.seen"
    assert {(each.recipient, each.subject["message_id"]) for each in found} == {(ada.identity, message.id)}
    assert {(each.status, each.attempts) for each in found} == {(DeliveryStatus.PENDING, 0)}


async def test_runs_are_told_of_when_they_begin_and_when_they_have_passed_their_steps(office: Office) -> None:
    await office.push({**FILES, "workflows/later.yaml": LATER})
    await office.identify("ada")
    endpoint = await open_endpoint(office, ["workflow_recipient_run.*"])
    await office.trigger("ada", workflow="note")
    await office.work()
    at_once = await types_told(office, endpoint)
    assert at_once == [("ada", "workflow_recipient_run.started"), ("ada", "workflow_recipient_run.completed")]
    await office.trigger("ada", workflow="later")
    await office.work()
    assert await types_told(office, endpoint) == [*at_once, at_once[0]]
    await office.pass_time(timedelta(hours=1))
    found = await told(office, endpoint)
    assert [(each.recipient.id, each.type) for each in found] == at_once * 2
    runs = await office.recipient_runs()
    assert {each.subject["recipient_run_id"] for each in found} == {str(run["id"]) for run in runs}


STARTED, COMPLETED = "workflow_recipient_run.started", "workflow_recipient_run.completed"
OF_A_MESSAGE = ["message.created", "message.delivered"]


@pytest.mark.parametrize("workflow", [NOTE, LATER, SELDOM], ids=["at once", "later", "asking"])
async def test_the_end_of_a_run_is_told_after_its_messages(office: Office, workflow: str) -> None:
    await office.push({**FILES, "workflows/note.yaml": workflow})
    await office.identify("ada")
    await office.identify("bob")
    endpoint = await open_endpoint(office, ["message.*", "workflow_recipient_run.*"])
    await office.trigger("ada", "bob", workflow="note")
    await office.work()
    await office.pass_time(timedelta(hours=1))
    found = await types_told(office, endpoint)
    for id in ("ada", "bob"):
        assert [type for of, type in found if of == id] == [STARTED, *OF_A_MESSAGE, COMPLETED]
    runs = {str(run["id"]): run["recipient_id"] for run in await office.recipient_runs()}
    ended = await told(office, endpoint, DeliveryFilter(types=[COMPLETED]))
    assert {(runs[each.subject["recipient_run_id"]], each.recipient.id) for each in ended} == {
        ("ada", "ada"),
        ("bob", "bob"),
    }


async def test_the_end_of_a_run_without_messages_is_told_too(office: Office) -> None:
    await office.push({**FILES, "workflows/note.yaml": SELDOM})
    await office.identify("ada")
    await office.identify("bob")
    await office.trigger("ada", workflow="note")
    await office.work()
    endpoint = await open_endpoint(office, ["message.*", "workflow_recipient_run.*"])
    await office.trigger("ada", "bob", workflow="note")
    await office.work()
    found = await types_told(office, endpoint)
    assert [type for id, type in found if id == "ada"] == [STARTED, COMPLETED]
    assert [type for id, type in found if id == "bob"] == [STARTED, *OF_A_MESSAGE, COMPLETED]


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("by_key", [False, True])
async def test_the_end_of_a_run_that_is_cancelled_is_told_once(office: Office, *, begun: bool, by_key: bool) -> None:
    await office.push({**FILES, "workflows/later.yaml": LATER})
    await office.identify("ada")
    endpoint = await open_endpoint(office, ["workflow_recipient_run.*"])
    run_id = await office.trigger("ada", workflow="later", cancellation_key="key")
    if begun:
        await office.work()
    for _ in range(2):
        if by_key:
            await office.messaging.runs.cancel(office.environment_id, "later", "key", None)
        else:
            await office.messaging.runs.cancel_run(office.environment_id, run_id)
    await office.work()
    assert await types_told(office, endpoint) == [("ada", STARTED), ("ada", COMPLETED)]
    assert [run["status"] for run in await office.recipient_runs()] == ["cancelled"]


async def test_jobs_that_run_again_tell_nothing_twice(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    endpoint = await open_endpoint(office)
    await office.trigger("ada")
    jobs = await office.jobs()
    while jobs:
        for job in jobs:
            await office.run(job)
            await office.run(job)
            await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
        jobs = [job for job in await office.jobs() if not job.deferred]
    found = [(each.type, str(each.subject)) for each in await told(office, endpoint)]
    assert len(found) == len(set(found))
    assert {"message.sent", "workflow_recipient_run.completed"} < {type for type, _ in found}


async def test_changes_of_recipients_are_told_of_by_what_they_change(office: Office) -> None:
    endpoint = await open_endpoint(office, ["recipient.*"])
    ada = office.user("ada")
    await write(office, ada, Identify(attributes={"name": "Ada", "email": "ada@example.com"}))
    await write(office, ada, Identify(attributes={"name": "Ada"}))
    await write(office, ada, Identify(attributes={"name": "Countess"}))
    await write(office, ada, SetPreferences("default", {"channel_types": {"email": False}}))
    await write(office, ada, Identify(properties={"plan": "pro"}, preferences={"default": {"workflows": {"a": True}}}))
    await write(office, ada, DisableAddress("email", "ada@example.com"))
    await write(office, ada, Delete())
    await write(office, ada, Identify(attributes={"name": "Another"}))
    found = await told(office, endpoint)
    assert [each.type.removeprefix("recipient.") for each in found] == [
        "created",
        "updated",
        "preferences_updated",
        "preferences_updated",
        "updated",
        "address_disabled",
        "deleted",
        "created",
    ]
    assert [each.subject for each in found if each.subject] == [{"kinds": ["email"]}]
    identities = [each.recipient.uid for each in found]
    assert len(set(identities[:-1])) == 1
    assert identities[-1] not in identities[:-1]


async def test_a_merge_is_told_of_who_was_merged_away_and_its_undoing_creates_them_again(office: Office) -> None:
    await office.identify("ada", email="ada@example.com")
    other = await office.identify("a.l", phone_number="+4915112345678")
    endpoint = await open_endpoint(office, ["recipient.*"])
    merge = await office.merge("ada", "a.l")
    assert sorted(await types_told(office, endpoint)) == [("a.l", "recipient.merged"), ("ada", "recipient.updated")]
    await office.undo(merge)
    found = await told(office, endpoint, DeliveryFilter(recipient=office.user("a.l")))
    assert [(each.type, each.recipient.uid) for each in found] == [
        ("recipient.merged", other.uid),
        ("recipient.created", other.uid),
    ]


@pytest.mark.parametrize(("collection", "is_told_of"), [("projects", True), (TENANTS, True), (TOPICS, False)])
async def test_objects_and_tenants_are_told_of_and_topics_are_not(
    office: Office, collection: str, *, is_told_of: bool
) -> None:
    endpoint = await open_endpoint(office, ["recipient.created"])
    place = Place(office.environment_id, collection, "one")
    await write(office, place, Identify(properties={"name": "One"}))
    assert [each.recipient.place for each in await told(office, endpoint)] == [place] * is_told_of


async def test_an_endpoint_is_told_of_the_types_that_it_names_once_each(office: Office) -> None:
    await office.push(FILES)
    all = await open_endpoint(office, ["*", "message.*", "message.sent"])
    some = await open_endpoint(office, ["message.created", "recipient.created"])
    none = await open_endpoint(office, ["recipient.deleted"])
    await office.identify("ada")
    await office.trigger("ada", workflow="note")
    await office.work()
    told_all = await types_told(office, all)
    assert len(told_all) == len(set(told_all))
    assert await types_told(office, some) == [("ada", "recipient.created"), ("ada", "message.created")]
    assert await types_told(office, none) == []


async def test_a_disabled_endpoint_and_those_of_other_environments_are_told_of_nothing(
    office: Office, other: Office
) -> None:
    disabled, elsewhere = await open_endpoint(office), await open_endpoint(other)
    await office.pool.execute(
        "UPDATE addressee.webhook_endpoints SET disabled_at = now(), disabled_for = 'by_hand' WHERE id = $1", disabled
    )
    await office.identify("ada")
    assert await types_told(office, disabled) == []
    assert await types_told(other, elsewhere) == []
