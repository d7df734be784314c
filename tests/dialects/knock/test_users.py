"""Users, as the official SDK sees them (knock.md §2.1, §3.1, §3.4, §4)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import httpx
import knockapi
import pytest
from knockapi import AsyncKnock, Knock

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_user_has_exactly_the_keys_of_the_contract(knock: Knock, http: httpx.Client) -> None:
    user = knock.users.update("user_1", name="Ada Example", email="ada@example.com")
    body = http.get("/v1/users/user_1").json()
    assert INSTANT.fullmatch(str(body.pop("updated_at")))
    assert body == {
        "id": "user_1",
        "name": "Ada Example",
        "email": "ada@example.com",
        "created_at": None,
        "__typename": "User",
    }
    assert knock.users.get("user_1") == user


async def test_the_asynchronous_client_works_alike(api: str, secret_key: str) -> None:
    async with AsyncKnock(api_key=secret_key, base_url=api, _strict_response_validation=True) as knock:
        user = await knock.users.update("ada", name="Ada", extra_body={"plan": {"tier": "pro"}})
        assert user.to_dict()["plan"] == {"tier": "pro"}
        assert await knock.users.get("ada") == user
        assert [one.id async for one in knock.users.list()] == ["ada"]


@pytest.mark.parametrize("id", ["us er/1", "é", "a+b@c.de", "%2F", "a%20b", "🦊", "..a", "bulk", "x" * 256])
def test_an_id_is_whatever_the_caller_says(knock: Knock, id: str) -> None:
    assert knock.users.update(id, name="Someone").id == id
    assert knock.users.get(id).name == "Someone"
    assert [user.id for user in knock.users.list()] == [id]


def test_all_attributes_and_traits_come_back(knock: Knock, http: httpx.Client) -> None:
    knock.users.update(
        "ada",
        name="Ada",
        email="not checked",
        avatar="https://example.com/a.png",
        phone_number="phone_number",
        timezone="Europe/Berlin",
        locale="locale",
        created_at=datetime.fromisoformat("2019-12-27T18:11:19.117+02:00"),
        extra_body={"tags": ["a", None, 1.5], "nested": {"properties": {"preferences": True}}, "first_name": "A"},
    )
    body = http.get("/v1/users/ada").json()
    del body["updated_at"]
    assert body == {
        "id": "ada",
        "name": "Ada",
        "email": "not checked",
        "avatar": "https://example.com/a.png",
        "phone_number": "phone_number",
        "timezone": "Europe/Berlin",
        "locale": "locale",
        "created_at": "2019-12-27T16:11:19.117Z",
        "tags": ["a", None, 1.5],
        "nested": {"properties": {"preferences": True}},
        "first_name": "A",
        "__typename": "User",
    }


def test_only_the_keys_given_change_and_null_is_a_value(knock: Knock) -> None:
    knock.users.update("ada", name="Ada", email="a@example.com", extra_body={"plan": "pro"})
    body = knock.users.update("ada", email=None, extra_body={"city": None}).to_dict()
    assert {name: body.get(name, "absent") for name in ("name", "email", "plan", "city", "avatar")} == {
        "name": "Ada",
        "email": None,
        "plan": "pro",
        "city": None,
        "avatar": "absent",
    }


async def test_nested_traits_replace_unless_the_environment_merges_deeply(
    knock: Knock, pool: Pool, environment: Environment, api: str, keys: Any
) -> None:
    knock.users.update("ada", extra_body={"plan": {"tier": "pro", "seats": 3}})
    shallow = knock.users.update("ada", extra_body={"plan": {"seats": 4}})
    assert shallow.to_dict()["plan"] == {"seats": 4}
    await Environments(pool).change(environment.name, {"property_merge": "deep"})
    fresh = (await keys.create(environment.name, "secret")).key
    with Knock(api_key=fresh, base_url=api) as again:
        assert again.users.update("ada", extra_body={"plan": {"tier": "pro"}}).to_dict()["plan"] == {
            "seats": 4,
            "tier": "pro",
        }


async def test_a_language_that_another_dialect_set_leaves_the_name_to_traits(
    knock: Knock, http: httpx.Client, pool: Pool, environment: Environment
) -> None:
    directory, place = Directory(pool), Place(environment.id, USERS, "ada")
    await directory.write(Write(place, (Identify({"name": "Ada", "language": "en"}),)))
    for shape in ("flat", "nested"):
        shown = http.get("/v1/users/ada", headers={"X-Knock-User-Shape": shape}).json()
        assert "language" not in shown | shown.get("properties", {})
    assert knock.users.update("ada", extra_body={"language": "Analytical"}).to_dict()["language"] == "Analytical"
    stored = await directory.read(place)
    assert stored is not None
    assert (stored.attributes["language"], stored.properties) == ("en", {"language": "Analytical"})


def test_what_the_service_says_of_a_user_is_never_stored(knock: Knock, http: httpx.Client) -> None:
    knock.users.update("ada", name="Ada", extra_body={"plan": "pro"})
    user = http.get("/v1/users/ada").json()
    sent_back = {**user, "__cursor": "x", "collection": "people", "id": "someone else"}
    answer = http.put("/v1/users/ada", json=sent_back).json()
    assert {**answer, "updated_at": user["updated_at"]} == user


def test_an_empty_body_creates_and_then_changes_nothing(knock: Knock, http: httpx.Client) -> None:
    created = http.put("/v1/users/ada", headers={"content-type": "application/json"})
    assert created.status_code == 200
    assert http.put("/v1/users/ada", json={}).json() == created.json()


# The parts of a preference set that says nothing.
UNSET = dict.fromkeys(["categories", "workflows", "channel_types", "channels", "commercial_subscribed"])


def test_inline_preferences_and_channel_data_are_kept_apart_from_traits(knock: Knock, pushed: dict[str, UUID]) -> None:
    channel = str(pushed["email"])
    user = knock.users.update(
        "ada",
        preferences={"default": {"channel_types": {"email": False}}},
        channel_data={channel: {"tokens": ["t1"]}},
    )
    assert set(user.to_dict()) == {"id", "__typename", "created_at", "updated_at"}
    listed = knock.users.list(include=["preferences"]).entries[0].to_dict()
    assert listed["preferences"] == {"default": {**UNSET, "id": "default", "channel_types": {"email": False}}}
    merged = knock.users.update("ada", preferences={"default": {"channel_types": {"sms": True}}, "acme": {}})
    assert merged.updated_at > user.updated_at or merged == user
    listed = knock.users.list(include=["preferences"]).entries[0].to_dict()
    assert listed["preferences"] == {
        "default": {**UNSET, "id": "default", "channel_types": {"email": False, "sms": True}},
        "acme": {**UNSET, "id": "acme"},
    }


def test_null_preferences_and_channel_data_change_nothing(knock: Knock, http: httpx.Client) -> None:
    knock.users.update("ada", preferences={"default": {"channel_types": {"email": False}}})
    assert http.put("/v1/users/ada", json={"preferences": None, "channel_data": None}).status_code == 200
    assert knock.users.list(include=["preferences"]).entries[0].to_dict()["preferences"] == {
        "default": {**UNSET, "id": "default", "channel_types": {"email": False}},
    }


def test_an_unknown_user_is_missing(knock: Knock) -> None:
    with pytest.raises(knockapi.NotFoundError) as error:
        knock.users.get("nobody")
    assert error.value.body == {
        "code": "resource_missing",
        "message": "The user was not found.",
        "status": 404,
        "type": "api_error",
    }


def test_delete_is_final_and_the_id_inherits_nothing(knock: Knock) -> None:
    knock.users.update("ada", name="Ada", extra_body={"plan": "pro"})
    knock.users.delete("ada")
    knock.users.delete("ada")
    knock.users.delete("never seen")
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("ada")
    assert knock.users.list().entries == []
    assert set(knock.users.update("ada").to_dict()) == {"id", "__typename", "created_at", "updated_at"}


class TestShapes:
    """The flat user of today and the nested one of before (§4.3)."""

    NESTED: ClassVar[dict[str, str]] = {"x-knock-user-shape": "nested"}

    def test_nested_holds_everything_in_properties(self, knock: Knock) -> None:
        knock.users.update(
            "ada", name="Ada", created_at=datetime(2025, 1, 2), extra_body={"plan": "pro"}, preferences={"default": {}}
        )
        body = knock.users.get("ada", extra_headers=self.NESTED).to_dict()
        assert body.pop("updated_at")
        assert body == {
            "id": "ada",
            "properties": {"name": "Ada", "plan": "pro", "created_at": "2025-01-02T00:00:00.000Z"},
            "preferences": {"default": {**UNSET, "id": "default"}},
            "__typename": "User",
        }
        listed = knock.users.list(extra_query={"user_shape": "nested"}).entries[0].to_dict()
        assert listed["properties"] == {"name": "Ada", "plan": "pro", "created_at": "2025-01-02T00:00:00.000Z"}

    def test_no_preferences_are_null(self, http: httpx.Client) -> None:
        assert http.put("/v1/users/ada", headers=self.NESTED, json={}).json()["preferences"] is None

    def test_properties_are_unwrapped_only_when_the_nested_shape_is_asked_for(self, http: httpx.Client) -> None:
        given = {"properties": {"name": "Ada", "plan": "pro"}}
        http.put("/v1/users/nested", headers=self.NESTED, json=given)
        http.put("/v1/users/flat", json=given)
        assert http.get("/v1/users/nested").json()["name"] == "Ada"
        assert http.get("/v1/users/flat").json()["properties"] == {"name": "Ada", "plan": "pro"}

    async def test_the_environment_can_choose(
        self, knock: Knock, pool: Pool, environment: Environment, http: httpx.Client
    ) -> None:
        await Environments(pool).change(environment.name, {"user_shape": "nested"})
        assert set(http.put("/v1/users/ada", json={}).json()) >= {"properties", "preferences"}
        assert "properties" not in http.get("/v1/users/ada?user_shape=flat").json()

    def test_the_calls_of_before_are_served(self, http: httpx.Client) -> None:
        user = http.post("/v1/identify", json={"id": "ada", "properties": {"name": "Ada", "plan": "pro"}}).json()
        assert (user["id"], user["name"], user["plan"]) == ("ada", "Ada", "pro")
        batch = [{"id": "bob", "properties": {"name": "Bob"}}, {"id": "eve"}]
        assert http.post("/v1/batch/users", json={"batch": batch}).json()["success_count"] == 2
        assert http.get("/v1/users/bob").json()["name"] == "Bob"

    def test_another_shape_is_refused(self, http: httpx.Client) -> None:
        assert http.get("/v1/users/ada?user_shape=round").json()["errors"][0]["field"] == "user_shape"


class TestPages:
    """Lists are walked by cursors (§1.8)."""

    @pytest.fixture
    def people(self, knock: Knock) -> list[str]:
        ids = [f"user-{number:03}" for number in range(120)]
        knock.users.bulk.identify(users=[{"id": id} for id in ids])
        return ids

    def test_the_sdk_walks_all_pages_in_the_order_of_creation(self, knock: Knock, people: list[str]) -> None:
        assert [user.id for user in knock.users.list(page_size=50)] == people
        assert [user.id for user in knock.users.list(page_size=50, extra_query={"order": "desc"})] == people[::-1]

    def test_there_and_back(self, http: httpx.Client, people: list[str]) -> None:
        def page(query: str) -> tuple[list[str], dict[str, Any]]:
            body = http.get(f"/v1/users?{query}").json()
            return [user["id"] for user in body["entries"]], body["page_info"]

        first, info = page("")
        assert (first, info["__typename"], info["page_size"], info["before"]) == (people[:50], "PageInfo", 50, None)
        second, info = page(f"after={info['after']}")
        assert second == people[50:100]
        back, info = page(f"before={info['before']}")
        assert (back, info["before"]) == (people[:50], None)

    @pytest.mark.parametrize(("asked", "given"), [("0", 1), ("-5", 1), ("51", 50), ("1000", 50)])
    def test_the_size_is_moved_into_its_bounds(
        self, http: httpx.Client, people: list[str], asked: str, given: int
    ) -> None:
        body = http.get(f"/v1/users?page_size={asked}").json()
        assert (len(body["entries"]), body["page_info"]["page_size"]) == (given, given)

    @pytest.mark.parametrize(
        "query", ["page_size=many", "after=garbage!", "after=bm8", "before=eyJhIjoxfQ", "order=sideways"]
    )
    def test_what_is_no_page_is_refused(self, http: httpx.Client, query: str) -> None:
        answer = http.get(f"/v1/users?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]

    def test_rows_that_are_written_meanwhile_neither_skip_nor_repeat(self, knock: Knock, people: list[str]) -> None:
        seen = []
        for number, user in enumerate(knock.users.list(page_size=10)):
            seen.append(user.id)
            if number % 10 == 9:
                knock.users.update(people[number], extra_body={"touched": number})
                knock.users.update(people[-1 - number % 7], extra_body={"touched": number})
        assert seen == people


class TestBulk:
    """Bulk calls are answered when they are done (§3.5)."""

    def test_identify_in_order_and_the_last_wins(self, knock: Knock) -> None:
        operation = knock.users.bulk.identify(
            users=[{"id": "ada", "name": "First"}, {"id": "bob", "plan": "pro"}, {"id": "ada", "name": "Last"}],  # type: ignore[typeddict-unknown-key]
        )
        body = operation.to_dict()
        assert {name: body[name] for name in ("name", "status", "estimated_total_rows", "processed_rows")} == {
            "name": "users.identify",
            "status": "completed",
            "estimated_total_rows": 3,
            "processed_rows": 3,
        }
        assert (operation.success_count, operation.error_count, operation.error_items) == (3, 0, [])
        assert operation.progress_path == f"/v1/bulk_operations/{operation.id}"
        assert None not in (operation.started_at, operation.completed_at)
        assert operation.failed_at is None
        assert knock.bulk_operations.get(operation.id) == operation
        assert knock.users.get("ada").name == "Last"

    def test_a_bad_row_fails_alone(self, knock: Knock) -> None:
        operation = knock.users.bulk.identify(
            users=[{"id": "good"}, {"id": "bad", "timezone": "Mars/Olympus"}, {"id": "x" * 257}, {"id": "better"}],
        )
        assert (operation.success_count, operation.error_count) == (2, 2)
        assert [item.id for item in operation.error_items or []] == ["x" * 257, "bad"]
        assert [user.id for user in knock.users.list()] == ["good", "better"]

    def test_delete_many(self, knock: Knock) -> None:
        knock.users.bulk.identify(users=[{"id": id} for id in "abc"])
        operation = knock.users.bulk.delete(user_ids=["a", "c", "unknown"])
        assert (operation.name, operation.success_count) == ("users.delete", 3)
        assert [user.id for user in knock.users.list()] == ["b"]

    def test_1000_rows_are_taken_and_1001_refused_whole(self, knock: Knock) -> None:
        rows = [{"id": f"user-{number}"} for number in range(1001)]
        with pytest.raises(knockapi.UnprocessableEntityError) as error:
            knock.users.bulk.identify(users=rows)  # type: ignore[arg-type]
        assert error.value.body["errors"][0]["field"] == "users"  # type: ignore[index]
        assert knock.users.list().entries == []
        assert knock.users.bulk.identify(users=rows[:1000]).success_count == 1000  # type: ignore[arg-type]

    def test_a_row_without_an_id_refuses_the_call(self, knock: Knock, http: httpx.Client) -> None:
        answer = http.post("/v1/users/bulk/identify", json={"users": [{"id": "a"}, {"name": "b"}]})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "users[1].id"
        assert knock.users.list().entries == []

    @pytest.mark.parametrize("id", ["182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", "no-uuid"])
    def test_an_unknown_operation_is_missing(self, http: httpx.Client, id: str) -> None:
        answer = http.get(f"/v1/bulk_operations/{id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "resource_missing")


NO_EMAIL = "email is kept as it was given, but nothing can be sent to it: it is not an e-mail address."
NO_NUMBER = (
    "phone_number is kept as it was given, but nothing can be sent to it: it is not a phone number in the form of"
    " E.164, like +491701234567."
)


@pytest.mark.parametrize("in_bulk", [False, True])
def test_what_cannot_be_reached_is_kept_with_a_notice(knock: Knock, http: httpx.Client, in_bulk: bool) -> None:
    """It is said once, when it is new; numbers may have spaces."""
    for given in ({"email": "not-an-email", "phone_number": "0123"}, {"email": "not-an-email", "plan": "pro"}):
        if in_bulk:
            rows = [{"id": "ada", **given}, {"id": "bob", "phone_number": "+1 555 123 4567"}]
            http.post("/v1/users/bulk/identify", json={"users": rows}).raise_for_status()
        else:
            http.put("/v1/users/ada", json=given).raise_for_status()
    user = knock.users.get("ada")
    assert (user.email, user.phone_number) == ("not-an-email", "0123")
    notices = http.get("/directory/v1/notices").json()["notices"]
    assert [(each["recipient_id"], each["messages"]) for each in notices] == [("ada", [NO_EMAIL, NO_NUMBER])]


DESCRIBED = {"id": "ada", "email": "not-an-email"}

DESCRIPTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an object": ("PUT", "/v1/objects/ships/ada", {"email": "not-an-email"}),
    "a tenant": ("PUT", "/v1/tenants/ada", {"email": "not-an-email"}),
    "a trigger": ("POST", "/v1/workflows/new-comment/trigger", {"recipients": [DESCRIBED]}),
    "a schedule": (
        "POST",
        "/v1/schedules",
        {"workflow": "new-comment", "recipients": [DESCRIBED], "scheduled_at": "2099-01-01T00:00:00Z"},
    ),
    "schedules in bulk": (
        "POST",
        "/v1/schedules/bulk/create",
        {"schedules": [{"workflow": "new-comment", "recipient": DESCRIBED, "scheduled_at": "2099-01-01T00:00:00Z"}]},
    ),
    "a subscription": ("POST", "/v1/objects/ships/argo/subscriptions", {"recipients": [DESCRIBED]}),
    "an audience": ("POST", "/v1/audiences/beta/members", {"members": [{"user": DESCRIBED}]}),
}


@pytest.mark.usefixtures("pushed")
@pytest.mark.parametrize("description", DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_whoever_is_described_leaves_the_same_notice(
    http: httpx.Client, description: tuple[str, str, dict[str, Any]]
) -> None:
    http.put("/v1/objects/ships/argo", json={}).raise_for_status()
    method, path, body = description
    http.request(method, path, json=body).raise_for_status()
    notices = http.get("/directory/v1/notices").json()["notices"]
    assert [(each["recipient_id"], each["messages"]) for each in notices] == [("ada", [NO_EMAIL])]
