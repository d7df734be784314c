"""Tenants, what they lay down for categories, and brands, through the official SDK (suprsend.md §2.7, §2.8)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

ORDERS, NEWSLETTER, SECURITY = "pref-orders", "pref-newsletter", "pref-security"

ACME = {
    "tenant_name": "Acme",
    "logo": "https://acme.example/logo.png",
    "timezone": "Europe/Berlin",
    "blocked_channels": ["sms", "inbox"],
    "embedded_preference_url": "https://acme.example/preferences",
    "primary_color": "#111",
    "secondary_color": "#222",
    "tertiary_color": "#333",
    "social_links": {"x": "https://x.example/acme", "facebook": "https://facebook.example/acme"},
    "properties": {"plan": "pro", "limits": {"seats": 5}},
}

NOTHING: dict[str, Any] = {
    "tenant_name": None,
    "logo": None,
    "timezone": None,
    "blocked_channels": [],
    "embedded_preference_url": None,
    "hosted_preference_domain": None,
    "primary_color": None,
    "secondary_color": None,
    "tertiary_color": None,
    "social_links": {},
    "properties": {},
}


def refused(call: Any, status: int) -> str:
    with pytest.raises(SuprsendAPIException) as caught:
        call()
    assert caught.value.status_code == status
    message: str = caught.value.message
    return message


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


class TestTenants:
    def test_all_that_can_be_said_of_one(self, suprsend: Suprsend) -> None:
        made = suprsend.tenants.upsert("acme", ACME)
        assert without(made, "updated_at") == {**ACME, "tenant_id": "acme", "hosted_preference_domain": None}
        assert made["updated_at"].endswith("Z")
        assert suprsend.tenants.get("acme") == made

    def test_what_is_not_given_stays_and_what_is_null_goes(self, suprsend: Suprsend) -> None:
        suprsend.tenants.upsert("acme", ACME)
        suprsend.tenants.upsert("acme", {"primary_color": "#999", "logo": None, "blocked_channels": None})
        made = suprsend.tenants.get("acme")
        changed: dict[str, Any] = {"primary_color": "#999", "logo": None, "blocked_channels": []}
        assert without(made, "updated_at") == {
            **ACME,
            "tenant_id": "acme",
            "hosted_preference_domain": None,
            **changed,
        }

    def test_properties_merge_by_their_first_level(self, suprsend: Suprsend) -> None:
        suprsend.tenants.upsert("acme", ACME)
        made = suprsend.tenants.upsert("acme", {"properties": {"limits": {"mails": 9}, "new": True}})
        assert made["properties"] == {"plan": "pro", "limits": {"mails": 9}, "new": True}

    def test_a_link_is_removed_by_an_empty_text(self, suprsend: Suprsend) -> None:
        suprsend.tenants.upsert("acme", ACME)
        links = {"x": "", "facebook": None, "github": "https://github.example/acme"}
        made = suprsend.tenants.upsert("acme", {"social_links": links})
        assert made["social_links"] == {
            "facebook": "https://facebook.example/acme",
            "github": "https://github.example/acme",
        }
        assert suprsend.tenants.upsert("acme", {"social_links": {"facebook": "", "github": ""}})["social_links"] == {}

    def test_an_id_is_written_in_any_case_and_stored_in_lower(self, suprsend: Suprsend) -> None:
        assert suprsend.tenants.upsert(" ACME-1 ", {"tenant_name": "Acme"})["tenant_id"] == "acme-1"
        assert suprsend.tenants.get("Acme-1")["tenant_name"] == "Acme"
        suprsend.tenants.delete("aCME-1")
        refused(lambda: suprsend.tenants.get("acme-1"), 404)

    @pytest.mark.parametrize("id", ["a b", "a/b", "é", "x" * 65, "a.b"])
    def test_an_id_that_is_none(self, suprsend: Suprsend, id: str) -> None:
        assert "tenant_id must be" in refused(lambda: suprsend.tenants.upsert(id, {"tenant_name": "x"}), 400)

    def test_a_new_one_needs_a_name(self, suprsend: Suprsend) -> None:
        for none in ({}, {"tenant_name": None}, {"tenant_name": " "}):
            assert "tenant_name is required" in refused(lambda none=none: suprsend.tenants.upsert("acme", none), 400)
        suprsend.tenants.upsert("acme", {"tenant_name": "Acme"})
        assert suprsend.tenants.upsert("acme", {})["tenant_name"] == "Acme"

    @pytest.mark.parametrize(
        "payload",
        [
            {"timezone": "Mars/Base"},
            {"blocked_channels": ["fax"]},
            {"blocked_channels": "sms"},
            {"social_links": {"x": 5}},
            {"properties": []},
            {"logo": 5},
        ],
    )
    def test_what_is_not_taken(self, suprsend: Suprsend, payload: dict[str, Any]) -> None:
        refused(lambda: suprsend.tenants.upsert("acme", {"tenant_name": "Acme", **payload}), 400)
        refused(lambda: suprsend.tenants.get("acme"), 404)

    def test_deleting(self, suprsend: Suprsend) -> None:
        suprsend.tenants.upsert("acme", {"tenant_name": "Acme"})
        assert suprsend.tenants.delete("acme") == {"success": True, "status_code": 204}
        message = "No tenant found for tenant_id acme"
        assert refused(lambda: suprsend.tenants.get("acme"), 404) == message
        assert refused(lambda: suprsend.tenants.delete("acme"), 404) == message

    def test_the_default_one_is_always_there(self, suprsend: Suprsend) -> None:
        assert suprsend.tenants.get("default") == {**NOTHING, "tenant_id": "default", "updated_at": None}
        assert "cannot be deleted" in refused(lambda: suprsend.tenants.delete("default"), 400)
        assert suprsend.tenants.upsert("default", {"logo": "https://x.example/l.png"})["tenant_name"] is None
        assert suprsend.tenants.get("default")["logo"] == "https://x.example/l.png"

    def test_listing(self, suprsend: Suprsend) -> None:
        def ids(**page: int) -> list[str]:
            return [each["tenant_id"] for each in suprsend.tenants.list(**page)["results"]]

        for id in ("beta", "acme", "zeta"):
            suprsend.tenants.upsert(id, {"tenant_name": id})
        assert suprsend.tenants.list()["meta"] == {"count": 4, "limit": 20, "offset": 0}
        assert ids() == ["default", "acme", "beta", "zeta"]
        assert (ids(limit=2), ids(limit=2, offset=1), ids(limit=2, offset=3)) == (
            ["default", "acme"],
            ["acme", "beta"],
            ["zeta"],
        )
        assert ids(limit=1) == ["default"]
        suprsend.tenants.upsert("default", {"tenant_name": "All"})
        assert ids(limit=3) == ["acme", "beta", "default"]
        assert suprsend.tenants.list(limit=1, offset=9) == {
            "meta": {"count": 4, "limit": 1, "offset": 9},
            "results": [],
        }


class TestBesideKnock:
    def test_a_tenant_that_knock_wrote(self, suprsend: Suprsend, native: httpx.Client) -> None:
        branding = {"logo_url": "https://acme.example/k.png", "icon_url": "https://acme.example/i.png"}
        settings = {"branding": branding, "preference_set": {"categories": {"news": False}}}
        given = {"name": "Acme", "plan": "pro", "settings": settings}
        before = native.put("/v1/tenants/acme", json=given).json()
        assert without(suprsend.tenants.get("acme"), "updated_at") == {
            **NOTHING,
            "tenant_id": "acme",
            "tenant_name": "Acme",
            "logo": branding["logo_url"],
            "properties": {"plan": "pro"},
        }
        suprsend.tenants.upsert("acme", {"tertiary_color": "#333", "blocked_channels": ["sms"]})
        assert without(native.get("/v1/tenants/acme").json(), "updated_at") == without(before, "updated_at")

    def test_a_tenant_that_knock_changes(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.tenants.upsert("acme", ACME)
        shown = native.get("/v1/tenants/acme").json()
        assert (shown["name"], shown["plan"], shown["timezone"]) == ("Acme", "pro", "Europe/Berlin")
        assert shown["settings"]["branding"] == {"logo_url": ACME["logo"], "primary_color": "#111"}
        changes = {"name": "Acme Inc.", "settings": {"branding": {"primary_color": "#000"}}}
        native.put("/v1/tenants/acme", json=changes).raise_for_status()
        assert without(suprsend.tenants.get("acme"), "updated_at") == {
            **ACME,
            "tenant_id": "acme",
            "hosted_preference_domain": None,
            "tenant_name": "Acme Inc.",
            "primary_color": "#000",
        }

    def test_knock_takes_none_of_the_parts_that_it_has_not(self, native: httpx.Client) -> None:
        answer = native.put("/v1/tenants/acme", json={"settings": {"branding": {"tertiary_color": "#333"}}})
        assert answer.status_code == 422


class TestBrands:
    def test_they_are_tenants_by_another_name(self, suprsend: Suprsend) -> None:
        made = suprsend.brands.upsert("acme", {**without(ACME, "tenant_name"), "brand_name": "Acme"})
        tenant = suprsend.tenants.get("acme")
        assert made == {
            **without(tenant, "tenant_id", "tenant_name"),
            "brand_id": "acme",
            "brand_name": "Acme",
        }
        assert suprsend.brands.get("ACME") == made
        assert [each["brand_id"] for each in suprsend.brands.list()["results"]] == ["default", "acme"]
        assert refused(lambda: suprsend.brands.get("x"), 404) == "No brand found for brand_id x"
        assert "brand_name is required" in refused(lambda: suprsend.brands.upsert("x", {}), 400)


@pytest.mark.usefixtures("pushed")
class TestCategories:
    @pytest.fixture
    def tenants(self, suprsend: Suprsend) -> Any:
        suprsend.tenants.upsert("acme", {"tenant_name": "Acme"})
        return suprsend.tenants

    def test_as_they_are_where_a_tenant_says_nothing(self, tenants: Any) -> None:
        assert tenants.get_preference_category("acme", SECURITY) == {
            "name": "Security",
            "category": SECURITY,
            "description": None,
            "tags": None,
            "effective_tags": None,
            "root_category": "system",
            "default_preference": "cant_unsubscribe",
            "default_mandatory_channels": ["email"],
            "default_opt_in_channels": None,
            "enabled_for_tenant": True,
            "visible_to_subscriber": True,
            "preference": None,
            "mandatory_channels": None,
            "opt_in_channels": None,
            "blocked_channels": [],
            "updated_at": None,
        }

    def test_what_a_tenant_says(self, tenants: Any) -> None:
        payload = {
            "enabled_for_tenant": False,
            "visible_to_subscriber": False,
            "preference": "cant_unsubscribe",
            "mandatory_channels": ["email", "sms"],
            "opt_in_channels": ["inbox"],
            "blocked_channels": ["slack"],
            "digest_schedule": {"every": "day"},
            "properties": [1],
        }
        changed = tenants.update_preference_category("acme", ORDERS, payload)
        assert changed.items() >= {**payload, "mandatory_channels": ["sms", "email"]}.items()
        assert changed["updated_at"].endswith("Z")
        assert tenants.get_preference_category("acme", ORDERS) == changed

    def test_what_is_not_given_stays_and_what_is_null_is_the_categorys(self, tenants: Any) -> None:
        tenants.update_preference_category("acme", ORDERS, {"preference": "opt_out", "digest_schedule": {"a": 1}})
        changed = tenants.update_preference_category("acme", ORDERS, {"properties": [1], "preference": None})
        assert (changed["preference"], changed["digest_schedule"], changed["properties"]) == (None, {"a": 1}, [1])

    def test_listing(self, tenants: Any) -> None:
        def keys(**options: Any) -> list[str]:
            return [each["category"] for each in tenants.list_preference_categories("acme", options)["results"]]

        assert tenants.list_preference_categories("acme")["meta"] == {"count": 5, "limit": 10, "offset": 0}
        assert keys(limit=2, offset=1) == [NEWSLETTER, "pref-digest"]
        assert keys(tags="sales") == [ORDERS, "pref-digest"]
        tenants.update_preference_category("acme", ORDERS, {"enabled_for_tenant": False})
        assert keys(tags="sales") == ["pref-digest"]
        assert keys(tags="sales", include_disabled=True) == [ORDERS, "pref-digest"]

    def test_in_a_language(self, tenants: Any) -> None:
        assert tenants.get_preference_category("acme", ORDERS, {"locale": "es"})["name"] == "Pedidos"

    def test_of_the_default_tenant_before_anybody_stored_it(self, suprsend: Suprsend) -> None:
        changed = suprsend.tenants.update_preference_category("default", ORDERS, {"preference": "opt_out"})
        assert changed["preference"] == "opt_out"
        assert suprsend.tenants.get("default")["updated_at"] is not None

    def test_who_or_what_is_not_there(self, tenants: Any) -> None:
        opted_out = {"preference": "opt_out"}
        for call in (
            lambda: tenants.list_preference_categories("x"),
            lambda: tenants.get_preference_category("x", ORDERS),
            lambda: tenants.update_preference_category("x", ORDERS, opted_out),
        ):
            assert refused(call, 404) == "tenant 'x' not found"
        assert refused(lambda: tenants.get_preference_category("acme", "x"), 404) == "category 'x' not found"
        assert refused(lambda: tenants.update_preference_category("acme", "x", opted_out), 404)

    @pytest.mark.parametrize(
        "payload", [{}, {"preference": "x"}, {"enabled_for_tenant": 1}, {"blocked_channels": ["fax"]}]
    )
    def test_what_is_not_taken(self, tenants: Any, payload: dict[str, Any]) -> None:
        refused(lambda: tenants.update_preference_category("acme", ORDERS, payload), 400)

    def test_the_older_paths(self, tenants: Any, rest: httpx.Client) -> None:
        answer = rest.patch(f"/v1/tenant/acme/category/{ORDERS}/", json={"preference": "opt_out"})
        assert (answer.status_code, answer.json()) == (202, tenants.get_preference_category("acme", ORDERS))
        page = rest.get("/v1/tenant/acme/category/").json()
        assert page == tenants.list_preference_categories("acme")
