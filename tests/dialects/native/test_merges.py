"""Merging users over the native API: what it would do, doing it, undoing it."""

from typing import Any

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from tests.conftest import Environment
from tests.support.waiting import until


def identify(http: httpx.Client, id: str, **traits: Any) -> None:
    http.put(f"/v1/users/{id}", json=traits).raise_for_status()


def preview(http: httpx.Client, into: str, other: str) -> dict[str, Any]:
    reply = http.post(f"/directory/v1/users/{into}/merges/preview", json={"from": other})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def told(http: httpx.Client, id: str) -> None:
    http.post("/v1/workflows/welcome/trigger", json={"recipients": [id]}).raise_for_status()

    async def arrived() -> bool:
        items = http.get(f"/v1/users/{id}/messages").json()["items"]
        return bool(items) and all(item["status"] in {"sent", "delivered"} for item in items)

    await until(arrived)


async def test_a_merge_from_preview_to_undo(http: httpx.Client, welcome: None) -> None:
    identify(http, "ada", name="Ada", plan={"tier": "pro"})
    identify(http, "guest", name="Guest", plan={"tier": "free", "seats": 3}, email="guest@example.com")
    await told(http, "guest")
    ada = preview(http, "ada", "guest")["primary"]

    foreseen = preview(http, "ada", "guest")
    assert foreseen["follows"] == {"messages": 2, "waiting_runs": 0, "subscriptions": 0}
    assert foreseen["ends"] == {"older_messages": 0, "subscriptions": 0, "schedules": 0}
    assert foreseen["merged"]["attributes"] == {"name": "Ada", "email": "guest@example.com"}
    assert foreseen["merged"]["properties"] == {"plan": {"tier": "pro", "seats": 3}}

    done = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()
    assert {**done["primary"], "updated_at": None} == {**foreseen["merged"], "updated_at": None}
    assert (done["merge"]["into"], done["merge"]["from"], done["merge"]["undone_at"]) == ("ada", "guest", None)
    assert http.get("/v1/users/guest").status_code == 404
    assert len(http.get("/v1/users/ada/messages").json()["items"]) == 2
    (listed,) = http.get("/directory/v1/users/ada/merges").json()["merges"]
    assert {**listed, "settled_at": None} == done["merge"]

    undone = http.post(f"/directory/v1/merges/{done['merge']['id']}/undo").json()
    assert undone["not_restored"] == []
    assert undone["secondary"]["attributes"] == {"name": "Guest", "email": "guest@example.com"}
    assert {name: undone["primary"][name] for name in ("uid", "attributes", "properties")} == {
        name: ada[name] for name in ("uid", "attributes", "properties")
    }
    assert len(http.get("/v1/users/guest/messages").json()["items"]) == 2
    assert len(http.get("/v1/users/ada/messages").json()["items"]) == 0


async def test_others_messages_name_the_primary_as_actor(http: httpx.Client, welcome: None) -> None:
    for id in ("ada", "guest", "bob"):
        identify(http, id, name=id.title())
    body = {"recipients": ["bob"], "actor": "guest"}
    http.post("/v1/workflows/welcome/trigger", json=body).raise_for_status()

    async def shown() -> list[Any]:
        listed = http.get("/v1/users/bob/messages").json()["items"]
        return [message["actors"] for message in listed]

    async def arrived() -> bool:
        return bool(await shown())

    await until(arrived)
    assert {*map(tuple, await shown())} == {("guest",)}
    done = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()
    assert {*map(tuple, await shown())} == {("ada",)}
    id = http.get("/v1/users/bob/messages").json()["items"][0]["id"]
    assert http.get(f"/v1/messages/{id}").json()["actors"] == ["ada"]
    http.post(f"/directory/v1/merges/{done['merge']['id']}/undo").raise_for_status()
    assert {*map(tuple, await shown())} == {("guest",)}


