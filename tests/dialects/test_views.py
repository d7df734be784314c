"""What a view shows of a person is the person's, and putting it back changes nothing: in every dialect.

Properties may have any name, and some names are taken in one dialect and free in another (docs/dialects.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dialects.conftest import Clients

NAMES = (
    *("name", "first_name", "last_name", "email", "phone", "phone_number", "avatar", "timezone", "locale", "language"),
    *("created_at", "updated_at", "id", "external_id", "distinct_id", "uid", "__typename", "__cursor", "collection"),
    *("preferences", "channel_data", "channel_settings", "properties", "custom_fields", "settings", "branding"),
    *("$email", "$sms", "$timezone", "$locale", "$inbox", "$name", "$trigger_data", "ss_x", " a ", "", "plan"),
)

ATTRIBUTES: Mapping[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["Ada Lovelace", "Ada", "", None]),
    "first_name": st.sampled_from(["Ada", None]),
    "last_name": st.sampled_from(["King", None]),
    "email": st.sampled_from(["ada@example.com", "not-an-email", None]),
    "phone_number": st.sampled_from(["+442071838750", "0123", None]),
    "timezone": st.sampled_from(["Europe/London", None]),
    "locale": st.sampled_from(["en-GB", "??", None]),
    "avatar": st.sampled_from(["https://example.com/a.png", "no url", None]),
    "created_at": st.sampled_from(["2025-01-02T03:04:05Z", None]),
}

values = st.sampled_from(
    [
        *("prop@example.com", "x", "", None, True, 5, 1.5, [], ["a", None], {}, {"a": None, "b": {"c": None, "d": 1}}),
        *([{"a": None}], ["ada@example.com"], "2025-01-02T03:04:05Z", {"default": {"channel_types": {"email": False}}}),
    ]
)
properties = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)
attributes = st.fixed_dictionaries({}, optional=dict(ATTRIBUTES))

ids = count()


def written_by_knock(clients: Clients, id: str, given: Mapping[str, Any]) -> httpx.Response:
    return clients.knock.put(f"/v1/users/{id}", json=given)


def written_by_suprsend(clients: Clients, id: str, given: Mapping[str, Any]) -> httpx.Response:
    return clients.suprsend.patch(f"/v1/user/{id}/", json={"operations": [{"$set": given}]})


def written_by_notiflows(clients: Clients, id: str, given: Mapping[str, Any]) -> httpx.Response:
    return clients.notiflows.put(f"/admin/v1/users/{id}", json={"custom_fields": given})


WRITERS = (written_by_knock, written_by_suprsend, written_by_notiflows)

writes = st.lists(
    st.tuples(st.sampled_from(WRITERS), properties) | st.tuples(st.just(written_by_knock), attributes),
    min_size=1,
    max_size=4,
)


def flat(clients: Clients, id: str) -> httpx.Response:
    return clients.knock.put(f"/v1/users/{id}", json=clients.knock.get(f"/v1/users/{id}").json())


def nested(clients: Clients, id: str) -> httpx.Response:
    view = clients.knock.get(f"/v1/users/{id}?user_shape=nested").json()
    return clients.knock.put(f"/v1/users/{id}?user_shape=nested", json=view)


def flat_in_bulk(clients: Clients, id: str) -> httpx.Response:
    view = clients.knock.get(f"/v1/users/{id}").json()
    return clients.knock.post("/v1/users/bulk/identify", json={"users": [view]})


def nested_in_bulk(clients: Clients, id: str) -> httpx.Response:
    view = clients.knock.get(f"/v1/users/{id}?user_shape=nested").json()
    return clients.knock.post("/v1/users/bulk/identify?user_shape=nested", json={"users": [view]})


def suprsend(clients: Clients, id: str) -> httpx.Response:
    return clients.suprsend.post(f"/v1/user/{id}/", json=clients.suprsend.get(f"/v1/user/{id}/").json())


def properties_of_suprsend(clients: Clients, id: str) -> httpx.Response:
    view = clients.suprsend.get(f"/v1/user/{id}/").json()
    return clients.suprsend.patch(f"/v1/user/{id}/", json={"operations": [{"$set": view["properties"]}]})


def notiflows(clients: Clients, id: str) -> httpx.Response:
    return clients.notiflows.put(f"/admin/v1/users/{id}", json=clients.notiflows.get(f"/admin/v1/users/{id}").json())


PUT_BACK: tuple[Callable[[Clients, str], httpx.Response], ...] = (
    flat,
    nested,
    flat_in_bulk,
    nested_in_bulk,
    suprsend,
    properties_of_suprsend,
    notiflows,
)


def stored(clients: Clients, id: str) -> dict[str, Any]:
    found: dict[str, Any] = clients.knock.get(f"/directory/v1/users/{id}/export").json()["recipient"]
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes)
def test_a_view_that_is_put_back_changes_nothing(
    everybody: Clients, writes: list[tuple[Callable[..., httpx.Response], Mapping[str, Any]]]
) -> None:
    id = f"ada-{next(ids)}"
    written_by_knock(everybody, id, {}).raise_for_status()
    for write, said in writes:
        assert write(everybody, id, said).status_code < 500
    before = stored(everybody, id)
    for put_back in PUT_BACK:
        answer = put_back(everybody, id)
        assert answer.status_code < 300, (put_back.__name__, answer.text)
        assert answer.json().get("error_items", []) == []
        assert stored(everybody, id) == before, put_back.__name__
    assert_shown_as_stored(everybody, id, before["attributes"])


def assert_shown_as_stored(clients: Clients, id: str, attributes: Mapping[str, Any]) -> None:
    """What stands under an attribute's name is the attribute."""
    flat = clients.knock.get(f"/v1/users/{id}").json()
    nested = clients.knock.get(f"/v1/users/{id}?user_shape=nested").json()["properties"]
    for name in ("name", "email", "phone_number", "avatar", "timezone", "locale", "created_at"):
        assert flat.get(name) == nested.get(name) == attributes.get(name), name
    assert (flat["id"], flat["__typename"], "preferences" in flat) == (id, "User", False)
    profile = clients.suprsend.get(f"/v1/user/{id}/").json()["properties"]
    for name, attribute in {"$timezone": "timezone", "$locale": "locale"}.items():
        assert profile.get(name) == attributes.get(attribute), name
    for name in ("name", "first_name", "last_name", "avatar"):
        assert not isinstance(profile.get(name), str) or profile[name] == attributes[name], name
    user = clients.notiflows.get(f"/admin/v1/users/{id}").json()
    names = {"phone": "phone_number", **{name: name for name in ("email", "avatar", "timezone", "locale")}}
    for name, attribute in names.items():
        assert user[name] == attributes.get(attribute), name


