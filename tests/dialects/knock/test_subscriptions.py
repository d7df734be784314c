"""Who is told what an object is told, as the official SDK sees it (knock.md §2.2, §3.2, §3.13)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx
import knockapi
import pytest
from knockapi import Knock

from tests.support.waiting import eventually

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def apollo(knock: Knock) -> str:
    """A project, with two users who do not subscribe to it."""
    knock.users.bulk.identify(users=[{"id": "ada", "name": "Ada"}, {"id": "bob"}])
    return knock.objects.set("projects", "apollo", name="Apollo").id


def subscribers(knock: Knock, id: str = "apollo", **query: Any) -> list[str]:
    return [each.recipient.id for each in knock.objects.list_subscriptions("projects", id, **query)]


def test_a_subscription_holds_both_sides_whole(knock: Knock, http: httpx.Client, apollo: str) -> None:
    (added,) = knock.objects.add_subscriptions("projects", apollo, recipients=["ada"], properties={"role": "owner"})
    assert (added.object.id, added.recipient.id, added.properties) == ("apollo", "ada", {"role": "owner"})
    (entry,) = http.get("/v1/objects/projects/apollo/subscriptions").json()["entries"]
    assert entry.keys() - {"__cursor"} == {
        "__typename", "inserted_at", "updated_at", "object", "recipient", "properties"
    }  # fmt: skip
    assert INSTANT.fullmatch(entry["inserted_at"])
    assert (entry["__typename"], entry["updated_at"]) == ("Subscription", entry["inserted_at"])
    assert entry["object"] == http.get("/v1/objects/projects/apollo").json()
    assert entry["recipient"] == http.get("/v1/users/ada").json()
    assert list(knock.users.list_subscriptions("ada")) == [added]


def test_adding_again_updates_the_properties(knock: Knock, apollo: str) -> None:
    (first,) = knock.objects.add_subscriptions("projects", apollo, recipients=["ada"], properties={"role": "owner"})
    again, new = knock.objects.add_subscriptions(
        "projects", apollo, recipients=["ada", "bob", "ada"], properties={"role": "guest"}
    )
    assert (again.properties, new.properties) == ({"role": "guest"}, {"role": "guest"})
    assert again.inserted_at == first.inserted_at
    assert subscribers(knock) == ["bob", "ada"]


def test_who_is_described_is_identified_first(knock: Knock, apollo: str) -> None:
    added = knock.objects.add_subscriptions(
        "projects",
        apollo,
        recipients=["ada", {"id": "cid", "name": "Cid"}, {"id": "team-1", "collection": "teams", "name": "Team"}],
    )
    assert [each.recipient.id for each in added] == ["ada", "cid", "team-1"]
    assert knock.users.get("cid").name == "Cid"
    assert knock.objects.get("teams", "team-1").properties == {"name": "Team"}
    assert added[2].recipient == knock.objects.get("teams", "team-1")


def test_a_bare_id_creates_nobody(knock: Knock, apollo: str) -> None:
    with pytest.raises(knockapi.UnprocessableEntityError) as raised:
        knock.objects.add_subscriptions("projects", apollo, recipients=["ada", "stranger"])
    body: Any = raised.value.body
    assert body["errors"][0]["field"] == "recipients[1]"
    assert "'stranger' is not known" in body["message"]
    assert subscribers(knock) == []


@pytest.mark.parametrize(
    "body",
    [
        {"recipients": [{"id": "cid"}, "stranger"]},
        {"recipients": [{"id": "cid"}, {"id": "apollo", "collection": "projects"}]},
        {"recipients": [{"id": "cid"}], "properties": {"a": "\0"}},
        {"recipients": [{"id": "cid"}, {"id": "dan", "timezone": "Mars"}]},
    ],
)
def test_what_is_refused_identifies_nobody(http: httpx.Client, knock: Knock, apollo: str, body: Any) -> None:
    assert http.post(f"/v1/objects/projects/{apollo}/subscriptions", json=body).status_code == 422
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("cid")


def test_an_object_that_is_not_there(knock: Knock) -> None:
    for call in (
        lambda: knock.objects.add_subscriptions("projects", "gone", recipients=[{"id": "ada"}]),
        lambda: knock.objects.delete_subscriptions("projects", "gone", recipients=["ada"]),
        lambda: knock.objects.list_subscriptions("projects", "gone"),
        lambda: knock.users.list_subscriptions("gone"),
    ):
        with pytest.raises(knockapi.NotFoundError):
            call()
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("ada")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "recipients"),
        ({"recipients": ["ada"] * 101}, "recipients"),
        ({"recipients": [{"name": "Ada"}]}, "recipients[0].id"),
        ({"recipients": [{"id": "x", "collection": "$lists"}]}, "recipients[0].collection"),
        ({"recipients": [{"id": "apollo", "collection": "projects"}]}, "recipients"),
        ({"recipients": ["ada"], "properties": 5}, "properties"),
        ({"recipients": ["ada"], "properties": {"a": "\0"}}, "properties.a"),
    ],
)
def test_what_is_not_taken_is_named(http: httpx.Client, apollo: str, body: Any, field: str) -> None:
    reply = http.post(f"/v1/objects/projects/{apollo}/subscriptions", json=body)
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, field)


def test_deleting_answers_with_those_that_there_were(knock: Knock, apollo: str) -> None:
    knock.objects.add_subscriptions("projects", apollo, recipients=["ada", "bob"], properties={"role": "owner"})
    ended = knock.objects.delete_subscriptions("projects", apollo, recipients=["bob", "stranger"])
    assert [(each.recipient.id, each.properties) for each in ended] == [("bob", {"role": "owner"})]
    assert knock.objects.delete_subscriptions("projects", apollo, recipients=["bob"]) == []
    assert subscribers(knock) == ["ada"]


def test_older_sdks_name_whom_to_delete_in_the_query(knock: Knock, http: httpx.Client, apollo: str) -> None:
    knock.objects.set("projects", "gemini")
    knock.objects.add_subscriptions("projects", apollo, recipients=["ada", {"id": "gemini", "collection": "projects"}])
    path = f"/v1/objects/projects/{apollo}/subscriptions"
    ended = http.delete(f"{path}?recipients[]=ada&recipients[0][id]=gemini&recipients[0][collection]=projects")
    assert {each["recipient"]["id"] for each in ended.json()} == {"ada", "gemini"}
    assert http.delete(path).json()["errors"][0]["field"] == "recipients"


def test_lists_are_paged_filtered_and_include_preferences(knock: Knock, apollo: str) -> None:
    described: list[Any] = [{"id": f"u{number}"} for number in range(5)]
    described += [{"id": "team-1", "collection": "teams"}, {"id": "u5", "preferences": {"default": {"workflows": {}}}}]
    for one in described:
        knock.objects.add_subscriptions("projects", apollo, recipients=[one])
    assert subscribers(knock, page_size=3) == ["u5", "team-1", "u4", "u3", "u2", "u1", "u0"]
    team: Any = {"id": "team-1", "collection": "teams"}
    assert subscribers(knock, recipients=["u1", "u3", "stranger"]) == ["u3", "u1"]
    assert subscribers(knock, recipients=[team]) == ["team-1"]
    shown: Any = knock.objects.list_subscriptions("projects", apollo, include=["preferences"]).entries[0].to_dict()
    assert shown["recipient"]["preferences"]["default"]["workflows"] == {}
    bare: Any = knock.objects.list_subscriptions("projects", apollo).entries[0].to_dict()
    assert "preferences" not in bare["recipient"]


def test_what_somebody_subscribes_to(knock: Knock, apollo: str) -> None:
    team: Any = {"id": "team-1", "collection": "teams"}
    knock.objects.set("projects", "gemini")
    for id in (apollo, "gemini"):
        knock.objects.add_subscriptions("projects", id, recipients=["ada", team])
    chosen: Any = [{"id": "gemini", "collection": "projects"}]
    assert [each.object.id for each in knock.users.list_subscriptions("ada")] == ["gemini", "apollo"]
    assert [each.object.id for each in knock.users.list_subscriptions("ada", objects=chosen)] == ["gemini"]
    for listed in (
        knock.users.list_subscriptions("ada", include=["preferences"]),
        knock.objects.list_subscriptions("teams", "team-1", mode="recipient", include=["preferences"]),
    ):
        shown: Any = listed.entries[0].to_dict()
        assert shown["recipient"]["preferences"] == {}
    of_team = knock.objects.list_subscriptions("teams", "team-1", mode="recipient")
    assert [each.object.id for each in of_team] == ["gemini", "apollo"]
    narrowed = knock.objects.list_subscriptions("teams", "team-1", mode="recipient", objects=chosen)
    assert [each.object.id for each in narrowed] == ["gemini"]


def test_who_is_deleted_and_comes_back_subscribes_to_nothing(knock: Knock, apollo: str) -> None:
    knock.objects.add_subscriptions("projects", apollo, recipients=["ada", "bob"])
    knock.users.delete("ada")
    assert subscribers(knock) == ["bob"]
    knock.users.update("ada")
    assert subscribers(knock) == ["bob"]
    knock.objects.delete("projects", apollo)
    knock.objects.set("projects", apollo)
    assert (subscribers(knock), list(knock.users.list_subscriptions("bob"))) == ([], [])


def test_many_at_once_and_each_row_fails_alone(knock: Knock, apollo: str) -> None:
    knock.objects.set("projects", "gemini")
    operation = knock.objects.bulk.add_subscriptions(
        "projects",
        subscriptions=[
            {"id": apollo, "recipients": ["ada", {"id": "cid", "name": "Cid"}], "properties": {"role": "owner"}},
            {"id": "gemini", "recipients": ["bob", "stranger"]},
            {"id": "gone", "recipients": [{"id": "fay"}]},
            {"id": "gemini", "recipients": [{"id": "eve"}, {"id": "dan", "timezone": "Mars"}]},
            {"id": "gemini", "recipients": [{"id": "", "name": "Nobody"}]},
            {"id": "gemini", "recipients": ["ada"]},
        ],
    )
    assert (operation.name, operation.status) == ("objects.projects.upsert_subscriptions", "completed")
    assert (operation.estimated_total_rows, operation.success_count, operation.error_count) == (6, 2, 4)
    failed = [(item.id, item.collection) for item in operation.error_items or ()]
    assert failed == [("gemini", "projects"), ("gone", "projects"), ("gemini", "projects"), ("gemini", "projects")]
    assert (subscribers(knock), subscribers(knock, "gemini")) == (["cid", "ada"], ["ada"])
    assert knock.bulk_operations.get(operation.id) == operation
    assert [user.id for user in knock.users.list()] == ["ada", "bob", "cid"]


def test_many_are_deleted_at_once(knock: Knock, apollo: str) -> None:
    knock.objects.set("projects", "gemini")
    for id in (apollo, "gemini"):
        knock.objects.add_subscriptions("projects", id, recipients=["ada", "bob"])
    operation = knock.objects.bulk.delete_subscriptions(
        "projects",
        subscriptions=[
            {"id": apollo, "recipients": ["ada", "stranger"]},
            {"id": "gemini", "recipients": ["ada", "bob"]},
            {"id": "gone", "recipients": [{"id": "fay"}]},
        ],
    )
    assert (operation.name, operation.error_count) == ("objects.projects.delete_subscriptions", 0)
    assert (subscribers(knock), subscribers(knock, "gemini")) == (["bob"], [])


def test_a_hundred_recipients_for_each_of_a_hundred_objects(http: httpx.Client) -> None:
    http.post("/v1/objects/projects/bulk/set", json={"objects": [{"id": f"p{n}"} for n in range(100)]})
    rows = [{"id": f"p{n}", "recipients": [{"id": f"u{m}"} for m in range(100)]} for n in range(100)]
    operation = http.post("/v1/objects/projects/bulk/subscriptions/add", json={"subscriptions": rows}).json()
    assert (operation["success_count"], operation["error_count"]) == (100, 0)
    found = http.get("/v1/users/u42/subscriptions").json()
    assert len(found["entries"]) == 50
    too_many = http.post("/v1/objects/projects/bulk/subscriptions/add", json={"subscriptions": [*rows, rows[0]]})
    assert too_many.status_code == 422


def test_a_repeated_call_under_a_key_of_ones_own_is_answered_as_before(http: httpx.Client, apollo: str) -> None:
    def add(role: str, **headers: str) -> httpx.Response:
        body = {"recipients": ["ada"], "properties": {"role": role}}
        return http.post(f"/v1/objects/projects/{apollo}/subscriptions", json=body, headers=headers)

    first = add("owner", **{"idempotency-key": "mine"})
    add("guest")
    again = add("owner", **{"idempotency-key": "mine"})
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    (entry,) = http.get(f"/v1/objects/projects/{apollo}/subscriptions").json()["entries"]
    assert entry["properties"] == {"role": "guest"}


def test_what_an_object_is_told_its_subscribers_are_told(knock: Knock, apollo: str, pushed: dict[str, Any]) -> None:
    knock.objects.add_subscriptions("projects", apollo, recipients=["ada", "bob"])
    project: Any = {"id": apollo, "collection": "projects"}
    accepted = knock.workflows.trigger("new-comment", recipients=[project], actor="bob", data={"thread": 1})
    eventually(lambda: len(list(knock.users.list_messages("ada"))) == 1)
    (message,) = knock.users.list_messages("ada")
    assert message.source.workflow_run_id == accepted.workflow_run_id
    assert list(knock.users.list_messages("bob")) == []


def test_in_bulk_a_row_with_bad_channel_data_fails_alone(
    http: httpx.Client, knock: Knock, apollo: str, pushed: dict[str, UUID]
) -> None:
    knock.objects.set("projects", "gemini")
    known, unknown = str(pushed["in-app"]), "01a2010c-772e-768f-a1b3-9d15e032df44"
    rows = [
        {"id": apollo, "recipients": [{"id": "eve", "channel_data": {unknown: {}}}]},
        {"id": "gemini", "recipients": [{"id": "eva", "channel_data": {known: {"seat": 1}}}]},
    ]
    reply = http.post("/v1/objects/projects/bulk/subscriptions/add", json={"subscriptions": rows}).json()
    [item] = reply["error_items"]
    assert (item["id"], item["collection"]) == ("apollo", "projects")
    assert item["message"].startswith("subscriptions[0].recipients[0].channel_data.")
    assert (subscribers(knock), subscribers(knock, "gemini")) == ([], ["eva"])
    assert http.get("/v1/users/eve").status_code == 404
    assert http.get(f"/v1/users/eva/channel_data/{known}").json()["data"] == {"seat": 1}
