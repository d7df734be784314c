"""Tenants: objects of their own form, which messages are sent on behalf of (knock.md §2.2, §3.6, §3.13)."""

from __future__ import annotations

import re
from typing import Any

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from addressee.preferences.defaults import store_default
from tests.conftest import Environment

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

LOGO = "https://acme.example/logo.png"
NOTHING = {
    "id": "default",
    "categories": None,
    "workflows": None,
    "channel_types": None,
    "channels": None,
    "commercial_subscribed": None,
}


def settings_of(knock: Knock, id: str = "acme", **query: Any) -> Any:
    return knock.tenants.get(id, **query).to_dict()["settings"]


def members(knock: Knock, id: str = "acme", **query: Any) -> Any:
    return settings_of(knock, id, **query)["preference_set"]


def test_a_tenant_is_flat(knock: Knock, http: httpx.Client) -> None:
    acme = knock.tenants.set("acme", name="Acme", extra_body={"plan": {"tier": "pro"}})
    body = http.get("/v1/tenants/acme").json()
    assert INSTANT.fullmatch(body.pop("updated_at"))
    assert body == {
        "id": "acme",
        "name": "Acme",
        "plan": {"tier": "pro"},
        "settings": {"branding": None, "preference_set": None},
        "created_at": None,
        "__typename": "Tenant",
    }
    assert knock.tenants.get("acme") == acme


def test_a_tenant_is_an_object_too(knock: Knock) -> None:
    knock.objects.set("$tenants", "acme", name="Acme", extra_body={"settings": {"branding": {"logo_url": LOGO}}})
    assert knock.tenants.get("acme").name == "Acme"
    assert settings_of(knock)["branding"] == {"logo_url": LOGO}
    seen = knock.objects.get("$tenants", "acme")
    assert (seen.api_typename, seen.collection) == ("Tenant", "$tenants")
    assert seen.properties == {
        "name": "Acme",
        "settings": {"branding": {"logo_url": LOGO}, "preference_set": None},
    }
    knock.objects.delete("$tenants", "acme")
    with pytest.raises(knockapi.NotFoundError):
        knock.tenants.get("acme")


def test_the_parts_of_a_branding_are_merged(knock: Knock) -> None:
    knock.tenants.set("acme", settings={"branding": {"logo_url": LOGO, "primary_color": "#000"}})
    changed = knock.tenants.set("acme", settings={"branding": {"primary_color": "#fff", "icon_url": None}})
    assert settings_of(knock)["branding"] == {"logo_url": LOGO, "primary_color": "#fff", "icon_url": None}
    assert knock.tenants.set("acme", name="Acme").settings == changed.settings


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (5, "settings"),
        ({"branding": {"logo_url": 5}}, "branding.logo_url"),
        ({"branding": {"colour": "#fff"}}, "branding"),
        ({"branding": []}, "branding"),
        ({"theme": {}}, "settings"),
        ({"preference_set": {"workflows": 5}}, "settings.preference_set.workflows"),
        ({"preference_set": {"__persistence_strategy__": "mix"}}, "settings.preference_set.__persistence_strategy__"),
    ],
)
def test_settings_that_are_not_taken_are_named(http: httpx.Client, settings: Any, field: str) -> None:
    reply = http.put("/v1/tenants/acme", json={"settings": settings})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, field)
    assert http.get("/v1/tenants/acme").status_code == 404


def test_the_preference_set_of_the_members_is_merged_replaced_and_removed(knock: Knock) -> None:
    knock.tenants.set("acme", settings={"preference_set": {"workflows": {"news": False}}})
    knock.tenants.set("acme", settings={"preference_set": {"channel_types": {"email": False}}})
    assert members(knock) == {**NOTHING, "workflows": {"news": False}, "channel_types": {"email": False}}
    replaced: Any = {"categories": {"social": True}, "__persistence_strategy__": "replace"}
    knock.tenants.set("acme", settings={"preference_set": replaced})
    assert members(knock) == {**NOTHING, "categories": {"social": True}}
    knock.tenants.set("acme", settings={"preference_set": None})
    assert members(knock) is None


