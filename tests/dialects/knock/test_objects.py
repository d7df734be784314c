"""Objects, one and in bulk, as the official SDK sees them (knock.md §2.2, §3.13)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import httpx
import knockapi
import pytest
from knockapi import Knock

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CREATED_AT = "2019-12-27T18:11:19.117000Z"


def test_an_object_nests_everything_but_its_envelope(knock: Knock, http: httpx.Client) -> None:
    apollo = knock.objects.set("projects", "apollo", name="Apollo", extra_body={"plan": {"tier": "pro"}})
    body = http.get("/v1/objects/projects/apollo").json()
    assert INSTANT.fullmatch(body.pop("updated_at"))
    assert body == {
        "id": "apollo",
        "collection": "projects",
        "properties": {"name": "Apollo", "plan": {"tier": "pro"}},
        "created_at": None,
        "__typename": "Object",
    }
    assert knock.objects.get("projects", "apollo") == apollo


def test_setting_again_merges_as_users_are_merged(knock: Knock) -> None:
    knock.objects.set("projects", "apollo", name="Apollo", extra_body={"plan": {"tier": "pro"}, "size": 3})
    again = knock.objects.set(
        "projects", "apollo", timezone="Europe/Berlin", extra_body={"plan": {"seats": 2}, "created_at": CREATED_AT}
    )
    assert again.properties == {"name": "Apollo", "timezone": "Europe/Berlin", "plan": {"seats": 2}, "size": 3}
    assert again.created_at == datetime.fromisoformat(CREATED_AT)


def test_collections_are_apart(knock: Knock) -> None:
    knock.objects.set("projects", "apollo", name="Project")
    knock.objects.set("teams", "apollo", name="Team")
    knock.users.update("apollo", name="User")
    assert knock.objects.get("teams", "apollo").properties == {"name": "Team"}
    assert [each.properties for each in knock.objects.list("projects")] == [{"name": "Project"}]


@pytest.mark.parametrize("id", ["a/b", "é 1", "bulk", "%2F", "subscriptions", "x" * 256])
def test_ids_and_collections_are_whatever_the_caller_says(knock: Knock, id: str) -> None:
    assert knock.objects.set(id, id, name="Something").id == id
    found = knock.objects.get(id, id)
    assert (found.collection, found.id) == (id, id)


def test_objects_are_listed_by_pages_with_their_preferences_when_asked(knock: Knock) -> None:
    for number in range(5):
        knock.objects.set("projects", f"p{number}")
    knock.objects.set("projects", "p0", extra_body={"preferences": {"default": {"workflows": {"news": False}}}})
    assert [each.id for each in knock.objects.list("projects", page_size=2)] == ["p0", "p1", "p2", "p3", "p4"]
    first = knock.objects.list("projects", page_size=2)
    assert "preferences" not in first.entries[0].to_dict()
    assert first.page_info
    back = knock.objects.list("projects", before=str(first.page_info.after))
    assert [each.id for each in back.entries] == ["p0"]
    shown: Any = knock.objects.list("projects", include=["preferences"]).entries[0].to_dict()
    assert shown["preferences"]["default"]["workflows"] == {"news": False}


def test_a_deleted_object_is_gone_and_its_id_may_be_used_again(knock: Knock) -> None:
    knock.objects.set("projects", "apollo", name="Apollo")
    knock.objects.delete("projects", "apollo")
    knock.objects.delete("projects", "apollo")
    knock.objects.delete("projects", "never there")
    with pytest.raises(knockapi.NotFoundError):
        knock.objects.get("projects", "apollo")
    assert list(knock.objects.list("projects")) == []
    assert knock.objects.set("projects", "apollo").properties == {}


@pytest.mark.parametrize("collection", ["$users", "$lists", "$audiences", "$"])
def test_collections_that_are_kept_apart(http: httpx.Client, collection: str) -> None:
    for reply in (
        http.get(f"/v1/objects/{collection}"),
        http.put(f"/v1/objects/{collection}/x", json={}),
        http.get(f"/v1/objects/{collection}/x"),
        http.delete(f"/v1/objects/{collection}/x"),
        http.get(f"/v1/objects/{collection}/x/subscriptions"),
        http.post(f"/v1/objects/{collection}/bulk/set", json={"objects": [{"id": "x"}]}),
        http.post(f"/v1/objects/{collection}/bulk/subscriptions/add", json={"subscriptions": []}),
    ):
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == "collection"


def test_what_an_object_cannot_hold_is_named(knock: Knock) -> None:
    with pytest.raises(knockapi.UnprocessableEntityError) as raised:
        knock.objects.set("projects", "apollo", timezone="Mars")
    body: Any = raised.value.body
    assert body["errors"][0]["field"] == "timezone"


def test_many_objects_are_set_and_each_row_fails_alone(knock: Knock) -> None:
    rows: list[Any] = [{"id": "p1", "name": "One"}, {"id": "", "name": "None"}, {"id": "p3", "timezone": "Mars"}]
    operation = knock.objects.bulk.set("projects", objects=[*rows, {"id": "p2"}])
    assert (operation.name, operation.status) == ("objects.projects.set", "completed")
    assert (operation.success_count, operation.error_count) == (2, 2)
    failed = [(item.id, item.collection) for item in operation.error_items or ()]
    assert failed == [("", "projects"), ("p3", "projects")]
    assert knock.bulk_operations.get(operation.id) == operation
    assert sorted(each.id for each in knock.objects.list("projects")) == ["p1", "p2"]


def test_many_objects_are_deleted(knock: Knock) -> None:
    for id in ("p1", "p2", "p3"):
        knock.objects.set("projects", id)
    operation = knock.objects.bulk.delete("projects", object_ids=["p1", "p3", "unknown"])
    assert (operation.name, operation.success_count) == ("objects.projects.delete", 3)
    assert [each.id for each in knock.objects.list("projects")] == ["p2"]


@pytest.mark.parametrize("body", [{}, {"objects": [{"name": "x"}]}, {"objects": [{"id": "p"}] * 1001}, {"objects": 1}])
def test_a_bulk_call_of_another_form_is_refused_whole(http: httpx.Client, body: dict[str, Any]) -> None:
    reply = http.post("/v1/objects/projects/bulk/set", json=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_params")


def test_a_repeated_call_under_a_key_of_ones_own_is_answered_as_before(http: httpx.Client) -> None:
    headers = {"idempotency-key": "mine"}
    first = http.put("/v1/objects/projects/apollo", json={"name": "Apollo"}, headers=headers)
    http.put("/v1/objects/projects/apollo", json={"name": "Changed"})
    again = http.put("/v1/objects/projects/apollo", json={"name": "Apollo"}, headers=headers)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert http.get("/v1/objects/projects/apollo").json()["properties"] == {"name": "Changed"}
