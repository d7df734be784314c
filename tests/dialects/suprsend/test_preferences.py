"""Preferences through the official SDK: A11 to A14, C1 to C4, and what only others call (suprsend.md §5.1, §5.2)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from addressee.dialects.suprsend.wire.channel_names import KIND_OF

pytestmark = pytest.mark.usefixtures("pushed")

CHANNELS = list(KIND_OF)
ORDERS, NEWSLETTER, DIGEST = "pref-orders", "pref-newsletter", "pref-digest"
SECURITY, LEGAL = "pref-security", "pref-legal"

ODD = "u/1 é+@"


def every(preference: str, *, editable: bool = True, but: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """All channels alike, `but` for some that are the other way round."""
    other = {"opt_in": "opt_out", "opt_out": "opt_in"}[preference]
    return [
        {"channel": name, "preference": other if name in but else preference, "is_editable": editable}
        for name in CHANNELS
    ]


def wanted(category: dict[str, Any]) -> set[str]:
    """The channels that are opted in to."""
    return {each["channel"] for each in category["channels"] if each["preference"] == "opt_in"}


def restricted(answer: dict[str, Any]) -> set[str]:
    return {each["channel"] for each in answer["channel_preferences"] if each["is_restricted"]}


def refused(call: Any, status: int) -> str:
    with pytest.raises(SuprsendAPIException) as caught:
        call()
    assert caught.value.status_code == status
    message: str = caught.value.message
    return message


@pytest.fixture
def users(suprsend: Suprsend) -> Any:
    suprsend.users.upsert("ada", {})
    return suprsend.users


class TestWhatIsSeen:
    def test_everything_as_it_is_by_default(self, users: Any) -> None:
        full = users.get_full_preference("ada")
        assert full["channel_preferences"] == [{"channel": name, "is_restricted": False} for name in CHANNELS]
        shopping, other = full["sections"]
        assert {name: shopping[name] for name in ("name", "slug", "description", "tags")} == {
            "name": "Shopping",
            "slug": "shopping",
            "description": "What you buy",
            "tags": ["shop"],
        }
        assert (other["name"], other["slug"], other["description"], other["tags"]) == (None, None, None, None)
        orders, newsletter, digest = shopping["subcategories"]
        assert orders == {
            "name": "Orders",
            "category": ORDERS,
            "description": "Where your orders are",
            "original_preference": "opt_in",
            "preference": "opt_in",
            "is_editable": True,
            "channels": every("opt_in"),
            "tags": ["sales"],
            "effective_tags": ["sales", "shop"],
        }
        assert (newsletter["original_preference"], newsletter["preference"]) == ("opt_out", "opt_out")
        assert (newsletter["channels"], newsletter["tags"], newsletter["effective_tags"]) == ([], None, ["shop"])
        assert (digest["preference"], wanted(digest)) == ("opt_in", {"email", "inbox"})
        security, legal = other["subcategories"]
        assert (security["original_preference"], security["is_editable"]) == ("cant_unsubscribe", False)
        assert [each["channel"] for each in security["channels"] if not each["is_editable"]] == ["email"]
        assert legal["channels"] == every("opt_in", editable=False)
        assert legal["effective_tags"] is None

    def test_channels_of_what_is_opted_out_of_when_they_are_asked_for(self, users: Any) -> None:
        shown = users.get_category_preference("ada", NEWSLETTER, {"show_opt_out_channels": True})
        assert shown["channels"] == every("opt_out")
        assert users.get_category_preference("ada", NEWSLETTER)["channels"] == []

    @pytest.mark.parametrize(
        ("tags", "found"),
        [
            ("sales", [ORDERS, DIGEST]),
            ("weekly", [DIGEST]),
            ("shop", [ORDERS, NEWSLETTER, DIGEST]),
            ("unknown", []),
            ({"and": ["sales", "weekly"]}, [DIGEST]),
            ({"or": ["weekly", {"not": "shop"}]}, [DIGEST, SECURITY, LEGAL]),
            ({"not": "sales"}, [NEWSLETTER, SECURITY, LEGAL]),
            ({"exists": False}, [SECURITY, LEGAL]),
            ({"exists": True}, [ORDERS, NEWSLETTER, DIGEST]),
        ],
    )
    def test_by_tags(self, users: Any, tags: Any, found: list[str]) -> None:
        asked = tags if isinstance(tags, str) else json.dumps(tags)
        full = users.get_full_preference("ada", {"tags": asked})
        assert [each["category"] for section in full["sections"] for each in section["subcategories"]] == found
        assert all(section["subcategories"] for section in full["sections"])

    @pytest.mark.parametrize("tags", ['{"or": "a"}', '{"and": [], "or": []}', "{", '{"exists": 1}', '{"tag": "a"}'])
    def test_tags_that_make_no_sense(self, users: Any, tags: str) -> None:
        assert "tags must be" in refused(lambda: users.get_full_preference("ada", {"tags": tags}), 400)

    @pytest.mark.parametrize(
        ("locale", "name", "description"),
        [
            ("es-AR", "Pedidos", "Por dónde van tus pedidos"),
            ("es_AR", "Pedidos", "Por dónde van tus pedidos"),
            ("es", "Pedidos", "Where your orders are"),
            ("es-MX", "Pedidos", "Where your orders are"),
            ("fr", "Orders", "Where your orders are"),
        ],
    )
    def test_in_a_language(self, users: Any, locale: str, name: str, description: str) -> None:
        shown = users.get_category_preference("ada", ORDERS, {"locale": locale})
        assert (shown["name"], shown["description"]) == (name, description)


class TestWhatUsersChoose:
    def test_opting_out_and_in_again(self, users: Any) -> None:
        out = users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        assert (out["preference"], out["original_preference"], out["channels"]) == ("opt_out", "opt_in", [])
        assert users.get_category_preference("ada", ORDERS) == out
        back = users.update_category_preference("ada", ORDERS, {"preference": "opt_in", "opt_out_channels": None})
        assert (back["preference"], back["channels"]) == ("opt_in", every("opt_in"))

    def test_channels_of_a_category(self, users: Any) -> None:
        payload = {"preference": "opt_in", "opt_out_channels": ["sms", "slack"]}
        chosen = users.update_category_preference("ada", NEWSLETTER, payload)
        assert chosen["channels"] == every("opt_in", but=("sms", "slack"))
        others = users.update_category_preference("ada", NEWSLETTER, {"opt_in_channels": ["sms"]})
        assert (others["preference"], wanted(others)) == ("opt_in", {"sms"})

    def test_one_choice_leaves_the_others(self, users: Any) -> None:
        users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        users.update_category_preference("ada", DIGEST, {"preference": "opt_in", "opt_out_channels": ["email"]})
        users.update_global_channels_preference(
            "ada", {"channel_preferences": [{"channel": "sms", "is_restricted": True}]}
        )
        full = users.get_full_preference("ada")
        shown = {each["category"]: each for section in full["sections"] for each in section["subcategories"]}
        assert shown[ORDERS]["preference"] == "opt_out"
        assert wanted(shown[DIGEST]) == set(CHANNELS) - {"email"}
        assert restricted(full) == {"sms"}

    def test_channels_are_restricted_and_freed(self, users: Any) -> None:
        both = [{"channel": "sms", "is_restricted": True}, {"channel": "androidpush", "is_restricted": True}]
        assert restricted(users.update_global_channels_preference("ada", {"channel_preferences": both})) == {
            "sms",
            "androidpush",
        }
        one = [{"channel": "sms", "is_restricted": False}]
        answer = users.update_global_channels_preference("ada", {"channel_preferences": one})
        assert restricted(answer) == restricted(users.get_full_preference("ada")) == {"androidpush"}

    def test_what_is_mandatory_cannot_be_refused(self, users: Any) -> None:
        def choose(category: str, **payload: Any) -> Any:
            return users.update_category_preference("ada", category, payload)

        assert refused(lambda: choose(LEGAL, preference="opt_out"), 400) == f"category '{LEGAL}' cannot be opted out of"
        message = f"channel 'email' of category '{SECURITY}' cannot be opted out of"
        assert refused(lambda: choose(SECURITY, preference="opt_in", opt_out_channels=["email"]), 400) == message
        chosen = choose(SECURITY, preference="opt_in", opt_in_channels=["sms"])
        assert (chosen["preference"], wanted(chosen)) == ("opt_in", {"email", "sms"})

    def test_what_is_only_remembered(self, users: Any) -> None:
        schedule, properties = {"frequency": "weekly", "weekdays": ["mo"]}, [{"key": "threshold", "value": 5}]
        payload = {"preference": "opt_in", "digest_schedule": schedule, "properties": properties}
        users.update_category_preference("ada", DIGEST, payload)
        shown = users.get_category_preference("ada", DIGEST)
        assert (shown["digest_schedule"], shown["properties"]) == (schedule, properties)
        dropped = users.update_category_preference("ada", DIGEST, {"digest_schedule": None})
        assert "digest_schedule" not in dropped
        assert (dropped["properties"], dropped["preference"]) == (properties, "opt_in")

    def test_ids_of_any_characters(self, suprsend: Suprsend) -> None:
        suprsend.users.upsert(ODD, {})
        suprsend.users.update_category_preference(ODD, ORDERS, {"preference": "opt_out"})
        assert suprsend.users.get_category_preference(ODD, ORDERS)["preference"] == "opt_out"

    def test_an_api_key_does_as_well(self, bearer: Suprsend) -> None:
        bearer.users.upsert("ada", {})
        bearer.users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        assert bearer.users.get_category_preference("ada", ORDERS)["preference"] == "opt_out"


class TestErrors:
    def test_who_or_what_is_not_there(self, users: Any) -> None:
        assert refused(lambda: users.get_full_preference("bob"), 404) == "user [distinct_id: 'bob'] not found"
        assert refused(lambda: users.get_category_preference("ada", "x"), 404) == "category 'x' not found"
        opted_out = {"preference": "opt_out"}
        assert refused(lambda: users.update_category_preference("ada", "x", opted_out), 404) == "category 'x' not found"
        assert refused(lambda: users.get_full_preference("ada", {"tenant_id": "x"}), 404) == "tenant 'x' not found"
        message = "user [distinct_id: 'bob'] not found"
        assert refused(lambda: users.update_category_preference("bob", ORDERS, opted_out), 404) == message
        channel = {"channel_preferences": [{"channel": "sms", "is_restricted": True}]}
        assert refused(lambda: users.update_global_channels_preference("bob", channel), 404) == message

    def test_nobody_comes_to_be_by_a_preference(self, users: Any) -> None:
        users.delete("ada")
        refused(lambda: users.update_category_preference("ada", ORDERS, {"preference": "opt_out"}), 404)
        refused(lambda: users.get("ada"), 404)

    def test_an_unknown_channel(self, rest: httpx.Client, users: Any) -> None:
        payload = {"channel_preferences": [{"channel": "fax", "is_restricted": True}]}
        answer = rest.patch("/v1/user/ada/preference/channel_preference/", json=payload)
        must = f"must be one of [{', '.join(CHANNELS)}]"
        assert answer.status_code == 400
        assert answer.json()["detail"] == {"channel_preferences[0].channel": must}
        assert answer.json()["message"] == f"channel_preferences[0].channel: {must}"
        answer = rest.patch(
            f"/v1/user/ada/preference/category/{ORDERS}/", json={"preference": "opt_in", "opt_out_channels": ["fax"]}
        )
        assert answer.json()["detail"] == {"opt_out_channels[0]": must}

    @pytest.mark.parametrize(
        "payload", [{}, {"preference": "maybe"}, {"preference": "cant_unsubscribe"}, {"opt_out_channels": "sms"}, []]
    )
    def test_a_body_that_is_no_choice(self, rest: httpx.Client, users: Any, payload: Any) -> None:
        answer = rest.patch(f"/v1/user/ada/preference/category/{ORDERS}/", json=payload)
        assert answer.status_code == 400
        assert isinstance(answer.json()["message"], str)

    def test_a_tenant_id_that_is_none(self, users: Any) -> None:
        assert "tenant_id must be" in refused(lambda: users.get_full_preference("ada", {"tenant_id": "a b"}), 400)


class TestTenants:
    """Choices at a tenant are those of the user there."""

    @pytest.fixture(autouse=True)
    def acme(self, suprsend: Suprsend) -> None:
        suprsend.tenants.upsert("acme", {"tenant_name": "Acme"})

    def test_choices_are_the_tenants_own(self, users: Any) -> None:
        users.update_category_preference("ada", ORDERS, {"preference": "opt_out"}, {"tenant_id": "ACME"})
        assert users.get_category_preference("ada", ORDERS, {"tenant_id": "acme"})["preference"] == "opt_out"
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_in"

    def test_the_first_takes_over_what_counted_before(self, users: Any) -> None:
        users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        sms = {"channel_preferences": [{"channel": "sms", "is_restricted": True}]}
        users.update_global_channels_preference("ada", sms)
        users.update_category_preference("ada", DIGEST, {"preference": "opt_out"}, {"tenant_id": "acme"})
        there = users.get_full_preference("ada", {"tenant_id": "acme"})
        shown = {each["category"]: each["preference"] for s in there["sections"] for each in s["subcategories"]}
        assert (shown[ORDERS], shown[DIGEST], restricted(there)) == ("opt_out", "opt_out", {"sms"})

    def test_the_default_tenant_is_that_of_who_names_none(self, users: Any) -> None:
        users.update_category_preference("ada", ORDERS, {"preference": "opt_out"}, {"tenant_id": "default"})
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_out"

    def test_a_tenants_default_counts_where_the_user_says_nothing(self, suprsend: Suprsend, users: Any) -> None:
        suprsend.tenants.update_preference_category("acme", ORDERS, {"preference": "opt_out"})
        at_acme = {"tenant_id": "acme", "show_opt_out_channels": "true"}
        shown = users.get_category_preference("ada", ORDERS, at_acme)
        assert (shown["original_preference"], shown["preference"]) == ("opt_out", "opt_out")
        users.update_category_preference("ada", ORDERS, {"preference": "opt_in"}, at_acme)
        suprsend.tenants.update_preference_category("acme", ORDERS, {"opt_in_channels": ["email"]})
        assert users.get_category_preference("ada", ORDERS, at_acme)["channels"] == every("opt_in")

    @pytest.mark.parametrize("terms", [{"enabled_for_tenant": False}, {"visible_to_subscriber": False}])
    def test_what_is_not_for_users_there_is_not_found(
        self, suprsend: Suprsend, users: Any, terms: dict[str, Any]
    ) -> None:
        suprsend.tenants.update_preference_category("acme", ORDERS, terms)
        at_acme = {"tenant_id": "acme"}
        full = users.get_full_preference("ada", at_acme)
        assert ORDERS not in [each["category"] for s in full["sections"] for each in s["subcategories"]]
        refused(lambda: users.get_category_preference("ada", ORDERS, at_acme), 404)
        refused(lambda: users.update_category_preference("ada", ORDERS, {"preference": "opt_in"}, at_acme), 404)
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_in"

    def test_a_blocked_channel_is_not_there_to_choose(self, suprsend: Suprsend, users: Any) -> None:
        suprsend.tenants.update_preference_category("acme", ORDERS, {"blocked_channels": ["sms"]})
        suprsend.tenants.upsert("acme", {"blocked_channels": ["slack"]})
        at_acme = {"tenant_id": "acme"}
        shown = users.get_category_preference("ada", ORDERS, at_acme)
        assert wanted(shown) == set(CHANNELS) - {"sms", "slack"}
        wish = {"preference": "opt_in", "opt_in_channels": ["sms"]}
        message = refused(lambda: users.update_category_preference("ada", ORDERS, wish, at_acme), 400)
        assert message == f"channel 'sms' of category '{ORDERS}' is blocked"


def test_objects_have_preferences_as_users_do(suprsend: Suprsend) -> None:
    objects = suprsend.objects
    objects.upsert("team", "a/b", {})
    chosen = objects.update_category_preference(
        "team", "a/b", ORDERS, {"preference": "opt_in", "opt_out_channels": ["sms"]}
    )
    assert chosen["channels"] == every("opt_in", but=("sms",))
    assert objects.get_category_preference("team", "a/b", ORDERS) == chosen
    email = {"channel_preferences": [{"channel": "email", "is_restricted": True}]}
    assert restricted(objects.update_global_channels_preference("team", "a/b", email)) == {"email"}
    full = objects.get_full_preference("team", "a/b")
    assert (restricted(full), full["sections"][0]["subcategories"][0]) == ({"email"}, chosen)
    missing = "object 'team/x' not found"
    assert refused(lambda: objects.get_full_preference("team", "x"), 404) == missing
    assert (
        refused(lambda: objects.update_category_preference("team", "x", ORDERS, {"preference": "opt_out"}), 404)
        == missing
    )


class TestWhatOtherSDKsCall:
    def test_channels_and_pages_of_categories(self, rest: httpx.Client, users: Any) -> None:
        channels = rest.get("/v1/user/ada/preference/channel_preference/").json()
        assert channels == {"channel_preferences": users.get_full_preference("ada")["channel_preferences"]}
        page = rest.get("/v1/user/ada/preference/category/?limit=2&offset=1").json()
        assert page["meta"] == {"count": 5, "limit": 2, "offset": 1}
        assert [each["category"] for each in page["results"]] == [NEWSLETTER, DIGEST]
        assert rest.get("/v1/user/ada/preference/category/").json()["meta"] == {"count": 5, "limit": 10, "offset": 0}

    def test_all_at_once(self, rest: httpx.Client, users: Any) -> None:
        payload = {
            "channel_preferences": [{"channel": "sms", "is_restricted": True}],
            "categories": [
                {"category": ORDERS, "preference": "opt_out"},
                {"category": NEWSLETTER, "preference": "opt_in", "opt_out_channels": ["slack"]},
            ],
        }
        answer = rest.patch("/v1/user/ada/preference/", json=payload)
        assert answer.status_code == 202
        full = users.get_full_preference("ada")
        assert answer.json() == full
        assert restricted(full) == {"sms"}
        orders, newsletter, _ = full["sections"][0]["subcategories"]
        assert (orders["preference"], wanted(newsletter)) == ("opt_out", set(CHANNELS) - {"slack"})

    def test_of_many_users(self, rest: httpx.Client, users: Any) -> None:
        users.upsert("bob", {})
        payload = {
            "distinct_ids": ["ada", "bob", "nobody"],
            "channel_preferences": [{"channel": "email", "is_restricted": True}],
            "categories": [{"category": ORDERS, "preference": "opt_out"}],
        }
        answer = rest.patch("/v1/bulk/user/preference/", json=payload)
        assert (answer.status_code, answer.json()) == (202, {"success": True})
        for id in ("ada", "bob"):
            assert restricted(users.get_full_preference(id)) == {"email"}
            assert users.get_category_preference(id, ORDERS)["preference"] == "opt_out"
        refused(lambda: users.get("nobody"), 404)

        reset = {"distinct_ids": ["ada", "nobody"], "reset_categories": True}
        answer = rest.patch("/v1/bulk/user/preference/reset/", json=reset)
        assert (answer.status_code, answer.json()) == (202, {"success": True})
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_in"
        assert restricted(users.get_full_preference("ada")) == {"email"}
        reset = {"distinct_ids": ["ada"], "reset_channel_preferences": True}
        rest.patch("/v1/bulk/user/preference/reset/", json=reset)
        assert restricted(users.get_full_preference("ada")) == set()
        assert restricted(users.get_full_preference("bob")) == {"email"}

    def test_a_reset_at_a_tenant_is_as_if_nobody_had_chosen(self, rest: httpx.Client, users: Any) -> None:
        rest.post("/v1/tenant/acme/", json={"tenant_name": "Acme"})
        users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        reset = {"distinct_ids": ["ada"], "reset_categories": True, "reset_channel_preferences": True}
        rest.patch("/v1/bulk/user/preference/reset/?tenant_id=acme", json=reset)
        assert users.get_category_preference("ada", ORDERS, {"tenant_id": "acme"})["preference"] == "opt_in"
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_out"

    @pytest.mark.parametrize(
        ("path", "payload"),
        [
            ("", {"distinct_ids": [], "channel_preferences": []}),
            ("", {"distinct_ids": ["ada"]}),
            ("", {"distinct_ids": ["ada"] * 1001, "channel_preferences": []}),
            ("reset/", {"distinct_ids": ["ada"]}),
        ],
    )
    def test_what_is_too_little_or_too_much(self, rest: httpx.Client, path: str, payload: Any) -> None:
        assert rest.patch(f"/v1/bulk/user/preference/{path}", json=payload).status_code == 400

    def test_a_repetition_is_answered_as_before(self, rest: httpx.Client, users: Any) -> None:
        path, headers = f"/v1/user/ada/preference/category/{ORDERS}/", {"idempotency-key": "k1"}
        first = rest.patch(path, json={"preference": "opt_out"}, headers=headers)
        rest.patch(path, json={"preference": "opt_in"})
        again = rest.patch(path, json={"preference": "opt_out"}, headers=headers)
        assert (again.status_code, again.json()) == (202, first.json())
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_in"


class TestBesideKnock:
    """Both dialects see the same sets, each in its words; what one cannot say stays when it writes."""

    def set_of(self, native: httpx.Client) -> Any:
        return native.get("/v1/users/ada/preferences/default").json()

    def test_what_is_chosen_here_is_seen_there(self, users: Any, native: httpx.Client) -> None:
        users.update_category_preference("ada", ORDERS, {"preference": "opt_out"})
        users.update_category_preference("ada", NEWSLETTER, {"preference": "opt_in"})
        users.update_global_channels_preference(
            "ada", {"channel_preferences": [{"channel": "sms", "is_restricted": True}]}
        )
        shown = self.set_of(native)
        assert shown["categories"] == {ORDERS: False, NEWSLETTER: True}
        assert shown["channel_types"] == {"sms": False}

    def test_what_is_set_there_is_seen_here(self, users: Any, native: httpx.Client) -> None:
        given = {
            "categories": {ORDERS: False, DIGEST: {"channel_types": {"push": False}}, NEWSLETTER: True},
            "channel_types": {"chat": False},
        }
        native.put("/v1/users/ada/preferences/default", json=given).raise_for_status()
        assert users.get_category_preference("ada", ORDERS)["preference"] == "opt_out"
        assert users.get_category_preference("ada", NEWSLETTER)["channels"] == every("opt_in")
        assert wanted(users.get_category_preference("ada", DIGEST)) == {"email", "inbox"}
        assert restricted(users.get_full_preference("ada")) == {"slack", "ms_teams", "whatsapp"}

    def test_a_kind_that_is_named_there_is_wanted_in_a_category_that_is_not(
        self, users: Any, native: httpx.Client
    ) -> None:
        given = {"categories": {NEWSLETTER: {"channel_types": {"email": True}}}}
        native.put("/v1/users/ada/preferences/default", json=given).raise_for_status()
        shown = users.get_category_preference("ada", NEWSLETTER)
        assert (shown["preference"], wanted(shown)) == ("opt_in", {"email"})

    def test_conditions_and_workflows_stay(self, users: Any, native: httpx.Client) -> None:
        condition = {"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}
        email = {"email": {"conditions": [condition]}}
        given = {"categories": {ORDERS: {"channel_types": email}}, "workflows": {"w": False}}
        native.put("/v1/users/ada/preferences/default", json=given).raise_for_status()
        users.update_category_preference("ada", ORDERS, {"preference": "opt_in", "opt_out_channels": ["sms"]})
        shown = self.set_of(native)
        assert shown["workflows"] == {"w": False}
        types = shown["categories"][ORDERS]["channel_types"]
        assert (types["email"], types["sms"], types["in_app_feed"]) == (email["email"], False, True)

    def test_what_is_remembered_here_stays_when_it_writes(self, users: Any, native: httpx.Client) -> None:
        users.update_category_preference("ada", DIGEST, {"preference": "opt_in", "digest_schedule": {"every": "day"}})
        native.put("/v1/users/ada/preferences/default", json={"categories": {DIGEST: False}}).raise_for_status()
        shown = users.get_category_preference("ada", DIGEST)
        assert (shown["preference"], shown["digest_schedule"]) == ("opt_out", {"every": "day"})

    def test_what_a_tenant_lays_down_here_is_no_set_there(
        self, suprsend: Suprsend, users: Any, native: httpx.Client
    ) -> None:
        suprsend.tenants.upsert("acme", {"tenant_name": "Acme", "blocked_channels": ["sms"]})
        assert native.get("/v1/objects/$tenants/acme/preferences").json() == []
        assert native.get("/v1/tenants/acme").json()["settings"]["preference_set"] is None

    def test_a_tenants_set_there_is_its_default_here(self, users: Any, native: httpx.Client) -> None:
        members = {"settings": {"preference_set": {"categories": {ORDERS: False}}}}
        native.put("/v1/tenants/acme", json={"name": "Acme", **members}).raise_for_status()
        assert users.get_category_preference("ada", ORDERS, {"tenant_id": "acme"})["preference"] == "opt_out"
        users.update_category_preference("ada", ORDERS, {"preference": "opt_in"}, {"tenant_id": "acme"})
        assert users.get_category_preference("ada", ORDERS, {"tenant_id": "acme"})["preference"] == "opt_in"