def test_the_members_set_is_not_one_of_the_tenants_own(knock: Knock) -> None:
    knock.tenants.set("acme", settings={"preference_set": {"workflows": {"news": False}}})
    assert knock.objects.list_preferences("$tenants", "acme") == []


async def test_the_preference_set_over_the_environments(knock: Knock, pool: Pool, environment: Environment) -> None:
    async with pool.acquire() as connection:
        await store_default(connection, environment.id, {"workflows": {"news": True, "offers": False}})
    set_one: Any = {"workflows": {"news": False}}
    given = knock.tenants.set("acme", settings={"preference_set": set_one}, resolve_full_preference_settings=True)
    resolved = {**NOTHING, "workflows": {"news": False, "offers": False}}
    assert given == knock.tenants.get("acme", resolve_full_preference_settings=True)
    assert members(knock, resolve_full_preference_settings=True) == resolved
    assert members(knock) == {**NOTHING, "workflows": {"news": False}}
    knock.tenants.set("bare")
    assert members(knock, "bare", resolve_full_preference_settings=True)["workflows"] == {"news": True, "offers": False}


def test_tenants_are_listed_and_filtered(knock: Knock) -> None:
    for id, name in (("t1", "Acme"), ("t2", "Bell"), ("t3", "Acme"), ("t4", "Acme")):
        knock.tenants.set(id, name=name)
    assert [each.id for each in knock.tenants.list(page_size=3)] == ["t1", "t2", "t3", "t4"]
    assert [each.id for each in knock.tenants.list(name="Acme", page_size=2)] == ["t1", "t3", "t4"]
    page_info = knock.tenants.list(name="Acme", page_size=2).page_info
    assert page_info
    assert [each.id for each in knock.tenants.list(name="Acme", before=str(page_info.after)).entries] == ["t1"]
    assert [each.id for each in knock.tenants.list(tenant_id="t2")] == ["t2"]
    assert [each.id for each in knock.tenants.list(tenant_id="t2", name="Acme")] == []
    assert [each.id for each in knock.tenants.list(tenant_id="t9")] == []


def test_what_is_read_may_be_sent_back(knock: Knock, http: httpx.Client) -> None:
    knock.tenants.set(
        "acme", name="Acme", settings={"branding": {"logo_url": LOGO}, "preference_set": {"workflows": {}}}
    )
    before = http.get("/v1/tenants/acme").json()
    after = http.put("/v1/tenants/acme", json=before).json()
    assert after == {**before, "updated_at": after["updated_at"]}


def test_deleting(knock: Knock) -> None:
    knock.tenants.set("acme")
    knock.tenants.delete("acme")
    knock.tenants.delete("acme")
    with pytest.raises(knockapi.NotFoundError):
        knock.tenants.get("acme")


def test_many_tenants_are_set_and_deleted(knock: Knock) -> None:
    operation = knock.tenants.bulk.set(
        tenants=["bare", {"id": "acme", "name": "Acme", "settings": {"branding": {"logo_url": LOGO}}}, {"id": ""}]
    )
    assert (operation.name, operation.success_count, operation.error_count) == ("tenants.set", 2, 1)
    assert sorted(each.id for each in knock.tenants.list()) == ["acme", "bare"]
    assert settings_of(knock)["branding"] == {"logo_url": LOGO}
    deleted = knock.tenants.bulk.delete(tenant_ids=["acme", "unknown"])
    assert (deleted.name, deleted.success_count) == ("tenants.delete", 2)
    assert [each.id for each in knock.tenants.list()] == ["bare"]


def test_a_bulk_deletion_names_its_tenants_in_the_query(http: httpx.Client) -> None:
    for query in ("", "?" + "&".join(f"tenant_ids[]=t{number}" for number in range(1001))):
        reply = http.post(f"/v1/tenants/bulk/delete{query}")
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "tenant_ids")


def test_a_trigger_describes_its_tenant(knock: Knock, pushed: dict[str, Any]) -> None:
    tenant: Any = {"id": "acme", "name": "Acme", "settings": {"branding": {"logo_url": LOGO}}}
    knock.workflows.trigger("new-comment", recipients=[{"id": "ada"}], tenant=tenant, data={"thread": 1})
    assert settings_of(knock)["branding"] == {"logo_url": LOGO}
