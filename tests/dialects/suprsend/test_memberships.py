"""Users within tenants, through the official SDK (suprsend.md §2.2)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.dialects.suprsend.model import own as own_properties

ODD_IDS = ["u/1", "a b", "é", "a+b", "a@b.c"]


@pytest.fixture
def directory(pool: Pool) -> Directory:
    return Directory(pool)


@pytest.fixture(autouse=True)
async def tenants(directory: Directory, environment: Environment) -> None:
    for id in ("acme", "globex"):
        edit = Identify(attributes={"name": id.title()})
        await directory.write(Write(Place(environment.id, TENANTS, id), (edit,)))


def tenants_of(client: Suprsend, id: str) -> list[str]:
    return [each["tenant"]["tenant_id"] for each in client.users.list_associated_tenants(id)["results"]]


@pytest.mark.parametrize("id", ODD_IDS)
def test_a_life(suprsend: Suprsend, id: str) -> None:
    suprsend.users.upsert(id, {"$email": "own@example.com", "plan": "free"})
    made = suprsend.users.upsert_for_tenant(id, "acme", {"$email": "work@acme.example", "plan": "pro"})
    assert (made["distinct_id"], made["tenant_id"], made["properties"]) == (id, "acme", {"plan": "pro"})
    assert [each["value"] for each in made["$email"]] == ["work@acme.example"]
    assert suprsend.users.get_for_tenant(id, "acme") == made
    assert suprsend.users.get_for_tenant(id, " ACME ") == made
    instance = suprsend.users.get_edit_instance(id, "acme")
    instance.set("role", "boss")
    instance.set_timezone("Europe/Berlin")
    edited = suprsend.users.edit(instance)
    assert edited["properties"] == {"plan": "pro", "role": "boss", "$timezone": "Europe/Berlin"}
    own = suprsend.users.get(id)
    assert (own_properties(own), [each["value"] for each in own["$email"]]) == ({"plan": "free"}, ["own@example.com"])
    assert suprsend.users.unlink_tenant(id, "acme") == {"success": True, "status_code": 204}
    for call in (suprsend.users.get_for_tenant, suprsend.users.unlink_tenant):
        with pytest.raises(SuprsendAPIException) as gone:
            call(id, "acme")
        assert gone.value.status_code == 404
    assert tenants_of(suprsend, id) == []


def test_an_edit_that_is_posted(suprsend: Suprsend) -> None:
    for tenant in ("acme", "default"):
        instance = suprsend.users.get_edit_instance("ada", tenant)
        instance.append("tags", tenant)
        assert suprsend.users.async_edit(instance)["success"]
        assert suprsend.users.get_for_tenant("ada", tenant)["properties"] == {"tags": [tenant]}
    assert own_properties(suprsend.users.get("ada")) == {}


def test_the_tenants_of_a_user(suprsend: Suprsend) -> None:
    for tenant in ("globex", "acme"):
        suprsend.users.upsert_for_tenant("ada", tenant, {"in": tenant})
    first = suprsend.users.list_associated_tenants("ada", {"limit": 1})
    [item] = first["results"]
    assert item["tenant"] == {"tenant_id": "acme", "tenant_name": "Acme"}
    assert item["properties"] == {"in": "acme"}
    assert set(item) == {"tenant", "properties", "created_at", "updated_at"}
    assert (first["meta"]["count"], first["meta"]["has_next"]) == (2, True)
    rest = suprsend.users.list_associated_tenants("ada", {"limit": 1, "after": first["meta"]["after"]})
    assert [each["tenant"]["tenant_id"] for each in rest["results"]] == ["globex"]
    assert rest["meta"]["after"] is None


async def test_belonging_ends_with_the_user_and_with_the_tenant(
    suprsend: Suprsend, directory: Directory, environment: Environment
) -> None:
    for tenant in ("acme", "globex"):
        suprsend.users.upsert_for_tenant("ada", tenant, {"role": "boss"})
    place = Place(environment.id, TENANTS, "acme")
    await directory.write(Write(place, (Delete(),)))
    await directory.write(Write(place, (Identify(),)))
    assert tenants_of(suprsend, "ada") == ["globex"]
    suprsend.users.delete("ada")
    suprsend.users.upsert("ada", {})
    assert tenants_of(suprsend, "ada") == []


def test_who_and_what_is_not_there(suprsend: Suprsend) -> None:
    suprsend.users.upsert("ada", {})
    users = suprsend.users
    missing = "No tenant found for tenant_id nowhere"
    apart = "user [distinct_id: 'ada'] is not associated with tenant"
    calls: list[tuple[Any, str]] = [
        (lambda: users.get_for_tenant("ada", "nowhere"), missing),
        (lambda: users.upsert_for_tenant("ada", "nowhere", {}), missing),
        (lambda: users.edit("ada", {"operations": []}, tenant_id="nowhere"), missing),
        (lambda: users.unlink_tenant("ada", "nowhere"), missing),
        (lambda: users.get_for_tenant("ada", "acme"), f"{apart} 'acme'"),
        (lambda: users.get_for_tenant("ada", "default"), f"{apart} 'default'"),
        (lambda: users.get_for_tenant("nobody", "acme"), "user [distinct_id: 'nobody'] not found"),
        (lambda: users.unlink_tenant("nobody", "acme"), "user [distinct_id: 'nobody'] not found"),
        (lambda: users.list_associated_tenants("nobody"), "user [distinct_id: 'nobody'] not found"),
    ]
    for call, message in calls:
        with pytest.raises(SuprsendAPIException) as gone:
            call()
        assert (gone.value.status_code, gone.value.message) == (404, message)


def test_writing_lets_a_new_user_belong(suprsend: Suprsend) -> None:
    suprsend.users.upsert_for_tenant("new", "acme", {})
    assert own_properties(suprsend.users.get("new")) == {}
    assert tenants_of(suprsend, "new") == ["acme"]


def test_what_was_passed_over_is_said(suprsend: Suprsend) -> None:
    made = suprsend.users.upsert_for_tenant("ada", "acme", {"$email": "nonsense", "a": 1})
    assert (made["properties"], len(made["warnings"])) == ({"a": 1}, 1)
    with pytest.raises(SuprsendAPIException) as refused:
        suprsend.users.edit("ada", {}, tenant_id="acme")
    assert (refused.value.status_code, refused.value.message) == (400, "Request body must not be empty")


def test_a_repeated_request_is_carried_out_once(rest: httpx.Client) -> None:
    body = {"operations": [{"$add": {"n": 1}}]}
    headers = {"idempotency-key": "once"}
    first, second = (rest.patch("/v1/user/ada/tenant/acme/", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (202, 202, first.json())
    assert rest.get("/v1/user/ada/tenant/acme/").json()["properties"] == {"n": 1}
    gone = [rest.delete("/v1/user/ada/tenant/acme/", headers={"idempotency-key": "gone"}) for _ in range(2)]
    assert [answer.status_code for answer in gone] == [204, 204]
    none = [rest.delete("/v1/user/ada/tenant/acme/", headers={"idempotency-key": "none"}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["message"]) for answer in none] == [
        (404, "user [distinct_id: 'ada'] is not associated with tenant 'acme'")
    ] * 2
    assert none[1].headers["idempotent-replayed"] == "true"


async def test_no_object_route_reaches_a_membership(
    suprsend: Suprsend, rest: httpx.Client, directory: Directory, environment: Environment
) -> None:
    suprsend.users.upsert_for_tenant("ada", "acme", {"secret": 1})
    user = await directory.read(Place(environment.id, "$users", "ada"))
    assert user is not None
    [membership] = (await directory.memberships.list(user, PageRequest(10))).entries
    collection = membership.within.place.collection.replace("/", "%2F")
    assert rest.get(f"/v1/object/{collection}/ada/").status_code == 400
