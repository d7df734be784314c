"""Subscriber lists and their versions, through the official SDK (suprsend.md §2.1, §2.5, §2.9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from knockapi import Knock
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException, SuprsendValidationError

from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.suprsend.model import own as own_properties
from tests.support.raw_http import Connection

ODD_IDS = ["u/1", "a b", "é", "a+b", "a@b.c", "100%", "U1", "?x#y", "x" * 255]

NEWS = "/v1/subscriber_list/news/"

NEW_LIST = {
    "list_id": "news",
    "list_name": "News",
    "list_description": "What is new",
    "list_type": "static_list",
    "subscribers_count": 0,
    "source": None,
    "is_readonly": False,
    "status": "active",
    "track_user_entry": True,
    "track_user_exit": False,
    "requested_for_delete": False,
    "drafts": None,
    "version_id": None,
}


def create(suprsend: Suprsend, id: str = "news", **rest: Any) -> dict[str, Any]:
    created: dict[str, Any] = suprsend.subscriber_lists.create({"list_id": id, **rest})
    return created


def members(rest: httpx.Client, id: str = "news") -> set[str]:
    page = rest.get(f"/v1/subscriber_list/{id}/subscriber/", params={"limit": 1000}).json()
    assert page["meta"]["count"] == len(page["results"])
    return {each["distinct_id"] for each in page["results"]}


def lists_of(suprsend: Suprsend, id: str, **options: Any) -> list[str]:
    page = suprsend.users.get_lists_subscribed_to(id, options)
    return [each["list"]["list_id"] for each in page["results"]]


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(SuprsendAPIException) as error:
        call()
    return error.value.status_code, error.value.message


def affected(count: int) -> dict[str, Any]:
    return {"success": True, "affected_count": count}


class TestLists:
    def test_create_and_get(self, suprsend: Suprsend) -> None:
        created = create(suprsend, list_name="News", list_description="What is new", track_user_entry=True)
        times = {name: created.pop(name) for name in ("created_at", "updated_at")}
        assert created == NEW_LIST
        assert all(text.endswith("Z") for text in times.values())
        assert suprsend.subscriber_lists.get("news") == {**created, **times}

    def test_creating_again_changes_what_is_said(self, suprsend: Suprsend) -> None:
        first = create(suprsend, list_name="News", track_user_exit=True)
        second = create(suprsend, list_description="What is new")
        assert (second["list_name"], second["list_description"]) == ("News", "What is new")
        assert (second["track_user_exit"], second["created_at"]) == (True, first["created_at"])

    def test_ids_are_lower_case(self, suprsend: Suprsend) -> None:
        assert create(suprsend, "NeWs_1-2")["list_id"] == "news_1-2"
        assert suprsend.subscriber_lists.get("NEWS_1-2")["list_id"] == "news_1-2"
        suprsend.subscriber_lists.add("NEWS_1-2", ["ada"])
        assert lists_of(suprsend, "ada") == ["news_1-2"]

    @pytest.mark.parametrize("id", ["a b", "é", "a/b", "x" * 65, "a.b", ".."])
    def test_ids_that_no_list_can_have(self, suprsend: Suprsend, id: str) -> None:
        status, message = refused(lambda: create(suprsend, id))
        assert (status, message[:18]) == (400, "list_id must be 1 ")

    @pytest.mark.parametrize(
        "payload",
        [
            {},
            {"list_id": True},
            {"list_id": "news", "list_name": 1},
            {"list_id": "news", "list_type": "query_based"},
            {"list_id": "news", "track_user_entry": "yes"},
            {"list_id": "news", "list_name": "\0"},
            [],
        ],
    )
    def test_payloads_that_are_wrong(self, rest: httpx.Client, payload: Any) -> None:
        answer = rest.post("/v1/subscriber_list/", json=payload)
        assert (answer.status_code, answer.json()["code"]) == (400, 400)
        assert rest.get(NEWS).status_code == 404

    def test_get_all(self, suprsend: Suprsend) -> None:
        for id in ("b", "c", "a"):
            create(suprsend, id)
        suprsend.subscriber_lists.add("b", ["ada", "bob"])
        everything = suprsend.subscriber_lists.get_all()
        assert everything["meta"] == {"count": 3, "limit": 20, "offset": 0}
        assert [(each["list_id"], each["subscribers_count"]) for each in everything["results"]] == [
            ("a", 0),
            ("b", 2),
            ("c", 0),
        ]
        part = suprsend.subscriber_lists.get_all(limit=1, offset=2)
        assert part["meta"] == {"count": 3, "limit": 1, "offset": 2}
        assert [each["list_id"] for each in part["results"]] == ["c"]
        assert suprsend.subscriber_lists.get_all(limit=5, offset=3)["results"] == []

    def test_get_all_without_a_slash(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        answer = rest.get("/v1/subscriber_list?limit=1&offset=0")
        assert (answer.status_code, answer.json()["meta"]["count"]) == (200, 1)

    def test_delete(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        suprsend.subscriber_lists.add("news", ["ada"])
        assert suprsend.subscriber_lists.delete("news") == {"success": True, "status_code": 204}
        assert refused(lambda: suprsend.subscriber_lists.get("news")) == (404, "list_id: news not found")
        assert lists_of(suprsend, "ada") == []
        create(suprsend)
        assert members(rest) == set()

    def test_delete_as_other_sdks_ask(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        version = suprsend.subscriber_lists.start_sync("news")["version_id"]
        for path in (f"{NEWS}version/{version}/delete/", f"{NEWS}delete/"):
            answer = rest.patch(path, json={})
            assert (answer.status_code, answer.json()) == (200, {"success": True})
            assert rest.patch(path, json={}).status_code == 404

    def test_nothing_of_an_unknown_list(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        lists, version = suprsend.subscriber_lists, "01JJW6HXXXXPB59ARDW85G0KN0"
        calls: list[Callable[[], Any]] = [
            lambda: lists.get("News"),
            lambda: lists.delete("News"),
            lambda: lists.add("News", ["ada"]),
            lambda: lists.remove("News", ["ada"]),
            lambda: lists.start_sync("News"),
            lambda: lists.get_version("News", version),
            lambda: lists.add_to_version("News", version, ["ada"]),
            lambda: lists.remove_from_version("News", version, ["ada"]),
            lambda: lists.finish_sync("News", version),
            lambda: lists.delete_version("News", version),
        ]
        for call in calls:
            assert refused(call) == (404, "list_id: news not found")
        assert rest.get(f"{NEWS}subscriber/").json()["message"] == "list_id: news not found"
        assert refused(lambda: lists.get("a b/c")) == (404, "list_id: a b/c not found")


class TestMembers:
    def test_add_and_remove(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        lists = suprsend.subscriber_lists
        assert lists.add("news", ["ada", "bob", "ada"]) == affected(2)
        assert lists.add("news", ["bob", "cleo"]) == affected(1)
        assert lists.remove("news", ["ada", "nobody"]) == affected(1)
        assert lists.remove("news", ["ada"]) == affected(0)
        assert lists.get("news")["subscribers_count"] == 2
        assert members(rest) == {"bob", "cleo"}

    def test_odd_ids(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        assert suprsend.subscriber_lists.add("news", ODD_IDS) == affected(len(ODD_IDS))
        assert members(rest) == set(ODD_IDS)
        for id in ODD_IDS:
            assert lists_of(suprsend, id) == ["news"]
        assert suprsend.subscriber_lists.remove("news", ODD_IDS) == affected(len(ODD_IDS))

    def test_unknown_users_are_created(self, suprsend: Suprsend) -> None:
        create(suprsend)
        suprsend.users.upsert("ada", {"plan": "pro"})
        suprsend.subscriber_lists.add("news", ["ada", "bob"])
        assert own_properties(suprsend.users.get("ada")) == {"plan": "pro"}
        assert own_properties(suprsend.users.get("bob")) == {}

    def test_an_empty_list_asks_for_nothing(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        assert suprsend.subscriber_lists.add("news", []) == {"success": True}
        for verb in ("add", "remove"):
            answer = rest.post(f"{NEWS}subscriber/{verb}/", json={"distinct_ids": []})
            assert (answer.status_code, answer.json()) == (201, affected(0))

    @pytest.mark.parametrize(
        "wrong", ["", " ", 1.5, None, "x" * 256, "a\0b", ".", "..", ["ada"], {"distinct_id": "ada"}]
    )
    def test_one_wrong_id_spoils_the_call(self, suprsend: Suprsend, rest: httpx.Client, wrong: Any) -> None:
        create(suprsend)
        for verb in ("add", "remove"):
            answer = rest.post(f"{NEWS}subscriber/{verb}/", json={"distinct_ids": ["ada", wrong]})
            assert answer.status_code == 400
        assert members(rest) == set()
        assert rest.get("/v1/user/ada/").status_code == 404

    @pytest.mark.parametrize("body", [{}, {"distinct_ids": "ada"}, {"distinct_ids": None}, [], None])
    def test_bodies_without_ids(self, suprsend: Suprsend, rest: httpx.Client, body: Any) -> None:
        create(suprsend)
        assert rest.post(f"{NEWS}subscriber/add/", json=body).status_code == 400

    @pytest.mark.parametrize(("number", "length"), [(4_000, 255), pytest.param(32_000, 29, marks=pytest.mark.slow)])
    def test_a_mebibyte_of_ids_in_one_call(
        self, suprsend: Suprsend, rest: httpx.Client, number: int, length: int
    ) -> None:
        create(suprsend)
        ids = [f"user-{each:0{length - 5}}" for each in range(number)]
        body = json.dumps({"distinct_ids": ids}, separators=(",", ":"))
        assert 1_000_000 < len(body) <= 1_048_576
        headers = {"content-type": "application/json"}
        for verb, count in (("add", number), ("add", 0), ("remove", number)):
            answer = rest.post(f"{NEWS}subscriber/{verb}/", content=body, headers=headers)
            assert (answer.status_code, answer.json()) == (201, affected(count))
        headers["authorization"] = rest.headers["authorization"]
        line = Connection(str(rest.base_url))
        too_long = line.ask("POST", f"{NEWS}subscriber/add/", headers=headers, body=b"", announced=1_048_577)
        assert too_long.status == 413

    def test_paged(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        for id in ("ada", "bob", "cleo"):
            suprsend.subscriber_lists.add("news", [id])
        first = rest.get(f"{NEWS}subscriber/", params={"limit": 2}).json()
        assert [each["distinct_id"] for each in first["results"]] == ["cleo", "bob"]
        assert set(first["results"][0]) == {"id", "distinct_id", "created_at"}
        assert (first["meta"]["count"], first["meta"]["has_next"], first["meta"]["has_prev"]) == (3, True, False)
        second = rest.get(f"{NEWS}subscriber/", params={"limit": 2, "after": first["meta"]["after"]}).json()
        assert [each["distinct_id"] for each in second["results"]] == ["ada"]
        assert (second["meta"]["has_next"], second["meta"]["after"]) == (False, None)
        again = rest.get(f"{NEWS}subscriber/", params={"limit": 2, "before": second["meta"]["before"]}).json()
        assert again["results"] == first["results"]
        assert rest.get(f"{NEWS}subscriber/", params={"after": "nonsense"}).status_code == 400

    def test_who_is_deleted_is_in_no_list(self, suprsend: Suprsend) -> None:
        create(suprsend)
        suprsend.subscriber_lists.add("news", ["ada"])
        suprsend.users.delete("ada")
        assert refused(lambda: lists_of(suprsend, "ada")) == (404, "user [distinct_id: 'ada'] not found")
        suprsend.users.upsert("ada", {})
        assert lists_of(suprsend, "ada") == []
        assert suprsend.subscriber_lists.add("news", ["ada"]) == affected(1)

    def test_a_repetition_under_a_key(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        for _ in range(2):
            answer = rest.post(
                f"{NEWS}subscriber/add/", json={"distinct_ids": ["ada"]}, headers={"idempotency-key": "k"}
            )
            assert (answer.status_code, answer.json()) == (201, affected(1))


class TestSubscribedTo:
    def test_the_lists_of_a_user(self, suprsend: Suprsend) -> None:
        create(suprsend, list_name="News", list_description="What is new")
        suprsend.subscriber_lists.add("news", ["ada", "bob"])
        page = suprsend.users.get_lists_subscribed_to("ada")
        (item,) = page["results"]
        (brief,) = page["lists"]
        news = suprsend.subscriber_lists.get("news")
        assert item["list"] == {
            "list_id": "news",
            "list_name": "News",
            "list_description": "What is new",
            "list_type": "static_list",
            "source": None,
            "subscribers_count": 2,
            "updated_at": news["updated_at"],
        }
        assert datetime.fromisoformat(item["created_at"]) == datetime.fromisoformat(brief["subscribed_at"])
        assert (brief["list_id"], brief["status"], brief["subscribed_at"][-1]) == ("news", "subscribed", "Z")
        assert page["meta"]["count"] == 1
        assert page["paging"] == {"after": None, "has_more": False}

    def test_one_by_one(self, suprsend: Suprsend) -> None:
        for id in ("a", "b", "c"):
            create(suprsend, id)
            suprsend.subscriber_lists.add(id, ["ada"])
        found, options = [], {"limit": 1}
        while True:
            page = suprsend.users.get_lists_subscribed_to("ada", options)
            assert page["meta"]["count"] == 3
            assert page["paging"] == {"after": page["meta"]["after"], "has_more": page["meta"]["has_next"]}
            found += [each["list_id"] for each in page["lists"]]
            if not page["paging"]["has_more"]:
                break
            options = {"limit": 1, "after": page["paging"]["after"]}
        assert found == ["c", "b", "a"]

    def test_an_unknown_user(self, suprsend: Suprsend) -> None:
        assert refused(lambda: lists_of(suprsend, "nobody")) == (404, "user [distinct_id: 'nobody'] not found")


class TestVersions:
    def test_start_sync(self, suprsend: Suprsend) -> None:
        active = create(suprsend, list_name="News")
        suprsend.subscriber_lists.add("news", ["ada"])
        draft = suprsend.subscriber_lists.start_sync("news")
        version = draft["version_id"]
        assert (len(version), version.isalnum(), version.upper()) == (26, True, version)
        assert (draft["status"], draft["subscribers_count"], draft["drafts"]) == ("draft", 0, None)
        assert (draft["list_id"], draft["list_name"]) == ("news", "News")
        assert suprsend.subscriber_lists.get_version("news", version) == draft
        found = suprsend.subscriber_lists.get("news")
        times = {name: draft[name] for name in ("created_at", "updated_at")}
        assert found == {
            **active,
            "subscribers_count": 1,
            "updated_at": found["updated_at"],
            "drafts": [{"version_id": version, "subscribers_count": 0, **times}],
        }

    def test_a_swap(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        created = create(suprsend)
        lists = suprsend.subscriber_lists
        lists.add("news", ["ada", "bob"])
        version = lists.start_sync("news")["version_id"]
        assert lists.add_to_version("news", version, ["bob", "cleo", "dan"]) == affected(3)
        assert lists.remove_from_version("news", version, ["dan", "ada"]) == affected(1)
        assert lists.get_version("news", version.lower())["subscribers_count"] == 2
        assert members(rest) == {"ada", "bob"}
        finished = lists.finish_sync("news", version)
        assert (finished["status"], finished["version_id"], finished["drafts"]) == ("active", None, None)
        assert (finished["subscribers_count"], finished["created_at"]) == (2, created["created_at"])
        assert lists.get("news") == finished
        assert members(rest) == {"bob", "cleo"}
        assert (lists_of(suprsend, "ada"), lists_of(suprsend, "bob")) == ([], ["news"])

    def test_one_that_was_started_in_between(self, suprsend: Suprsend, rest: httpx.Client) -> None:
        create(suprsend)
        lists = suprsend.subscriber_lists
        first = lists.start_sync("news")["version_id"]
        lists.add_to_version("news", first, ["ada"])
        second = lists.start_sync("news")["version_id"]
        lists.add_to_version("news", second, ["bob"])
        lists.finish_sync("news", first)
        lists.add("news", ["cleo"])
        assert members(rest) == {"ada", "cleo"}
        assert [draft["version_id"] for draft in lists.get("news")["drafts"]] == [second]
        lists.finish_sync("news", second)
        assert members(rest) == {"bob"}

    def test_what_is_no_draft_any_more(self, suprsend: Suprsend) -> None:
        create(suprsend)
        lists = suprsend.subscriber_lists
        finished, deleted = (lists.start_sync("news")["version_id"] for _ in range(2))
        lists.finish_sync("news", finished)
        assert lists.delete_version("news", deleted) == {"success": True, "status_code": 204}
        for version in (finished, deleted, "01JJW6HXXXXPB59ARDW85G0KN0", "nonsense"):
            calls: list[Callable[[], Any]] = [
                lambda version=version: lists.get_version("News", version),  # type: ignore[misc]
                lambda version=version: lists.add_to_version("News", version, ["ada"]),  # type: ignore[misc]
                lambda version=version: lists.remove_from_version("News", version, ["ada"]),  # type: ignore[misc]
                lambda version=version: lists.finish_sync("News", version),  # type: ignore[misc]
                lambda version=version: lists.delete_version("News", version),  # type: ignore[misc]
            ]
            for call in calls:
                assert refused(call) == (404, f"version_id {version} not found for list_id news")
        with pytest.raises(SuprsendValidationError):
            lists.get_version("news", " ")

    def test_there_are_20_at_most(self, suprsend: Suprsend) -> None:
        create(suprsend)
        for _ in range(20):
            suprsend.subscriber_lists.start_sync("news")
        status, message = refused(lambda: suprsend.subscriber_lists.start_sync("news"))
        assert (status, message) == (400, "news has 20 drafts; finish or delete one of them first.")

    def test_by_an_api_key(self, bearer: Suprsend) -> None:
        create(bearer)
        version = bearer.subscriber_lists.start_sync("news")["version_id"]
        bearer.subscriber_lists.add_to_version("news", version, ["ada"])
        assert bearer.subscriber_lists.finish_sync("news", version)["subscribers_count"] == 1


class TestApart:
    @pytest.fixture
    async def knock(self, api: str, keys: Keys, environment: Environment) -> Knock:
        key = (await keys.create(environment.name, "secret")).key
        return Knock(api_key=key, base_url=api, max_retries=0)

    def test_lists_are_no_objects(self, suprsend: Suprsend, rest: httpx.Client, knock: Knock) -> None:
        create(suprsend)
        suprsend.subscriber_lists.add("news", ["ada"])
        suprsend.subscriber_lists.start_sync("news")
        assert knock.users.list_subscriptions("ada").entries == []
        for path in ("/v1/objects/$lists", "/v1/objects/$lists/news", "/v1/objects/$lists/news/subscriptions"):
            answer = knock._client.get(path, headers={"authorization": f"Bearer {knock.api_key}"})
            assert answer.status_code == 422
        assert suprsend.users.get_objects_subscribed_to("ada")["results"] == []
        assert rest.get("/v1/object/$lists/news/").status_code == 400

    async def test_lists_of_another_workspace(
        self, suprsend: Suprsend, api: str, keys: Keys, environment: Environment
    ) -> None:
        create(suprsend)
        other = await keys.create("staging", "api")
        with httpx.Client(base_url=api, headers={"authorization": f"Bearer {other.key}"}) as client:
            assert client.get(NEWS).status_code == 404
