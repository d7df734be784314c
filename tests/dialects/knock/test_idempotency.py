"""A key that a caller chose makes any call that writes happen once (docs/decisions/0010)."""

from typing import Any

import httpx
import knockapi
import pytest
from knockapi import Knock


def test_a_repeated_identify_is_answered_as_the_first_was(knock: Knock, http: httpx.Client) -> None:
    first, again = (
        http.put("/v1/users/ada", json={"name": "Ada", "visits": 1}, headers={"idempotency-key": "key"})
        for _ in range(2)
    )
    assert (first.status_code, first.headers.get("idempotent-replayed")) == (200, None)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    assert again.headers["original-x-request-id"] == first.headers["x-request-id"]
    assert again.content == first.content

    knock.users.update("ada", name="Changed since")
    http.put("/v1/users/ada", json={"visits": 1, "name": "Ada"}, headers={"idempotency-key": "key"}).raise_for_status()
    assert knock.users.get("ada").name == "Changed since"


def test_the_sdk_takes_a_key(knock: Knock) -> None:
    for _ in range(2):
        knock.users.update("ada", name="Ada", idempotency_key="key")
    knock.users.delete("ada", idempotency_key="delete")
    knock.users.update("ada", name="Again")
    knock.users.delete("ada", idempotency_key="delete")
    assert knock.users.get("ada").name == "Again"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/users/ada", {"name": "Another"}),
        ("PUT", "/v1/users/bob", {"name": "Ada"}),
        ("DELETE", "/v1/users/ada", None),
        ("PUT", "/v1/users/ada?user_shape=nested", {"name": "Ada"}),
        ("POST", "/v1/users/bulk/identify", {"users": [{"id": "ada", "name": "Ada"}]}),
    ],
)
def test_a_key_belongs_to_one_request(http: httpx.Client, method: str, path: str, body: dict[str, Any] | None) -> None:
    headers = {"idempotency-key": "key"}
    http.put("/v1/users/ada", json={"name": "Ada"}, headers=headers).raise_for_status()
    reply = http.request(method, path, json=body, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_mismatch")
    assert http.get("/v1/users/ada").json()["name"] == "Ada"
    assert http.get("/v1/users/bob").status_code == 404


def test_a_refused_request_leaves_its_key_free(http: httpx.Client) -> None:
    headers = {"idempotency-key": "key"}
    assert http.put("/v1/users/ada", json={"name": 5}, headers=headers).status_code == 422
    assert http.put("/v1/users/ada", json={"name": "Ada"}, headers=headers).status_code == 200


def test_a_bulk_call_happens_once(knock: Knock) -> None:
    first = knock.users.bulk.identify(users=[{"id": "ada"}, {"id": "bob"}], idempotency_key="key")
    knock.users.delete("bob")
    assert knock.users.bulk.identify(users=[{"id": "ada"}, {"id": "bob"}], idempotency_key="key") == first
    assert [user.id for user in knock.users.list()] == ["ada"]


def test_keys_of_the_sdks_own_making_cost_nothing_where_a_repetition_is_harmless(http: httpx.Client) -> None:
    headers = {"idempotency-key": "stainless-python-retry-1"}
    for name in ("Ada", "Ada Lovelace"):
        reply = http.put("/v1/users/ada", json={"name": name}, headers=headers)
        assert (reply.status_code, reply.headers.get("idempotent-replayed")) == (200, None)
    assert http.get("/v1/users/ada").json()["name"] == "Ada Lovelace"


def test_a_key_that_is_no_key(http: httpx.Client) -> None:
    for key in ("", "x" * 256):
        reply = http.put("/v1/users/ada", json={}, headers={"idempotency-key": key})
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_reading_knows_no_keys(knock: Knock, http: httpx.Client) -> None:
    knock.users.update("ada", name="Ada")
    for _ in range(2):
        reply = http.get("/v1/users/ada", headers={"idempotency-key": "key"})
        assert "idempotent-replayed" not in reply.headers
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("nobody", extra_headers={"idempotency-key": "key"})
