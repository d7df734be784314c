"""Merges of guests into users, and users of other dialects."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from knockapi import Knock
from notiflows import Notiflows

from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Pair
from tests.dialects.notiflows.ran import run
from tests.dialects.notiflows.test_users import fields, put, shown
from tests.support.waiting import eventually


def merge(rest: httpx.Client, into: str, guest: str, **headers: str) -> httpx.Response:
    return rest.post(f"/admin/v1/users/{into}/merge", json={"from_external_id": guest}, headers=headers)


def test_a_guest_is_merged_into_whom_it_turned_out_to_be(
    notiflows: Notiflows, rest: httpx.Client, pushed: dict[str, UUID]
) -> None:
    apns, slack = str(pushed["apns"]), str(pushed["slack"])
    notiflows.users.upsert(
        "guest_1",
        email="guest@example.com",
        phone="+4420",
        first_name="Guest",
        custom_fields={"plan": {"tier": "free", "trial": True}, "seen": 1},
        channel_settings=[
            {"channel_id": apns, "settings": {"device_tokens": ["guest"]}},
            {"channel_id": slack, "settings": {"slack_user_id": "U1"}},
        ],
        preferences={
            "channel_types": {"sms": False, "email": False},
            "notiflows": {"order-updates": {"enabled": False}},
        },
    )
    target = notiflows.users.upsert(
        "ada",
        first_name="Ada",
        email=None,  # type: ignore[arg-type]
        custom_fields={"plan": {"tier": "pro"}},
        channel_settings=[{"channel_id": apns, "settings": {"device_tokens": ["ada"]}}],
        preferences={"channel_types": {"email": True}},
    )
    for topic in ("news", "offers"):
        notiflows.topics.subscriptions.subscribe_bulk(topic, user_external_ids=["guest_1"])
    notiflows.topics.subscriptions.subscribe_bulk("news", user_external_ids=["ada"])

    reply = merge(rest, "ada", "guest_1")
    assert reply.status_code == 200
    ada = notiflows.users.retrieve("ada")
    assert reply.json() == shown(rest, "ada")
    assert (ada.id, ada.first_name, ada.email, ada.phone) == (target.id, "Ada", "guest@example.com", "+4420")
    assert ada.custom_fields == {"plan": {"tier": "pro", "trial": True}, "seen": 1}
    assert notiflows.users.channel_settings.retrieve(apns, user_external_id="ada").settings.device_tokens == ["ada"]  # type: ignore[union-attr]
    assert notiflows.users.channel_settings.retrieve(slack, user_external_id="ada").settings.slack_user_id == "U1"  # type: ignore[union-attr]
    preferences = notiflows.users.preferences.retrieve("ada")
    assert preferences.channel_types is not None
    assert (preferences.channel_types.email, preferences.channel_types.sms) == (True, False)
    assert preferences.notiflows is not None
    assert preferences.notiflows["order-updates"].enabled is False
    assert {each.topic_name for each in notiflows.users.subscriptions.list("ada")} == {"news", "offers"}
    assert rest.get("/admin/v1/users/guest_1").status_code == 404


@pytest.mark.usefixtures("pushed")
def test_what_a_guest_was_told_is_then_somebody_elses(notiflows: Notiflows, rest: httpx.Client) -> None:
    ada = notiflows.users.upsert("ada", first_name="Ada")
    notiflows.users.upsert("guest_1", email="guest@example.com")
    [told] = run(notiflows, "order-updates", "guest_1", data={"order": 7})
    merge(rest, "ada", "guest_1").raise_for_status()

    def followed_all() -> bool:
        notifications, deliveries = notiflows.users.notifications.list("ada"), notiflows.users.deliveries.list("ada")
        return [each.id for each in notifications] == [told.id] and len(deliveries.items) == 2

    eventually(followed_all)
    followed = notiflows.notifications.retrieve(told.id)
    assert (followed.recipient.id, followed.recipient.first_name) == (ada.id, "Ada")
    assert {each.recipient.id for each in followed.deliveries or []} == {ada.id}


def test_a_merge_that_cannot_be(notiflows: Notiflows, rest: httpx.Client) -> None:
    notiflows.users.upsert("ada")
    reply = merge(rest, "ada", "guest_1")
    assert (reply.status_code, reply.json()["error"]["details"]) == (404, {"resource": "user", "id": "guest_1"})
    reply = merge(rest, "nobody", "ada")
    assert (reply.status_code, reply.json()["error"]["details"]) == (404, {"resource": "user", "id": "nobody"})
    assert fields(merge(rest, "ada", "ada")) == {"from_external_id": "invalid_format"}
    assert fields(rest.post("/admin/v1/users/ada/merge", json={})) == {"from_external_id": "required"}
    assert fields(merge(rest, "ada", " ")) == {"from_external_id": "invalid_format"}
    assert fields(merge(rest, "ada", "")) == {"from_external_id": "required"}


def test_a_merge_under_a_key_happens_once(notiflows: Notiflows, rest: httpx.Client) -> None:
    for id in ("ada", "guest_1"):
        notiflows.users.upsert(id)
    first, again = (merge(rest, "ada", "guest_1", **{"idempotency-key": "key"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)


def test_users_of_knock(api: str, pair: Pair, rest: httpx.Client) -> None:
    with Knock(api_key=pair.secret, base_url=api, max_retries=0) as knock:
        knock.users.update(
            "ada", name="Ada King Lovelace", email="not checked", extra_body={"plan": None, "a": {"b": None}}
        )
        ada = shown(rest, "ada")
        assert (ada["name"], ada["first_name"], ada["last_name"]) == ("Ada King Lovelace", "Ada", "King Lovelace")
        assert (ada["email"], ada["custom_fields"]) == ("not checked", {"plan": None, "a": {"b": None}})

        # Nulls that Knock stored stay where nobody says anything, and go where somebody does.
        put(rest, "ada", {"custom_fields": {"a": {"c": 1}, "plan": None}, "last_name": "King"}).raise_for_status()
        assert shown(rest, "ada")["custom_fields"] == {"a": {"b": None, "c": 1}}
        assert shown(rest, "ada")["first_name"] is None

        put(rest, "bob", {"first_name": "Bob", "last_name": "Ross"}).raise_for_status()
        bob = knock.users.get("bob").to_dict()
        assert "name" not in bob
        assert (bob["first_name"], bob["last_name"]) == ("Bob", "Ross")


async def test_users_of_suprsend(api: str, rest: httpx.Client, keys: Keys, environment: Environment) -> None:
    key = (await keys.create(environment.name, "api")).key
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {key}"}, verify=False) as suprsend:
        body = {
            "first_name": "Ada",
            "plan": "pro",
            "$email": ["ada@example.com", "ada@work.example"],
            "$timezone": "Europe/London",
            "$locale": "en_GB",
        }
        suprsend.post("/v1/user/ada/", json=body).raise_for_status()
        ada = shown(rest, "ada")
        assert (ada["name"], ada["first_name"], ada["last_name"]) == ("Ada", "Ada", None)
        assert (ada["email"], ada["timezone"], ada["locale"]) == ("ada@example.com", "Europe/London", "en_GB")
        assert ada["custom_fields"] == {"plan": "pro"}

        put(rest, "ada", {"email": "ada@home.example"}).raise_for_status()
        emails = suprsend.get("/v1/user/ada/").json()["$email"]
        assert [each["value"] for each in emails] == ["ada@home.example", "ada@work.example"]
        put(rest, "ada", {"email": None, "last_name": "King"}).raise_for_status()
        found = suprsend.get("/v1/user/ada/").json()
        assert [each["value"] for each in found["$email"]] == ["ada@work.example"]
        assert found["properties"].get("last_name") == "King"
        assert "name" not in found["properties"]
