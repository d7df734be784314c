"""Users, as the official SDK sees them (notiflows.md §2, §3.1, §3.4, §5.1, §5.3, §5.4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import notiflows as sdk
import pytest
from notiflows import AsyncNotiflows, DefaultAsyncHttpxClient, Notiflows
from notiflows.types import User

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Pair

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

EVERYTHING: dict[str, Any] = {
    "email": "Ada@Example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "+442071838750",
    "avatar": "https://example.com/a.png",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "custom_fields": {"plan": "pro", "seats": {"used": 3}},
}


def put(rest: httpx.Client, id: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    return rest.put(
        f"/admin/v1/users/{id}", json=body, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


def shown(rest: httpx.Client, id: str) -> dict[str, Any]:
    found: dict[str, Any] = rest.get(f"/admin/v1/users/{id}").raise_for_status().json()
    return found


def fields(reply: httpx.Response) -> dict[str, str]:
    """What is wrong with which field."""
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "validation_failed"), reply.text
    return {each["field"]: each["reason"] for each in reply.json()["error"]["details"]["fields"]}


def test_a_user_has_exactly_the_keys_of_the_contract(notiflows: Notiflows, rest: httpx.Client) -> None:
    user = notiflows.users.upsert("customer_123", **EVERYTHING)
    body = shown(rest, "customer_123")
    assert UUID(body["id"]).version == 7
    assert INSTANT.fullmatch(body["created_at"])
    assert INSTANT.fullmatch(body["updated_at"])
    own = {"id", "created_at", "updated_at"}
    assert {name: value for name, value in body.items() if name not in own} == {
        "external_id": "customer_123",
        "name": "Ada Lovelace",
        **EVERYTHING,
    }
    assert notiflows.users.retrieve("customer_123") == user
    assert user.id == body["id"]


def test_a_user_of_whom_nothing_is_known(notiflows: Notiflows, rest: httpx.Client) -> None:
    assert notiflows.users.upsert("bare").custom_fields == {}
    body = shown(rest, "bare")
    for own in ("id", "created_at", "updated_at"):
        del body[own]
    nothing = dict.fromkeys(["email", "first_name", "last_name", "phone", "avatar", "locale", "timezone", "name"])
    assert body == {"external_id": "bare", **nothing, "custom_fields": {}}


async def test_the_asynchronous_client_works_alike(api: str, pair: Pair) -> None:
    async with AsyncNotiflows(
        api_key=pair.public,
        secret=pair.secret,
        base_url=f"{api}/admin/v1",
        http_client=DefaultAsyncHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        user = await client.users.upsert("ada", first_name="Ada", custom_fields={"plan": {"tier": "pro"}})
        assert user.custom_fields == {"plan": {"tier": "pro"}}
        assert await client.users.retrieve("ada") == user
        await client.users.upsert("bob")
        assert [each.external_id async for each in client.users.list(limit=1)] == ["bob", "ada"]
        await client.users.delete("ada")
        with pytest.raises(sdk.NotFoundError):
            await client.users.retrieve("ada")


def test_created_is_201_and_changed_200(rest: httpx.Client) -> None:
    assert [put(rest, "ada", {}).status_code for _ in range(2)] == [201, 200]
    assert put(rest, "ada", {"first_name": "Ada"}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "id"),
    [
        ("us er", "us er"),
        ("é", "é"),
        ("a+b@c.de", "a+b@c.de"),
        ("urn:user:1", "urn:user:1"),
        ("a%2Fb", "a/b"),
        ("a%25b", "a%b"),
        ("a%3Fb%23c", "a?b#c"),
        ("...", "..."),
        ("🦊", "🦊"),
        ("x" * 255, "x" * 255),
    ],
)
def test_an_id_is_whatever_the_caller_says(notiflows: Notiflows, sent: str, id: str) -> None:
    assert notiflows.users.upsert(sent, first_name="Someone").external_id == id
    assert notiflows.users.retrieve(sent).first_name == "Someone"
    assert [user.external_id for user in notiflows.users.list()] == [id]
    notiflows.users.delete(sent)
    assert not notiflows.users.list().items


@pytest.mark.parametrize(
    ("id", "reason"),
    [("x" * 256, "too_long"), *((id, "invalid_format") for id in ("%20a", "a%09b", "a%0A", "%2E%2E", "%2e"))],
)
def test_an_id_that_cannot_be_one_is_refused(rest: httpx.Client, id: str, reason: str) -> None:
    request = rest.build_request("PUT", "/", json={})
    request.url = rest.base_url.copy_with(raw_path=f"/admin/v1/users/{id}".encode())
    assert fields(rest.send(request)) == {"external_id": reason}


def test_ids_differ_by_case(notiflows: Notiflows) -> None:
    assert notiflows.users.upsert("ada").id != notiflows.users.upsert("Ada").id


def test_what_is_not_given_stays_and_null_takes_away(notiflows: Notiflows, rest: httpx.Client) -> None:
    notiflows.users.upsert("ada", **EVERYTHING)
    changed = notiflows.users.upsert("ada", email=None, phone=None, locale=None)  # type: ignore[arg-type]
    assert (changed.email, changed.phone, changed.locale) == (None, None, None)
    assert (changed.first_name, changed.timezone, changed.custom_fields) == (
        "Ada",
        "Europe/London",
        EVERYTHING["custom_fields"],
    )


def test_custom_fields_are_laid_over_deeply_and_null_removes_at_any_depth(notiflows: Notiflows) -> None:
    created = notiflows.users.upsert("ada", custom_fields={"a": None, "b": {"c": None, "d": [1, None]}, "e": {"f": 1}})
    assert created.custom_fields == {"b": {"d": [1, None]}, "e": {"f": 1}}
    given = {"b": {"d": [2], "g": {"h": {"i": None, "j": 1}}}, "e": {"f": None}, "k": None}
    assert notiflows.users.upsert("ada", custom_fields=given).custom_fields == {
        "b": {"d": [2], "g": {"h": {"j": 1}}},
        "e": {},
    }
    assert notiflows.users.upsert("ada", custom_fields={"b": None, "e": 5}).custom_fields == {"e": 5}
    assert notiflows.users.upsert("ada", custom_fields={}).custom_fields == {"e": 5}
    assert notiflows.users.upsert("ada", custom_fields=None).custom_fields == {}


def test_updated_at_moves_only_when_something_changed(notiflows: Notiflows) -> None:
    first = notiflows.users.upsert("ada", **EVERYTHING)
    assert first.updated_at >= first.created_at
    again = notiflows.users.upsert("ada", **EVERYTHING)
    assert again == first
    assert notiflows.users.upsert("ada", custom_fields={"gone": None, "seats": {"free": None}}) == first
    changed = notiflows.users.upsert("ada", first_name="Augusta")
    assert changed.updated_at > first.updated_at
    assert (changed.created_at, changed.id) == (first.created_at, first.id)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"email": "ada"}, {"email": "invalid_format"}),
        ({"email": "ada@example"}, {"email": "invalid_format"}),
        ({"email": "a" * 250 + "@example.com"}, {"email": "too_long"}),
        ({"phone": "020 7183 8750"}, {"phone": "invalid_format"}),
        ({"phone_number": "0207"}, {"phone_number": "invalid_format"}),
        ({"timezone": "Mars/Olympus"}, {"timezone": "invalid_format"}),
        ({"locale": "en_US"}, {"locale": "invalid_format"}),
        ({"avatar": "a.png"}, {"avatar": "invalid_format"}),
        ({"avatar": "https://example.com/" + "x" * 2048}, {"avatar": "too_long"}),
        ({"first_name": "x" * 256}, {"first_name": "too_long"}),
        ({"last_name": 5}, {"last_name": "invalid_type"}),
        ({"name": ["Ada"]}, {"name": "invalid_type"}),
        ({"first_name": "\0"}, {"first_name": "invalid_format"}),
        ({"custom_fields": "pro"}, {"custom_fields": "invalid_type"}),
        ({"custom_fields": []}, {"custom_fields": "invalid_type"}),
        ({"properties": 5}, {"properties": "invalid_type"}),
        ({"custom_fields": {"a": {"b": "\0"}}}, {"custom_fields.a.b": "invalid_format"}),
        ({"custom_fields": {"a": "x" * 65_530}}, {"custom_fields": "too_long"}),
        ({"external_id": "bob"}, {"external_id": "invalid_format"}),
        ({"external_id": 5}, {"external_id": "invalid_format"}),
        (
            {"email": "ada", "phone": 5, "first_name": "Ada"},
            {"email": "invalid_format", "phone": "invalid_type"},
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    rest: httpx.Client, body: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert fields(put(rest, "ada", body)) == wrong
    assert rest.get("/admin/v1/users/ada").status_code == 404


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"leaf": True}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_custom_fields_have_a_depth_and_a_size_also_together(notiflows: Notiflows, rest: httpx.Client) -> None:
    assert notiflows.users.upsert("ada", custom_fields=nested(20)).custom_fields == nested(20)
    assert fields(put(rest, "ada", {"custom_fields": nested(21)})) == {"custom_fields": "invalid_format"}
    for half in "bc":
        reply = put(rest, "ada", {"custom_fields": {half: "x" * 40_000}})
    assert fields(reply) == {"custom_fields": "too_long"}
    assert set(shown(rest, "ada")["custom_fields"]) == {"a", "b"}
    # What does not touch them is taken whatever there is.
    put(rest, "ada", {"first_name": "Ada"}).raise_for_status()


def test_the_names_of_the_concept_pages_are_understood(rest: httpx.Client) -> None:
    put(rest, "ada", {"name": "Ada King", "phone_number": "+4420", "properties": {"plan": "pro"}}).raise_for_status()
    ada = shown(rest, "ada")
    assert (ada["name"], ada["first_name"], ada["last_name"]) == ("Ada King", "Ada", "King")
    assert (ada["phone"], ada["custom_fields"]) == ("+4420", {"plan": "pro"})
    both = {"phone": "+4921", "phone_number": "nonsense", "custom_fields": {"a": 1}, "properties": {"b": 1}}
    put(rest, "bob", both).raise_for_status()
    assert (shown(rest, "bob")["phone"], shown(rest, "bob")["custom_fields"]) == ("+4921", {"a": 1})


def test_unknown_keys_are_passed_over_and_the_id_may_be_said_again(rest: httpx.Client) -> None:
    body = {"external_id": "ada", "nickname": "A.", "id": "other", "created_at": "never", "first_name": "Ada"}
    assert put(rest, "ada", body).status_code == 201
    assert put(rest, "ada", {"external_id": None}).status_code == 200
    assert shown(rest, "ada")["custom_fields"] == {}


def test_a_part_of_a_name_that_is_null_stays_null(rest: httpx.Client) -> None:
    put(rest, "ada", {"name": "Ada King", "last_name": None}).raise_for_status()
    assert [shown(rest, "ada")[name] for name in ("name", "first_name", "last_name")] == ["Ada King", None, None]


def test_settings_and_preferences_are_stored_in_the_same_write(
    notiflows: Notiflows, rest: httpx.Client, pushed: dict[str, UUID]
) -> None:
    apns = str(pushed["apns"])
    given: dict[str, Any] = {
        "channel_settings": [{"channel_id": apns, "settings": {"device_tokens": ["t-1"]}}],
        "preferences": {"channel_types": {"sms": False}, "notiflows": {"order-updates": {"enabled": False}}},
    }
    created = notiflows.users.upsert("ada", **given)
    assert notiflows.users.channel_settings.retrieve(apns, user_external_id="ada").settings.device_tokens == ["t-1"]  # type: ignore[union-attr]
    preferences = notiflows.users.preferences.retrieve("ada")
    assert preferences.channel_types is not None
    assert preferences.channel_types.sms is False
    assert preferences.notiflows is not None
    assert preferences.notiflows["order-updates"].enabled is False
    assert notiflows.users.upsert("ada", **given) == created

    given["channel_settings"][0]["settings"]["device_tokens"] = ["t-2"]
    notiflows.users.upsert("ada", first_name="Ada", **given)
    assert notiflows.users.channel_settings.retrieve(apns, user_external_id="ada").settings.device_tokens == ["t-2"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"channel_settings": "all"}, "channel_settings"),
        (
            {"channel_settings": [{"channel_id": str(UUID(int=7)), "settings": {"device_tokens": ["t"]}}]},
            "channel_settings.0.channel_id",
        ),
        ({"preferences": {"channel_types": {"fax": True}}}, "preferences.channel_types.fax"),
    ],
)
def test_one_wrong_part_fails_the_whole_call(rest: httpx.Client, part: dict[str, Any], field: str) -> None:
    assert set(fields(put(rest, "ada", {"first_name": "Ada", **part}))) == {field}
    assert rest.get("/admin/v1/users/ada").status_code == 404


def test_who_is_not_known_is_404_with_its_id(notiflows: Notiflows) -> None:
    for call in (notiflows.users.retrieve, notiflows.users.delete):
        with pytest.raises(sdk.NotFoundError) as missing:
            call("nobody")
        error = missing.value.body["error"]  # type: ignore[index]
        assert (error["code"], error["details"]) == ("not_found", {"resource": "user", "id": "nobody"})
        assert error["request_id"] == missing.value.response.headers["x-request-id"]


def test_a_deleted_user_is_gone_and_its_id_is_free(notiflows: Notiflows, rest: httpx.Client) -> None:
    first = notiflows.users.upsert("ada", custom_fields={"plan": "pro"})
    # As the SDK sends it: a content type, and no content.
    reply = rest.delete("/admin/v1/users/ada", headers={"content-type": "application/json"})
    assert (reply.status_code, reply.content) == (204, b"")
    assert rest.delete("/admin/v1/users/ada").status_code == 404
    assert not notiflows.users.list().items
    again = notiflows.users.upsert("ada")
    assert again.id != first.id
    assert again.custom_fields == {}
    assert again.created_at >= first.created_at


def test_a_user_can_be_purged_also_once_it_is_deleted(notiflows: Notiflows, rest: httpx.Client) -> None:
    notiflows.users.upsert("ada")
    notiflows.users.upsert("bob")
    assert rest.delete("/admin/v1/users/ada?purge=true").status_code == 204
    assert rest.delete("/admin/v1/users/ada?purge=true").status_code == 404
    notiflows.users.delete("bob")
    assert rest.delete("/admin/v1/users/bob?purge=false").status_code == 404
    assert rest.delete("/admin/v1/users/bob?purge=true").status_code == 204
    assert rest.delete("/admin/v1/users/bob?purge=perhaps").status_code == 400


def test_pages_hold_everyone_once_while_others_come(notiflows: Notiflows) -> None:
    for number in range(7):
        notiflows.users.upsert(f"old_{number}")
    page = notiflows.users.list(limit=3)
    met = [user.external_id for user in page.items]
    while page.has_next_page():
        notiflows.users.upsert(f"new_{len(met)}")
        notiflows.users.upsert("old_0", first_name=f"Changed {len(met)}")
        page = page.get_next_page()
        met += [user.external_id for user in page.items]
    assert met == [f"old_{number}" for number in reversed(range(7))]


def test_pages_go_back_too(rest: httpx.Client) -> None:
    for number in range(5):
        put(rest, str(number), {})

    def page(**query: str | int) -> tuple[list[str], dict[str, Any]]:
        found = rest.get("/admin/v1/users", params=query).raise_for_status().json()
        return [user["external_id"] for user in found["items"]], found["page"]

    ids, first = page(limit=2)
    assert (ids, first["before"], first["has_more_before"], first["has_more_after"]) == (["4", "3"], None, False, True)
    ids, second = page(limit=2, after=first["after"])
    assert (ids, second["limit"]) == (["2", "1"], 2)
    assert page(limit=2, after=second["after"])[0] == ["0"]
    assert page(limit=2, before=second["before"])[0] == ["4", "3"]
    # A walk that began with one cursor goes on with the other.
    assert page(limit=2, before=second["before"], after=second["after"])[0] == ["0"]
    assert page()[1]["limit"] == 25


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=many", "limit"),
        ("after=after", "after"),
        ("before=before", "before"),
        ("created_after=created_after", "created_after"),
        ("created_before=13", "created_before"),
    ],
)
def test_a_wrong_query_is_named(rest: httpx.Client, query: str, parameter: str) -> None:
    reply = rest.get(f"/admin/v1/users?{query}")
    assert reply.status_code == 400
    assert reply.json()["error"]["details"] == {"reason": "invalid_param", "param": parameter}


def test_the_bounds_of_a_period_are_left_out(notiflows: Notiflows, rest: httpx.Client) -> None:
    users = [notiflows.users.upsert(id) for id in "abc"]

    def ids(**period: datetime | str) -> list[str]:
        return [user.external_id for user in notiflows.users.list(**period)]  # type: ignore[arg-type]

    def at(user: User) -> str:
        return str(shown(rest, user.external_id)["created_at"])

    after, before = at(users[0]), at(users[2])
    assert ids(created_after=after) == [user.external_id for user in reversed(users) if at(user) > after]
    assert ids(created_before=before) == [user.external_id for user in reversed(users) if at(user) < before]
    moment = datetime.fromisoformat(after)
    assert "a" in ids(created_after=moment - timedelta(milliseconds=1))
    assert "c" not in ids(created_before=datetime.fromisoformat(before))
    assert ids(created_after=datetime(2300, 1, 1, tzinfo=UTC)) == []
    assert ids(created_after=datetime(1, 1, 1, tzinfo=UTC), created_before="9999-12-31T23:59:59Z") == ["c", "b", "a"]


def test_types_of_users_are_told_by_how_their_ids_start(notiflows: Notiflows) -> None:
    for id in ("customer_1", "vendor_1", "customer_2", "customer", "Customer_3", "customer_4"):
        notiflows.users.upsert(id)
    found = notiflows.users.list(limit=2, extra_query={"external_id_prefix": "customer_"})
    assert [user.external_id for user in found] == ["customer_4", "customer_2", "customer_1"]


async def test_an_environment_is_its_pair_of_keys(
    api: str, rest: httpx.Client, pool: Pool, keys: Keys, notiflows: Notiflows
) -> None:
    notiflows.users.upsert("ada")
    other = f"other-{UUID(int=id(rest))}"
    await pool.execute(
        "INSERT INTO addressee.environments (id, name) SELECT max(id) + 1, $1 FROM addressee.environments", other
    )
    pair = Pair(*[(await keys.create(other, kind)).key for kind in ("public", "secret")])
    with httpx.Client(base_url=api, headers=pair.headers, verify=False) as elsewhere:
        assert elsewhere.get("/admin/v1/users/ada").status_code == 404
        assert elsewhere.get("/admin/v1/users").json()["items"] == []
        assert elsewhere.delete("/admin/v1/users/ada").status_code == 404
        assert put(elsewhere, "ada", {"first_name": "Another"}).status_code == 201
    assert notiflows.users.retrieve("ada").first_name is None


def test_a_repeated_call_is_answered_as_the_first_was(rest: httpx.Client) -> None:
    first, again = (put(rest, "ada", {"first_name": "Ada"}, idempotency_key="key") for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["idempotent-replayed"]) == (201, 201, "true")
    assert again.content == first.content
    clash = put(rest, "ada", {"first_name": "Augusta"}, idempotency_key="key")
    assert (clash.status_code, clash.headers["x-should-retry"]) == (409, "false")
    assert clash.json()["error"]["details"] == {"reason": "key_reused", "idempotency_key": "key"}
    for _ in range(2):
        assert rest.delete("/admin/v1/users/ada", headers={"idempotency-key": "delete"}).status_code == 204
    put(rest, "ada", {}).raise_for_status()
    assert rest.delete("/admin/v1/users/ada", headers={"idempotency-key": "delete"}).status_code == 204
    assert rest.get("/admin/v1/users/ada").status_code == 200


async def test_a_name_that_is_no_text_is_not_shown_as_one(
    pool: Pool, environment: Environment, notiflows: Notiflows
) -> None:
    directory = Directory(pool)
    edit = Identify(properties={"first_name": {"latin": "Ada"}, "last_name": "King"})
    await directory.write(Write(Place(environment.id, USERS, "ada"), (edit,)))
    ada = notiflows.users.retrieve("ada")
    assert (ada.first_name, ada.last_name) == (None, None)


async def test_keys_that_do_not_exist_are_noted(rest: httpx.Client, pool: Pool, environment: Environment) -> None:
    """They vanish, and the answer has no place to say so."""
    read = rest.put("/admin/v1/users/ada", json={"name": "Ada", "plan": "pro", "a\0": 1}).raise_for_status().json()
    assert read["custom_fields"] == {}
    rest.put("/admin/v1/users/ada", json=read).raise_for_status()
    (notice,) = (await Directory(pool).notices.list(environment.id, PageRequest(10))).entries
    assert notice.place.id == "ada"
    assert notice.messages == (
        "plan is no key of a user, and was not stored; put it into custom_fields.",
        "a\\u0000 is no key of a user, and was not stored; put it into custom_fields.",
    )
