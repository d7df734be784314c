"""Preference sets over the wire (knock.md §2.1, §2.2, §2.6, §3.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from addressee.directory.recipient import Place
from addressee.preferences.defaults import store_default
from tests.conftest import Environment
from tests.dialects.knock.test_tokens import refusal, signing_key, token  # noqa: F401 - a fixture

CHANNEL = "2f641633-95d3-4555-9222-9f1eb7888a80"
CONDITION: Any = {"variable": "recipient.country_code", "operator": "equal_to", "argument": "US"}
UNSET: dict[str, Any] = dict.fromkeys(
    ["categories", "workflows", "channel_types", "channels", "commercial_subscribed"],
)

Shown = Callable[..., dict[str, Any]]
Holder = Callable[[Place, str, dict[str, Any]], Any]


@pytest.fixture
def shown(http: httpx.Client) -> Shown:
    """A set as it is read, without the parts that say nothing."""

    def read(path: str, **query: str) -> dict[str, Any]:
        answer = http.get(f"/v1/{path}", params=query)
        assert answer.status_code == 200
        return {name: value for name, value in answer.json().items() if value is not None}

    return read


@pytest.fixture
async def environment_default(pool: Pool, environment: Environment) -> Callable[[dict[str, Any]], Any]:
    async def store(document: dict[str, Any]) -> None:
        async with pool.acquire() as connection:
            await store_default(connection, environment.id, document)

    return store


EVERYTHING: dict[str, Any] = {
    "categories": {
        "marketing": False,
        "transactional": {"channel_types": {"email": False, "sms": {"conditions": [CONDITION]}}},
    },
    "workflows": {"dinosaurs-loose": {"channels": {CHANNEL: True}, "conditions": [CONDITION]}},
    "channel_types": {"chat": True, "email": True, "http": True, "in_app_feed": True, "push": False, "sms": True},
    "channels": {CHANNEL: {"conditions": [CONDITION]}},
    "commercial_subscribed": {"conditions": [CONDITION]},
}


class TestUsers:
    def test_a_set_is_answered_as_it_was_given(self, knock: Knock) -> None:
        answered = knock.users.set_preferences("ada", "default", **EVERYTHING)
        assert answered.to_dict() == {"id": "default", **EVERYTHING}
        assert knock.users.get_preferences("ada", "default").to_dict() == {"id": "default", **EVERYTHING}
        assert [each.to_dict() for each in knock.users.list_preferences("ada")] == [{"id": "default", **EVERYTHING}]

    def test_quiet_hours_pass_through_the_sdk(self, knock: Knock) -> None:
        night = {"windows": [{"from": "22:00", "until": "07:00"}]}
        knock.users.set_preferences("ada", "default", extra_body={"quiet_hours": night})
        assert knock.users.get_preferences("ada", "default").to_dict()["quiet_hours"] == night
        knock.users.set_preferences("ada", "default", **EVERYTHING)
        assert knock.users.get_preferences("ada", "default").to_dict()["quiet_hours"] == night

    def test_who_is_missing_is_created(self, knock: Knock) -> None:
        knock.users.set_preferences("ada", "default")
        assert knock.users.get("ada").id == "ada"

    def test_putting_replaces(self, knock: Knock) -> None:
        knock.users.set_preferences("ada", "default", **EVERYTHING)
        replaced = knock.users.set_preferences("ada", "default", channel_types={"sms": False})
        assert replaced.to_dict() == {"id": "default", **UNSET, "channel_types": {"sms": False}}

    def test_or_merges_deeply_when_it_is_said(self, knock: Knock) -> None:
        knock.users.set_preferences(
            "ada",
            "default",
            channel_types={"email": False},
            workflows={"a": {"channel_types": {"sms": True}}, "b": True},
        )
        merged = knock.users.set_preferences(
            "ada",
            "default",
            _persistence_strategy="merge",
            channel_types={"sms": False},
            workflows={"a": {"channel_types": {"email": False}}, "b": {"conditions": []}, "c": False},
            categories=None,
        )
        assert merged.to_dict() == {
            "id": "default",
            **UNSET,
            "channel_types": {"email": False, "sms": False},
            "workflows": {
                "a": {"channel_types": {"sms": True, "email": False}},
                "b": {"conditions": []},
                "c": False,
            },
        }

    def test_how_it_was_stored_is_not_part_of_it(self, http: httpx.Client) -> None:
        put = http.put("/v1/users/ada/preferences/default", json={"__persistence_strategy__": "replace", "id": "x"})
        assert put.json() == {"id": "default", **UNSET}
        wrong = http.put("/v1/users/ada/preferences/default", json={"__persistence_strategy__": "blend"})
        assert (refusal(wrong), wrong.json()["errors"][0]["field"]) == (
            (422, "invalid_params"),
            "__persistence_strategy__",
        )

    def test_the_list_holds_stored_sets_only_and_default_first(self, knock: Knock) -> None:
        assert knock.users.list_preferences("nobody") == []
        for set_id in ("acme", "zeta", "default"):
            knock.users.set_preferences("ada", set_id)
        assert [each.id for each in knock.users.list_preferences("ada")] == ["default", "acme", "zeta"]

    def test_unsetting_removes_a_set(self, knock: Knock) -> None:
        knock.users.set_preferences("ada", "default", channel_types={"sms": False})
        knock.users.set_preferences("ada", "acme")
        knock.users.unset_preferences("ada", "default")
        knock.users.unset_preferences("ada", "default")
        knock.users.unset_preferences("nobody", "default")
        assert [each.id for each in knock.users.list_preferences("ada")] == ["acme"]
        assert knock.users.get_preferences("ada", "default").to_dict() == {"id": "default", **UNSET}

    def test_one_set_is_never_missing(self, knock: Knock) -> None:
        assert knock.users.get_preferences("nobody", "acme").to_dict() == {"id": "acme", **UNSET}

    @pytest.mark.parametrize("set_id", ["$members", "x" * 257])
    def test_a_set_is_called_default_or_like_a_tenant(self, http: httpx.Client, set_id: str) -> None:
        for method in ("GET", "PUT", "DELETE"):
            answer = http.request(method, f"/v1/users/ada/preferences/{set_id}")
            assert (refusal(answer), answer.json()["errors"][0]["field"]) == ((422, "invalid_params"), "id")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"colour": True}, "colour"),
            ({"channel_types": {"fax": True}}, "channel_types.fax"),
            ({"workflows": {"a": {"conditions": [{"variable": "data.x"}]}}}, "workflows.a.conditions[0]"),
            (
                {"channel_types": {"sms": {"conditions": [{**CONDITION, "operator": "like"}]}}},
                "channel_types.sms.conditions[0].operator",
            ),
            (
                {"channel_types": {"sms": {"conditions": [{**CONDITION, "variable": "refs.a.b"}]}}},
                "channel_types.sms.conditions[0].variable",
            ),
            ({"categories": {"a": None}}, "categories.a"),
            ({"channels": {"email": True}}, "channels.email"),
        ],
    )
    def test_what_is_wrong_is_named(self, http: httpx.Client, given: dict[str, Any], field: str) -> None:
        answer = http.put("/v1/users/ada/preferences/default", json=given)
        assert (refusal(answer), answer.json()["errors"][0]["field"]) == ((422, "invalid_params"), field)
        assert http.get("/v1/users/ada").status_code == 404

    def test_a_repeated_request_is_answered_as_before(self, http: httpx.Client) -> None:
        path, headers = "/v1/users/ada/preferences/default", {"idempotency-key": "mine"}
        first = http.put(path, json={"categories": {"a": True}}, headers=headers)
        http.put(path, json={"categories": {"b": True}})
        again = http.put(path, json={"categories": {"a": True}}, headers=headers)
        assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
        assert http.get(path).json()["categories"] == {"b": True}


class TestInline:
    def test_sets_are_merged_into_the_stored_ones(self, knock: Knock, shown: Shown) -> None:
        knock.users.set_preferences("ada", "default", channel_types={"email": False})
        knock.users.update(
            "ada",
            preferences={
                "default": {"_persistence_strategy": "replace", "channel_types": {"sms": True}},
                "acme": {"categories": {"news": False}},
            },
        )
        assert shown("users/ada/preferences/default") == {
            "id": "default",
            "channel_types": {"email": False, "sms": True},
        }
        assert shown("users/ada/preferences/acme") == {"id": "acme", "categories": {"news": False}}

    @pytest.mark.parametrize(
        ("preferences", "field"),
        [
            ([], "preferences"),
            ({"default": 5}, "preferences.default"),
            ({"default": {"channel_types": {"fax": True}}}, "preferences.default.channel_types.fax"),
            ({"$members": {}}, "preferences.$members"),
        ],
    )
    def test_what_is_wrong_is_named(self, http: httpx.Client, preferences: Any, field: str) -> None:
        answer = http.put("/v1/users/ada", json={"preferences": preferences})
        assert (refusal(answer), answer.json()["errors"][0]["field"]) == ((422, "invalid_params"), field)


class TestBulk:
    def test_it_always_replaces(self, knock: Knock, shown: Shown) -> None:
        knock.users.set_preferences("ada", "default", channel_types={"email": False})
        operation = knock.users.bulk.set_preferences(
            user_ids=["ada", "bob"],
            preferences={"categories": {"news": False}, "workflows": None, "commercial_subscribed": None},
        )
        assert (operation.name, operation.status, operation.success_count) == ("users.set_preferences", "completed", 2)
        for user in ("ada", "bob"):
            assert shown(f"users/{user}/preferences/default") == {"id": "default", "categories": {"news": False}}

    def test_older_sdks_put(self, http: httpx.Client, shown: Shown) -> None:
        body = {
            "user_ids": ["ada", ""],
            "preferences": {"id": "acme", "channel_types": {"sms": True}, "workflows": None, "categories": None},
        }
        operation = http.put("/v1/users/bulk/preferences", json=body).json()
        message = "user_ids[1] must be a string of 1 to 256 characters."
        assert (operation["success_count"], operation["error_items"]) == (1, [{"id": "", "message": message}])
        assert shown("users/ada/preferences/acme") == {"id": "acme", "channel_types": {"sms": True}}

    def test_a_wrong_set_is_wrong_for_everybody(self, http: httpx.Client) -> None:
        body = {"user_ids": ["ada"], "preferences": {"channel_types": {"fax": True}}}
        answer = http.post("/v1/users/bulk/preferences", json=body)
        assert (refusal(answer), answer.json()["errors"][0]["field"]) == (
            (422, "invalid_params"),
            "preferences.channel_types.fax",
        )


class TestDefaults:
    """A single set is shown with what holds where it says nothing; the list is not."""

    async def test_the_environments_lies_below(self, knock: Knock, shown: Shown, environment_default: Any) -> None:
        await environment_default({"kinds": {"email": False, "sms": False}, "categories": {"news": False}})
        knock.users.set_preferences("ada", "default", channel_types={"email": True}, categories={"tips": True})
        assert shown("users/ada/preferences/default") == {
            "id": "default",
            "channel_types": {"email": True, "sms": False},
            "categories": {"news": False, "tips": True},
        }
        assert shown("users/nobody/preferences/default")["channel_types"] == {"email": False, "sms": False}
        (listed,) = knock.users.list_preferences("ada")
        assert listed.to_dict() == {
            "id": "default",
            **UNSET,
            "channel_types": {"email": True},
            "categories": {"tips": True},
        }

    async def test_and_a_tenants_between(
        self, knock: Knock, shown: Shown, environment_default: Any, tenant_default: Any
    ) -> None:
        await environment_default({"kinds": {"email": False, "sms": False, "push": False}})
        await tenant_default("acme", {"kinds": {"sms": True, "push": True}})
        knock.users.set_preferences("ada", "acme", channel_types={"push": False})
        knock.users.set_preferences("ada", "default", channel_types={"push": True})
        assert shown("users/ada/preferences/acme")["channel_types"] == {"email": False, "sms": True, "push": False}
        assert shown("users/ada/preferences/default")["channel_types"] == {"email": False, "sms": False, "push": True}
        assert shown("users/ada/preferences/default", tenant="acme")["channel_types"] == {
            "email": False,
            "sms": True,
            "push": True,
        }
        assert knock.users.get_preferences("ada", "default", tenant="acme").channel_types.sms is True  # type: ignore[union-attr]

    async def test_a_tenants_entry_may_replace_what_lies_above(
        self, knock: Knock, shown: Shown, tenant_default: Any
    ) -> None:
        await tenant_default("acme", {"workflows": {"a": {"kinds": {"sms": False}, "__strategy__": "replace"}}})
        knock.users.set_preferences("ada", "acme", workflows={"a": True, "b": False})
        assert shown("users/ada/preferences/acme")["workflows"] == {
            "a": {"channel_types": {"sms": False}, "__strategy__": "replace"},
            "b": False,
        }

    def test_a_strategy_is_stored_and_returned_and_merge_undoes_it(self, http: httpx.Client) -> None:
        path = "/v1/users/ada/preferences/default"
        given = {
            "workflows": {"a": {"channel_types": {"sms": False}, "__strategy__": "replace"}},
            "channels": {CHANNEL: True, "__strategy__": "replace"},
        }
        assert http.put(path, json=given).json() == {"id": "default", **UNSET, **given}
        undone = {"__persistence_strategy__": "merge", "workflows": {"a": {"__strategy__": "merge"}}}
        assert http.put(path, json=undone).json()["workflows"] == {
            "a": {"channel_types": {"sms": False}, "__strategy__": "merge"},
        }


class TestObjects:
    def test_they_have_sets_too(self, knock: Knock) -> None:
        answered = knock.objects.set_preferences("projects", "p1", "default", **EVERYTHING)
        assert answered.to_dict() == {"id": "default", **EVERYTHING}
        assert knock.objects.get_preferences("projects", "p1", "default") == answered
        assert knock.objects.list_preferences("projects", "p1") == [answered]
        assert knock.objects.list_preferences("teams", "p1") == []
        knock.objects.unset_preferences("projects", "p1", "default")
        assert knock.objects.list_preferences("projects", "p1") == []

    async def test_what_a_tenant_says_for_its_members_is_none_of_its_own_sets(
        self, knock: Knock, tenant_default: Any
    ) -> None:
        await tenant_default("acme", {"kinds": {"sms": False}})
        assert knock.objects.list_preferences("$tenants", "acme") == []
        assert knock.objects.set_preferences("$tenants", "acme", "default").id == "default"

    def test_users_are_no_objects(self, knock: Knock) -> None:
        with pytest.raises(knockapi.UnprocessableEntityError):
            knock.objects.list_preferences("$users", "ada")


@pytest.mark.parametrize("owner", ["users/ada", "objects/projects/p1"])
class TestDeprecatedForms:
    """One part of a set at a time (§2.6)."""

    def test_a_map_replaces_its_section(self, http: httpx.Client, owner: str) -> None:
        one = f"/v1/{owner}/preferences/default"
        http.put(one, json={"channel_types": {"email": False}, "categories": {"a": True}, "workflows": {"b": True}})
        assert http.put(f"{one}/channel_types", json={"sms": True}).json()["channel_types"] == {"sms": True}
        assert http.put(f"{one}/categories", json={}).json()["categories"] == {}
        answered = http.put(f"{one}/workflows", json={"c": {"channel_types": {"push": False}}, "d": False}).json()
        assert answered == {
            "id": "default",
            **UNSET,
            "channel_types": {"sms": True},
            "categories": {},
            "workflows": {"c": {"channel_types": {"push": False}}, "d": False},
        }

    def test_a_key_sets_its_entry(self, http: httpx.Client, owner: str) -> None:
        one = f"/v1/{owner}/preferences/default"
        http.put(one, json={"channel_types": {"email": False}, "workflows": {"a": {"conditions": []}, "b": True}})
        assert http.put(f"{one}/channel_types/sms", json={"subscribed": False}).json()["channel_types"] == {
            "email": False,
            "sms": False,
        }
        assert http.put(f"{one}/workflows/a", json={"subscribed": False}).json()["workflows"] == {"a": False, "b": True}
        scope = {"channel_types": {"email": True}}
        assert http.put(f"{one}/workflows/b", json=scope).json()["workflows"] == {"a": False, "b": scope}
        assert http.put(f"{one}/categories/news", json={"subscribed": True}).json() == {
            "id": "default",
            **UNSET,
            "channel_types": {"email": False, "sms": False},
            "workflows": {"a": False, "b": scope},
            "categories": {"news": True},
        }

    @pytest.mark.parametrize(
        ("path", "body", "answer"),
        [
            ("channel_types/fax", {"subscribed": True}, (422, "invalid_params")),
            ("channel_types/sms", {}, (422, "invalid_params")),
            ("channel_types/sms", {"subscribed": None}, (422, "invalid_params")),
            ("channel_types", {"fax": True}, (422, "invalid_params")),
            ("workflows/a", {"subscribed": "yes"}, (422, "invalid_params")),
            ("workflows/a", {"colour": True}, (422, "invalid_params")),
            ("categories", {"a": None}, (422, "invalid_params")),
        ],
    )
    def test_what_is_wrong_is_refused(
        self, http: httpx.Client, owner: str, path: str, body: Any, answer: tuple[int, str]
    ) -> None:
        assert refusal(http.put(f"/v1/{owner}/preferences/default/{path}", json=body)) == answer


class TestBrowsers:
    """Public keys, and tokens that are limited to tenants (§1.3, §1.4)."""

    @pytest.fixture
    def browser(self, api: str, public_key: str) -> httpx.Client:
        return httpx.Client(base_url=api, headers={"authorization": f"Bearer {public_key}"}, verify=False)

    def test_a_public_key_reads_and_writes_but_does_not_unset(self, browser: httpx.Client) -> None:
        one = "/v1/users/ada/preferences/default"
        assert browser.put(one, json={"channel_types": {"sms": False}}).status_code == 200
        assert browser.put(f"{one}/categories/news", json={"subscribed": False}).status_code == 200
        assert browser.get(one).json()["categories"] == {"news": False}
        assert len(browser.get("/v1/users/ada/preferences").json()) == 1
        assert refusal(browser.delete(one)) == (403, "incorrect_token_type")
        assert refusal(browser.get("/v1/objects/projects/p1/preferences")) == (403, "incorrect_token_type")

    def test_a_token_for_tenants_opens_their_sets_only(
        self,
        browser: httpx.Client,
        knock: Knock,
        signing_key: str,  # noqa: F811
    ) -> None:
        for set_id in ("default", "acme", "zeta"):
            knock.users.set_preferences("ada", set_id)
        tenant = "https://api.knock.app/v1/objects/$tenants/acme"
        headers = token(signing_key, grants={tenant: {"preferences/read": [{}], "preferences/write": [{}]}})
        assert [each["id"] for each in browser.get("/v1/users/ada/preferences", headers=headers).json()] == ["acme"]
        assert browser.put("/v1/users/ada/preferences/acme", json={}, headers=headers).status_code == 200
        for path in ("default", "zeta", "acme?tenant=zeta"):
            answer = browser.get(f"/v1/users/ada/preferences/{path}", headers=headers)
            assert refusal(answer) == (403, "authorization")
        assert refusal(browser.get("/v1/users/bob/preferences/acme", headers=headers)) == (403, "authorization")

    def test_nor_does_it_write_other_sets_inline(
        self,
        browser: httpx.Client,
        signing_key: str,  # noqa: F811
    ) -> None:
        own, tenant = "https://api.knock.app/v1/users/ada", "https://api.knock.app/v1/tenants/acme"

        def put(grants: dict[str, Any], set_id: str) -> int:
            headers = token(signing_key, explicit_grants=True, grants=grants)
            body = {"preferences": {set_id: {"categories": {"news": False}}}}
            return browser.put("/v1/users/ada", json=body, headers=headers).status_code

        write: dict[str, Any] = {own: {"user/write": [], "preferences/write": []}}
        assert put({own: {"user/write": []}}, "default") == 403
        assert put(write, "default") == 200
        assert put({**write, tenant: {}}, "zeta") == 403
        assert put({**write, tenant: {}}, "acme") == 200

    def test_a_token_with_explicit_grants_needs_the_one_for_preferences(
        self,
        browser: httpx.Client,
        signing_key: str,  # noqa: F811
    ) -> None:
        own = "https://api.knock.app/v1/users/ada"
        headers = token(signing_key, explicit_grants=True, grants={own: {"preferences/read": []}})
        assert browser.get("/v1/users/ada/preferences/default", headers=headers).status_code == 200
        answer = browser.put("/v1/users/ada/preferences/default", json={}, headers=headers)
        assert refusal(answer) == (403, "authorization")
