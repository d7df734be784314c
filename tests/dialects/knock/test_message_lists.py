"""Lists of messages, of anybody and of everybody (knock.md §2.2, filters `MF`)."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from knockapi import Knock

from tests.dialects.knock.test_workflows import Pushed, messages, wait_for_messages
from tests.support.waiting import eventually


def test_the_list_is_walked_newest_first(knock: Knock, ids: list[str]) -> None:
    assert [message.id for message in knock.users.list_messages("ada", page_size=1)] == ids


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trigger_data=%7B%22thread%22%3A1%7D", [1]),
        ("trigger_data=%7B%22thread%22%3A1%2C%22kind%22%3A%22y%22%7D", []),
        ("status[]=delivered&status[]=sent", [0, 1, 2]),
        ("status%5B%5D=queued", []),
        ("source=new-comment", [0, 1, 2]),
        ("source=other", []),
        ("tenant=acme", []),
        ("workflow_categories[]=social&workflow_categories[]=none", [0, 1, 2]),
        ("workflow_categories[]=none", []),
        (f"channel_id={UUID(int=0)}", []),
        (f"workflow_run_id={UUID(int=0)}", []),
        (f"workflow_recipient_run_id={UUID(int=0)}", []),
        ("engagement_status[]=seen", []),
        ("engagement_status[]=unseen", [0, 1, 2]),
        ("inserted_at.gte=2020-01-01", [0, 1, 2]),
        ("inserted_at[lt]=2020-01-01T00:00:00Z", []),
    ],
)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/users/ada/messages"])
def test_filters(http: httpx.Client, ids: list[str], path: str, query: str, found: list[int]) -> None:
    body = http.get(f"{path}?{query}").json()
    assert [item["id"] for item in body["items"]] == [ids[index] for index in found]


def test_message_ids_narrow_the_list(knock: Knock, ids: list[str]) -> None:
    assert [message.id for message in knock.users.list_messages("ada", message_ids=[ids[2], ids[0]])] == [
        ids[0],
        ids[2],
    ]


@pytest.mark.parametrize(
    "query",
    [
        "status[]=happy",
        "engagement_status[]=amused",
        "channel_id=mine",
        "trigger_data=%5B1%5D",
        "trigger_data=%7B%22a%22%3A%7B%7D%7D",
        "inserted_at.gte=soon",
        "inserted_at.near=2020-01-01",
        "&".join("message_ids[]=x" for _ in range(51)),
    ],
)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/users/ada/messages", "/v1/objects/projects/one/messages"])
def test_a_filter_that_means_nothing_is_refused(http: httpx.Client, path: str, query: str) -> None:
    answer = http.get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")


def test_the_list_of_everybodys_messages(knock: Knock, ids: list[str]) -> None:
    knock.workflows.trigger("new-comment", recipients=["bob"], data={"thread": 9})
    wait_for_messages(knock, "bob", 1)
    listed = list(knock.messages.list(page_size=2))
    assert [message.recipient for message in listed] == ["bob", "ada", "ada", "ada"]
    assert [message.id for message in listed[1:]] == ids


def test_every_filter_at_once(knock: Knock, pushed: Pushed, ids: list[str]) -> None:
    message = knock.messages.get(ids[1])
    knock.messages.mark_as_seen(ids[1])
    assert message.source.workflow_run_id is not None
    assert message.source.workflow_recipient_run_id is not None
    found = knock.messages.list(
        channel_id=str(pushed["in-app"]),
        source="new-comment",
        status=["delivered"],
        engagement_status=["seen", "unread"],
        message_ids=[ids[0], ids[1]],
        workflow_categories=["social"],
        workflow_run_id=message.source.workflow_run_id,
        workflow_recipient_run_id=message.source.workflow_recipient_run_id,
        trigger_data='{"thread": 1}',
        inserted_at={"gte": "2020-01-01T00:00:00Z", "lt": "2100-01-01T00:00:00Z"},
    )
    assert [message.id for message in found] == [ids[1]]


def test_an_objects_messages(knock: Knock, pushed: Pushed) -> None:
    project = {"id": "one", "collection": "projects", "name": "One"}
    knock.workflows.trigger("new-comment", recipients=[project], tenant="acme")  # type: ignore[list-item]
    eventually(lambda: len(list(knock.objects.list_messages("projects", "one"))) == 1)
    (message,) = knock.objects.list_messages("projects", "one", tenant="acme")
    assert message.to_dict()["recipient"] == {"id": "one", "collection": "projects"}
    assert list(knock.objects.list_messages("projects", "one", tenant="other")) == []
    assert [found.id for found in knock.messages.list(tenant="acme")] == [message.id]
    assert messages(knock, "one") == []


def test_users_are_not_reached_as_objects(http: httpx.Client, ids: list[str]) -> None:
    answer = http.get("/v1/objects/$users/ada/messages")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")