OBJECTS = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OBJECTS, OBJECTS)
def test_an_object_that_is_put_back_is_as_it_was(
    everybody: Clients, by_knock: Mapping[str, Any], by_suprsend: Mapping[str, Any]
) -> None:
    id = f"p-{next(ids)}"
    path, theirs = f"/v1/objects/projects/{id}", f"/v1/object/projects/{id}/"
    everybody.knock.put(path, json={}).raise_for_status()
    assert everybody.knock.put(path, json=by_knock).status_code < 500
    assert everybody.suprsend.patch(theirs, json={"operations": [{"$set": by_suprsend}]}).status_code < 500
    before = everybody.knock.get(f"/directory/v1/objects/projects/{id}/export").json()["recipient"]
    everybody.knock.put(path, json=everybody.knock.get(path).json()).raise_for_status()
    everybody.suprsend.post(theirs, json=everybody.suprsend.get(theirs).json()).raise_for_status()
    assert everybody.knock.get(f"/directory/v1/objects/projects/{id}/export").json()["recipient"] == before


def test_a_tenant_that_is_put_back_is_as_it_was(everybody: Clients) -> None:
    """Its branding stays too, of which Knock shows a part."""
    tenant = {"tenant_name": "Acme", "secondary_color": "#123456", "properties": {"name": "x", "settings": 5, "id": 1}}
    everybody.suprsend.post("/v1/tenant/acme/", json=tenant).raise_for_status()
    before = everybody.knock.get("/directory/v1/objects/$tenants/acme/export").json()["recipient"]
    for path in ("/v1/tenants/acme", "/v1/objects/$tenants/acme"):
        everybody.knock.put(path, json=everybody.knock.get(path).json()).raise_for_status()
        assert everybody.knock.get("/directory/v1/objects/$tenants/acme/export").json()["recipient"] == before


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (written_by_suprsend, {"email": "prop@example.com"}),
        (written_by_notiflows, {"email": "prop@example.com", "timezone": "x", "preferences": {"default": 5}}),
    ],
)
def test_a_property_of_an_attributes_name_is_seen_by_whose_it_is(
    everybody: Clients, write: Callable[..., httpx.Response], said: dict[str, Any]
) -> None:
    everybody.knock.put("/v1/users/ada", json={"plan": "pro"}).raise_for_status()
    write(everybody, "ada", said).raise_for_status()
    assert stored(everybody, "ada")["properties"] == {"plan": "pro", **said}
    view = everybody.knock.get("/v1/users/ada").json()
    assert view.keys() == {"id", "created_at", "plan", "updated_at", "__typename"}
    assert everybody.suprsend.get("/v1/user/ada/").json()["properties"]["email"] == "prop@example.com"
    assert everybody.notiflows.get("/admin/v1/users/ada").json()["custom_fields"] == {"plan": "pro", **said}
