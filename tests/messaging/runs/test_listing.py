"""Recipients' runs: lists, and what happened in one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from addressee.database.paging import PageRequest, page_request
from addressee.directory.recipient import USERS, Place
from addressee.messaging.messages.model import Message
from addressee.messaging.runs.listing import RunDetails, RunFilter, RunPosition, access_path
from addressee.messaging.steps.run import RunStatus
from tests.messaging.office import FILES, WELCOME, Office

BOTH = {**FILES, "workflows/farewell.yaml": WELCOME}


async def listed(office: Office, **filter: Any) -> list[RunDetails]:
    found = await office.messaging.runs.list(office.environment_id, RunFilter(**filter), PageRequest(50))
    return list(found.entries)


async def oldest_first(office: Office) -> list[Message]:
    return list(reversed(await office.messages("ada")))


async def names(office: Office, **filter: Any) -> list[str]:
    return [run.recipient.id for run in await listed(office, **filter)]


@pytest.fixture
async def office(office: Office) -> Office:
    """Three runs, oldest first: Ada's, then of a tenant Bob's, then that of one whom nobody knows."""
    await office.push(BOTH)
    await office.identify("ada", email="ada@example.com")
    await office.identify("bob")
    await office.trigger("ada", actor=office.user("bob"), cancellation_key="order-1", data={"n": 1})
    await office.work()
    office.clock.move(timedelta(minutes=1))
    await office.trigger("bob", workflow="farewell", tenant="acme")
    await office.work()
    office.clock.move(timedelta(minutes=1))
    await office.trigger("nobody")
    await office.work()
    return office


async def test_a_run_says_who_what_and_why(office: Office) -> None:
    ada = (await listed(office))[-1]
    (message, _) = await office.messages("ada")
    assert (ada.id, ada.run_id) == (message.recipient_run_id, message.run_id)
    assert (ada.workflow, ada.status, ada.tenant, ada.error_count) == ("welcome", RunStatus.COMPLETED, None, 0)
    assert (ada.recipient.id, ada.actor and ada.actor.id) == ("ada", "bob")
    assert (ada.source, ada.cancellation_key) == ({"type": "api"}, "order-1")
    assert ada.inserted_at < ada.updated_at
    assert (ada.topic, ada.data, ada.message_ids) == (None, {"n": 1}, [each.id for each in await oldest_first(office)])


async def test_filters(office: Office) -> None:
    nobody, bob, ada = await listed(office)
    assert [run.recipient.id for run in (nobody, bob, ada)] == ["nobody", "bob", "ada"]
    assert await names(office, workflow="welcome") == ["nobody", "ada"]
    assert await names(office, workflow="other") == []
    assert await names(office, statuses=[RunStatus.COMPLETED]) == ["nobody", "bob", "ada"]
    assert await names(office, statuses=[RunStatus.QUEUED, RunStatus.PAUSED]) == []
    assert await names(office, tenant="acme") == ["bob"]
    assert await names(office, tenant="other") == []
    assert await names(office, tenant="acme", workflow="welcome") == []
    assert await names(office, has_errors=True) == ["nobody"]
    assert await names(office, has_errors=True, workflow="farewell") == []
    assert await names(office, has_errors=False) == ["bob", "ada"]
    assert await names(office, run_id=ada.run_id) == ["ada"]
    assert await names(office, run_id=uuid4()) == []
    assert await names(office, collection=USERS) == ["bob", "ada"], "nobody lived where the other one was sent to"
    assert await names(office, collection="projects") == []
    assert await names(office, stages=["abandoned"]) == ["nobody"]
    assert await names(office, stages=["abandoned", "completed"]) == ["nobody", "bob", "ada"]
    assert await names(office, stages=["completed"]) == ["bob", "ada"]
    assert await names(office, stages=["cancelled"]) == []
    assert await names(office, topic="news") == []
    assert await names(office, recipient=office.user("ada")) == ["ada"]
    assert await names(office, recipient=office.user("ada"), workflow="farewell") == []
    assert await names(office, recipient=Place(office.environment_id, "projects", "ada")) == []
    assert await names(office, since=bob.inserted_at) == ["nobody", "bob"]
    assert await names(office, since=nobody.inserted_at + timedelta(seconds=1)) == []
    assert await names(office, until=bob.inserted_at) == ["ada"]
    assert await names(office, until=ada.inserted_at) == []


@pytest.mark.parametrize("filter", [{}, {"workflow": "welcome"}, {"recipient": "ada"}, {"tenant": "acme"}])
async def test_pages_neither_skip_nor_repeat(office: Office, filter: dict[str, Any]) -> None:
    if "recipient" in filter:
        filter = {"recipient": office.user(filter["recipient"])}
    for _ in range(2):
        await office.trigger("ada", "bob", tenant="acme")
        await office.work()
    whole = await listed(office, **filter)
    assert len(whole) >= 3
    forth: list[RunDetails] = []
    after = before = None
    for _ in whole:
        part = await office.messaging.runs.list(
            office.environment_id, RunFilter(**filter), page_request(1, after, None, RunPosition)
        )
        forth += part.entries
        after, before = part.after, part.before
    assert (forth, after) == (whole, None)
    part = await office.messaging.runs.list(
        office.environment_id, RunFilter(**filter), page_request(1, None, before, RunPosition)
    )
    assert list(part.entries) == [whole[-2]]


async def test_what_happened_in_a_run(office: Office) -> None:
    listed_run = (await listed(office, recipient=office.user("ada")))[0]
    run = await office.messaging.runs.get(office.environment_id, listed_run.id)
    assert run is not None
    assert run == listed_run
    mail, feed = await office.messages("ada")
    assert [(event.event, event.status, event.step_ref, event.step_type, event.data) for event in run.events] == [
        ("step_started", "ok", "in-app", "channel", None),
        (
            "message_enqueued",
            "ok",
            "in-app",
            "channel",
            {"message_id": feed.id, "channel_type": "in_app_feed"},
        ),
        ("step_started", "ok", "email", "channel", None),
        ("message_enqueued", "ok", "email", "channel", {"message_id": mail.id, "channel_type": "email"}),
        ("run_completed", "ok", None, None, None),
    ]
    assert len({event.id for event in run.events}) == len(run.events)
    assert {len(event.id) for event in run.events} == {27}
    again = await office.messaging.runs.get(office.environment_id, run.id)
    assert again is not None
    assert again.events == run.events


async def test_a_run_for_nobody_says_so(office: Office) -> None:
    (run,) = await listed(office, recipient=office.user("nobody"))
    assert [(event.event, event.status, event.data) for event in run.events] == [
        ("error", "error", {"reason": "recipient_missing"}),
        ("run_completed", "ok", None),
    ]
    assert (run.error_count, run.status, run.stage) == (1, RunStatus.COMPLETED, "abandoned")


async def test_a_run_that_is_cancelled_before_it_begins_says_so(office: Office) -> None:
    await office.trigger("ada", cancellation_key="later")
    await office.messaging.runs.cancel(office.environment_id, "welcome", "later")
    (cancelled,) = await listed(office, statuses=[RunStatus.CANCELLED])
    assert (cancelled.status, [event.event for event in cancelled.events]) == (RunStatus.CANCELLED, ["run_cancelled"])


async def test_a_run_is_listed_once_it_has_begun(office: Office) -> None:
    """Until then it has no place in the list that it would keep."""
    before = await listed(office)
    await office.trigger("ada")
    assert await listed(office) == before
    (begin,) = await office.jobs()
    await office.run(begin)
    newest, *rest = await listed(office)
    assert (newest.recipient.id, newest.status, rest) == ("ada", RunStatus.COMPLETED, before)


async def test_the_runs_of_who_is_gone_are_not_listed(office: Office) -> None:
    (run,) = await listed(office, recipient=office.user("bob"))
    await office.delete("bob")
    for _ in range(2):
        assert await names(office) == ["nobody", "ada"]
        assert await names(office, workflow="farewell") == []
        assert await names(office, tenant="acme") == []
        assert await names(office, recipient=office.user("bob")) == []
        assert await office.messaging.runs.get(office.environment_id, run.id) is None
        await office.identify("bob")


async def test_the_runs_of_who_was_merged_away_are_the_others(office: Office) -> None:
    (run,) = await listed(office, recipient=office.user("bob"))
    merge = await office.merge("ada", "bob")
    assert await names(office) == ["nobody", "ada", "ada"]
    assert [each.id for each in await listed(office, tenant="acme", recipient=office.user("ada"))] == [run.id]
    assert await names(office, recipient=office.user("bob")) == []
    found = await office.messaging.runs.get(office.environment_id, run.id)
    assert found is not None
    assert found.recipient.id == "ada"
    assert {each.actor.id for each in await listed(office) if each.actor} == {"ada"}
    await office.undo(merge)
    assert await names(office) == ["nobody", "bob", "ada"]
    assert await names(office, recipient=office.user("bob")) == ["bob"]


async def test_who_was_told_by_a_topic_is_found_by_it(office: Office) -> None:
    await office.subscribe("news", "ada", "bob")
    run_id = await office.tell("news")
    await office.trigger("ada")
    await office.work()
    for filter in ({"topic": "news"}, {"run_id": run_id}, {"topic": "news", "run_id": run_id, "collection": USERS}):
        found = await listed(office, **filter)
        assert {(run.recipient.id, run.topic, run.run_id) for run in found} == {
            ("ada", "news", run_id),
            ("bob", "news", run_id),
        }
    assert await names(office, topic="news", recipient=office.user("bob")) == ["bob"]
    assert await names(office, topic="other") == []
    for page_after in (None, (await listed(office, topic="news"))[0].position):
        part = await office.messaging.runs.list(
            office.environment_id, RunFilter(topic="news"), PageRequest(1, page_after)
        )
        assert [run.topic for run in part.entries] == ["news"]


async def test_another_environment_finds_nothing(office: Office, other: Office) -> None:
    run, *_ = await listed(office)
    assert await listed(other) == []
    assert await office.messaging.runs.get(other.environment_id, run.id) is None
    assert await office.messaging.runs.get(office.environment_id, uuid4()) is None


@pytest.mark.parametrize(
    ("filter", "statement"),
    [
        (RunFilter(), "runs_in_order"),
        (RunFilter(has_errors=False), "runs_in_order"),
        (RunFilter(workflow="welcome"), "runs_of_workflow"),
        (RunFilter(workflow="welcome", tenant="acme"), "runs_of_tenant"),
        (RunFilter(tenant="acme", has_errors=True), "runs_with_errors"),
        (RunFilter(tenant="acme", topic="news"), "runs_of_topic"),
        (RunFilter(topic="news", run_id=uuid4()), "runs_of_run"),
        (RunFilter(has_errors=True, recipient=Place(1, USERS, "ada")), "runs_of_recipient"),
    ],
)
def test_the_narrowest_index_is_used(filter: RunFilter, statement: str) -> None:
    assert access_path(filter) == statement
