"""Recipients' runs (knock.md §2.2, §3.12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import knockapi
import pytest
from knockapi import Knock

from tests.dialects.knock.test_workflows import Pushed
from tests.support.waiting import eventually


@pytest.fixture
def runs(knock: Knock, pushed: Pushed) -> list[Any]:
    """Finished ones, newest first: for nobody, for Bob of a tenant, for Ada by Bob."""
    knock.users.update("ada", name="Ada")
    knock.users.update("bob", name="Bob")
    triggers: list[dict[str, Any]] = [
        {"key": "new-comment", "recipients": ["ada"], "actor": "bob", "cancellation_key": "order-1"},
        {"key": "strict", "recipients": ["bob"], "tenant": "acme", "data": {"count": 1}},
        {"key": "new-comment", "recipients": ["nobody"]},
    ]
    for number, trigger in enumerate(triggers):
        knock.workflows.trigger(**trigger)
        eventually(lambda: [run.status for run in listed(knock)] == ["completed"] * (number + 1))  # noqa: B023
    return listed(knock)


def listed(knock: Knock, **filter: Any) -> list[Any]:
    return list(knock.workflow_recipient_runs.list(**filter))


def test_a_run_says_who_what_and_why(knock: Knock, runs: list[Any]) -> None:
    nobody, bob, ada = runs
    (message,) = knock.users.list_messages("ada")
    assert (ada.id, ada.workflow_run_id) == (
        message.source.workflow_recipient_run_id,
        message.source.workflow_run_id,
    )
    assert (ada.workflow, ada.recipient, ada.actor, ada.tenant) == ("new-comment", "ada", "bob", None)
    assert (ada.trigger_source.type, ada.trigger_source.cancellation_key) == ("api", "order-1")
    assert (bob.recipient, bob.actor, bob.tenant, bob.error_count) == ("bob", None, "acme", 0)
    assert (nobody.recipient, nobody.error_count) == ("nobody", 1)


def test_what_happened_in_a_run(knock: Knock, runs: list[Any]) -> None:
    _, _, ada = runs
    (message,) = knock.users.list_messages("ada")
    run = knock.workflow_recipient_runs.get(ada.id)
    assert run.to_dict().items() >= {name: value for name, value in ada.to_dict().items() if name != "__cursor"}.items()
    assert [(event.event, event.status, event.step_ref, event.step_type) for event in run.events] == [
        ("step_started", "ok", "in-app", "channel"),
        ("message_enqueued", "ok", "in-app", "channel"),
        ("step_started", "ok", "email", "channel"),
        ("step_skipped", "ok", "email", "channel"),
        ("run_completed", "ok", None, None),
    ]
    assert run.events[1].data == {"message_id": message.id, "channel_type": "in_app_feed"}
    again = knock.workflow_recipient_runs.get(ada.id)
    assert [event.id for event in again.events] == [event.id for event in run.events]


def test_filters(knock: Knock, runs: list[Any]) -> None:
    nobody, bob, ada = runs
    tomorrow, yesterday = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) - timedelta(days=1)
    cases: list[tuple[dict[str, Any], list[Any]]] = [
        ({"workflow": "new-comment"}, [nobody, ada]),
        ({"workflow": "other"}, []),
        ({"status": ["completed", "cancelled"]}, [nobody, bob, ada]),
        ({"status": ["paused"]}, []),
        ({"tenant": "acme"}, [bob]),
        ({"tenant": "other"}, []),
        ({"has_errors": True}, [nobody]),
        ({"has_errors": False}, [bob, ada]),
        ({"recipient": "ada"}, [ada]),
        ({"recipient": {"id": "ada", "collection": "projects"}}, []),
        ({"starting_at": yesterday}, [nobody, bob, ada]),
        ({"starting_at": tomorrow}, []),
        ({"starting_at": ada.inserted_at}, [nobody, bob]),
        ({"ending_at": tomorrow}, [nobody, bob, ada]),
        ({"ending_at": ada.inserted_at}, []),
    ]
    for filter, expected in cases:
        assert [run.id for run in listed(knock, **filter)] == [run.id for run in expected], filter
    assert [run.id for run in listed(knock, page_size=1)] == [run.id for run in runs]


@pytest.mark.parametrize(
    "query", ["status[]=happy", "has_errors=perhaps", "starting_at=soon", "ending_at=late", "recipient[id]=x"]
)
def test_a_filter_that_means_nothing_is_refused(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/v1/workflow_recipient_runs?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")


@pytest.mark.parametrize("id", ["unknown", str(UUID(int=0))])
def test_an_unknown_run_is_missing(knock: Knock, id: str) -> None:
    with pytest.raises(knockapi.NotFoundError):
        knock.workflow_recipient_runs.get(id)


def test_the_runs_of_who_is_deleted_are_gone(knock: Knock, runs: list[Any]) -> None:
    nobody, bob, ada = runs
    knock.users.delete("ada")
    assert [run.id for run in listed(knock)] == [nobody.id, bob.id]
    with pytest.raises(knockapi.NotFoundError):
        knock.workflow_recipient_runs.get(ada.id)
