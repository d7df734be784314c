"""Objects and their subscriptions, through the official SDK (suprsend.md §2.1 A9, §2.6)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from tests.dialects.suprsend.model import own as own_properties

ODD_NAMES = ["u/1", "a b", "é", "a+b", "a@b.c"]


def subscribers(client: Suprsend, type: str, id: str, **options: Any) -> list[str]:
    found = client.objects.get_subscriptions(type, id, options)["results"]
    return [each["user"]["distinct_id"] if each["user"] else each["object"]["id"] for each in found]


class TestObjects:
    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_a_life(self, suprsend: Suprsend, name: str) -> None:
        made = suprsend.objects.upsert(name, name, {"$email": "team@example.com", "size": 3, "$timezone": "UTC"})
        assert (made["object_type"], made["id"], made["subscriptions_count"]) == (name, name, 0)
        assert made["properties"] == {"size": 3, "$timezone": "UTC"}
        assert [each["value"] for each in made["$email"]] == ["team@example.com"]
        assert "$inbox" not in made
        assert suprsend.objects.get(name, name) == made
        assert suprsend.objects.upsert(name, name, {})["properties"] == made["properties"]
        instance = suprsend.objects.get_edit_instance(name, name)
        instance.set("name", "Team")
        instance.increment("size", 2)
        instance.remove_email("team@example.com")
        edited = suprsend.objects.edit(instance)
        assert edited["properties"] == {"size": 5, "name": "Team", "$timezone": "UTC"}
        assert "$email" not in edited
        assert suprsend.objects.delete(name, name) == {"success": True, "status_code": 204}
        for call in (suprsend.objects.get, suprsend.objects.delete):
            with pytest.raises(SuprsendAPIException) as gone:
                call(name, name)
            assert (gone.value.status_code, gone.value.message) == (404, f"object '{name}/{name}' not found")

    def test_an_edit_creates_and_answers_200(self, rest: httpx.Client) -> None:
        answer = rest.patch("/v1/object/team/new/", json={"operations": [{"$set": {"a": 1, "$bad": 2}}]})
        assert (answer.status_code, answer.json()["properties"]) == (200, {"a": 1})
        assert len(answer.json()["warnings"]) == 1

    def test_an_empty_edit_is_refused(self, suprsend: Suprsend) -> None:
        with pytest.raises(SuprsendAPIException) as refused:
            suprsend.objects.edit("team", "t", {})
        assert (refused.value.status_code, refused.value.message) == (400, "Request body must not be empty")

    @pytest.mark.parametrize("type", ["$users", "$tenants", "$lists", "$members/x/y"])
    def test_what_is_kept_apart_is_no_object(self, suprsend: Suprsend, type: str) -> None:
        for call in (suprsend.objects.list, lambda type: suprsend.objects.upsert(type, "x", {"a": 1})):
            with pytest.raises(SuprsendAPIException) as refused:
                call(type)
            assert refused.value.status_code == 400

    def test_lists_of_a_type(self, suprsend: Suprsend) -> None:
        for number in range(3):
            suprsend.objects.upsert("team", f"t{number}", {"n": number})
        suprsend.objects.upsert("other", "t", {})
        suprsend.objects.create_subscriptions("team", "t1", {"recipients": ["u1", "u2"]})
        first = suprsend.objects.list("team", {"limit": 2})
        assert first["meta"] == {
            "count": 3,
            "limit": 2,
            "has_prev": False,
            "before": None,
            "has_next": True,
            "after": first["meta"]["after"],
        }
        assert [(each["id"], each["subscriptions_count"]) for each in first["results"]] == [("t2", 0), ("t1", 2)]
        rest = suprsend.objects.list("team", {"limit": 2, "after": first["meta"]["after"]})
        assert ([each["id"] for each in rest["results"]], rest["meta"]["after"]) == (["t0"], None)
        back = suprsend.objects.list("team", {"limit": 2, "before": rest["meta"]["before"]})
        assert back["results"] == first["results"]

    def test_deleting_many(self, suprsend: Suprsend) -> None:
        for id in ("a", "b", "c"):
            suprsend.objects.upsert("team", id, {})
        done = suprsend.objects.bulk_delete("team", {"object_ids": ["a", "b", "unknown"]})
        assert done == {"success": True, "status_code": 204}
        assert [each["id"] for each in suprsend.objects.list("team")["results"]] == ["c"]
        for ids in ([], [str(number) for number in range(1001)]):
            with pytest.raises(SuprsendAPIException) as refused:
                suprsend.objects.bulk_delete("team", {"object_ids": ids})
            message = "object_ids must be a list of 1 to 1,000 ids."
            assert (refused.value.status_code, refused.value.message) == (400, message)
        with pytest.raises(SuprsendAPIException) as refused:
            suprsend.objects.bulk_delete("team", {"object_ids": ["a", True]})
        assert refused.value.status_code == 400


class TestSubscriptions:
    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_users_and_objects_subscribe(self, suprsend: Suprsend, name: str) -> None:
        suprsend.objects.upsert(name, name, {})
        payload = {
            "recipients": [
                name,
                {"distinct_id": "inline", "$email": "i@example.com", "plan": "pro", "$sms": "nonsense"},
                {"object_type": "team", "id": name, "size": 4},
            ],
            "properties": {"role": "admin"},
        }
        made = suprsend.objects.create_subscriptions(name, name, payload)
        user, inline, team = made["results"]
        assert (user["user"]["distinct_id"], user["object"]) == (name, None)
        assert inline["user"]["distinct_id"] == "inline"
        assert (team["object"]["object_type"], team["object"]["id"], team["user"]) == ("team", name, None)
        assert [each["properties"] for each in made["results"]] == [{"role": "admin"}] * 3
        assert len(made["warnings"]) == 1
        assert own_properties(suprsend.users.get(name)) == {}
        found = suprsend.users.get("inline")
        assert (own_properties(found), [each["value"] for each in found["$email"]]) == (
            {"plan": "pro"},
            ["i@example.com"],
        )
        assert suprsend.objects.get("team", name)["properties"] == {"size": 4}
        listed = suprsend.objects.get_subscriptions(name, name, {})
        assert (listed["meta"]["count"], listed["results"]) == (3, made["results"][::-1])
        assert suprsend.objects.get(name, name)["subscriptions_count"] == 3
        ending = {"recipients": [name, {"object_type": "team", "id": name}, "never here"]}
        assert suprsend.objects.delete_subscriptions(name, name, ending) == {"success": True, "status_code": 204}
        assert subscribers(suprsend, name, name) == ["inline"]

    def test_subscribing_again(self, suprsend: Suprsend) -> None:
        suprsend.objects.upsert("team", "t", {})
        first = suprsend.objects.create_subscriptions("team", "t", {"recipients": ["u", "u"], "properties": {"a": 1}})
        kept = suprsend.objects.create_subscriptions("team", "t", {"recipients": ["u"]})
        [one], [same] = first["results"], kept["results"]
        assert (same["properties"], same["created_at"]) == ({"a": 1}, one["created_at"])
        changed = suprsend.objects.create_subscriptions("team", "t", {"recipients": ["u"], "properties": {"b": 2}})
        assert changed["results"][0]["properties"] == {"b": 2}
        assert subscribers(suprsend, "team", "t") == ["u"]

    @pytest.mark.parametrize(
        "recipients",
        [
            [],
            ["u"] * 101,
            [""],
            [True],
            [{}],
            [{"object_type": "team"}],
            [{"object_type": "$users", "id": "u"}],
            "u",
            None,
        ],
    )
    def test_what_is_no_list_of_recipients(self, suprsend: Suprsend, recipients: Any) -> None:
        suprsend.objects.upsert("team", "t", {})
        for call in (suprsend.objects.create_subscriptions, suprsend.objects.delete_subscriptions):
            with pytest.raises(SuprsendAPIException) as refused:
                call("team", "t", {"recipients": recipients})
            assert refused.value.status_code == 400
        assert subscribers(suprsend, "team", "t") == []

    def test_an_object_that_is_not_there(self, suprsend: Suprsend) -> None:
        payload = {"recipients": ["somebody"]}
        calls: list[Any] = [
            lambda: suprsend.objects.create_subscriptions("team", "no", payload),
            lambda: suprsend.objects.delete_subscriptions("team", "no", payload),
            lambda: suprsend.objects.get_subscriptions("team", "no"),
            lambda: suprsend.objects.get_objects_subscribed_to("team", "no"),
            lambda: suprsend.users.get_objects_subscribed_to("somebody"),
        ]
        for call in calls:
            with pytest.raises(SuprsendAPIException) as gone:
                call()
            assert gone.value.status_code == 404

    def test_what_is_deleted_subscribes_to_nothing(self, suprsend: Suprsend) -> None:
        suprsend.objects.upsert("team", "t", {})
        suprsend.objects.create_subscriptions("team", "t", {"recipients": ["u"]})
        suprsend.users.delete("u")
        assert subscribers(suprsend, "team", "t") == []
        suprsend.users.upsert("u", {})
        assert suprsend.users.get_objects_subscribed_to("u")["results"] == []


class TestWhatSomebodySubscribesTo:
    def test_objects_of_a_user(self, suprsend: Suprsend) -> None:
        for number in range(3):
            suprsend.objects.upsert("team", f"t/{number}", {"n": number})
            payload = {"recipients": ["é/1"], "properties": {"role": number}}
            suprsend.objects.create_subscriptions("team", f"t/{number}", payload)
        first = suprsend.users.get_objects_subscribed_to("é/1", {"limit": 1})
        [item] = first["results"]
        assert {**item["object"], "updated_at": None} == {
            "id": "t/2",
            "object_type": "team",
            "properties": {"n": 2},
            "subscriptions_count": 1,
            "updated_at": None,
        }
        assert item["properties"] == {"role": 2}
        after = first["meta"]["after"]
        assert (first["meta"]["count"], after is None) == (3, False)
        assert first["objects"] == [{"object_id": "t/2", "type": "team", "subscribed_at": item["created_at"]}]
        assert first["paging"] == {"after": after, "has_more": True}
        rest = suprsend.users.get_objects_subscribed_to("é/1", {"limit": 5, "after": after})
        assert [each["object"]["id"] for each in rest["results"]] == ["t/1", "t/0"]
        assert rest["paging"] == {"after": None, "has_more": False}

    def test_objects_of_an_object(self, bearer: Suprsend) -> None:
        for id in ("inner", "outer"):
            bearer.objects.upsert("team", id, {})
        bearer.objects.create_subscriptions("team", "outer", {"recipients": [{"object_type": "team", "id": "inner"}]})
        found = bearer.objects.get_objects_subscribed_to("team", "inner")
        assert [each["object"]["id"] for each in found["results"]] == ["outer"]

    def test_an_object_does_not_subscribe_to_itself(self, suprsend: Suprsend) -> None:
        suprsend.objects.upsert("team", "t", {})
        with pytest.raises(SuprsendAPIException) as refused:
            suprsend.objects.create_subscriptions("team", "t", {"recipients": [{"object_type": "team", "id": "t"}]})
        assert refused.value.status_code == 400

    def test_what_is_refused_writes_nobody(self, suprsend: Suprsend) -> None:
        suprsend.objects.upsert("team", "t", {})
        with pytest.raises(SuprsendAPIException):
            suprsend.objects.create_subscriptions(
                "team", "t", {"recipients": ["ada", {"object_type": "team", "id": "t"}]}
            )
        with pytest.raises(SuprsendAPIException):
            suprsend.objects.create_subscriptions("team", "t", {"recipients": ["ada"], "properties": {"a": "\0"}})
        assert suprsend.users.list()["meta"]["count"] == 0