@pytest.mark.parametrize(
    ("dialect", "name", "kinds", "follow"),
    [
        ({}, "Guest", {"email": True}, 0),
        ({"dialect": "knock"}, "Guest", {"email": True}, 0),
        ({"dialect": "suprsend"}, "Guest", {"email": True}, 1),
        ({"dialect": "notiflows"}, "Guest", {"email": True, "sms": False}, 1),
    ],
)
def test_a_preview_is_of_the_merge_that_is_meant(
    http: httpx.Client, dialect: dict[str, str], name: str, kinds: dict[str, bool], follow: int
) -> None:
    identify(http, "ada", name=None)
    identify(http, "guest", name="Guest")
    for id, types in (("ada", {"email": True}), ("guest", {"email": False, "sms": False})):
        http.put(f"/v1/users/{id}/preferences/default", json={"channel_types": types}).raise_for_status()
    http.put("/v1/objects/clubs/chess", json={}).raise_for_status()
    subscription = {"recipients": ["guest"]}
    http.post("/v1/objects/clubs/chess/subscriptions", json=subscription).raise_for_status()
    foreseen = http.post("/directory/v1/users/ada/merges/preview", json={"from": "guest", **dialect}).json()
    assert foreseen["merged"]["attributes"] == {"name": name}
    assert foreseen["merged"]["preferences"]["default"]["kinds"] == kinds
    assert (foreseen["follows"]["subscriptions"], foreseen["ends"]["subscriptions"]) == (follow, 1 - follow)


async def test_an_environment_may_keep_nulls(pool: Pool, http: httpx.Client, environment: Environment) -> None:
    await Environments(pool).change(environment.name, {"merge_nulls": "keep"})
    identify(http, "ada", name=None, plan=None)
    identify(http, "guest", name="Guest", plan="pro")
    names = {
        dialect: http.post("/directory/v1/users/ada/merges/preview", json={"from": "guest", "dialect": dialect}).json()[
            "merged"
        ]
        for dialect in ("knock", "suprsend", "notiflows")
    }
    assert {dialect: merged["attributes"]["name"] for dialect, merged in names.items()} == {
        "knock": None,
        "suprsend": None,
        "notiflows": "Guest",
    }
    assert {merged["properties"]["plan"] for merged in names.values()} == {None}
    done = http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).json()
    assert (done["primary"]["attributes"]["name"], done["primary"]["properties"]["plan"]) == (None, None)


def test_a_preview_of_a_dialect_that_there_is_not(http: httpx.Client) -> None:
    answer = http.post("/directory/v1/users/ada/merges/preview", json={"from": "guest", "dialect": "other"})
    assert (answer.status_code, answer.json()["error"]["fields"][0]["field"]) == (422, "dialect")


def test_what_cannot_be_merged_or_undone(http: httpx.Client) -> None:
    identify(http, "ada")
    for path in ("merges", "merges/preview"):
        unknown = http.post(f"/directory/v1/users/ada/{path}", json={"from": "nobody"})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
        same = http.post(f"/directory/v1/users/ada/{path}", json={"from": "ada"})
        assert (same.status_code, same.json()["error"]["code"]) == (422, "invalid")
        misspelt = http.post(f"/directory/v1/users/ada/{path}", json={"form": "guest"})
        assert (misspelt.status_code, misspelt.json()["error"]["fields"][0]["field"]) == (422, "form")
    for id in ("nonsense", "01a2010c-772e-768f-a1b3-9d15e032df44"):
        assert http.post(f"/directory/v1/merges/{id}/undo").status_code == 404
    assert http.get("/directory/v1/users/nobody/merges").status_code == 404


def test_a_merge_under_a_key_happens_once(http: httpx.Client) -> None:
    identify(http, "ada")
    identify(http, "guest")
    first, again = (
        http.post("/directory/v1/users/ada/merges", json={"from": "guest"}, headers={"idempotency-key": "merge"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-x-request-id"] == first.headers["x-request-id"]


def test_an_unknown_path(http: httpx.Client) -> None:
    reply = http.get("/directory/v1/nothing")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")
