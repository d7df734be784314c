"""Web push subscriptions of users, by themselves (notiflows.md §3.3, C9 to C11)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from knockapi import Knock

from tests.dialects.notiflows.conftest import Acting, Pair
from tests.dialects.notiflows.test_channel_settings import missing, wrong

PHONE, LAPTOP = "https://push.example.com/phone", "https://push.example.com/laptop"


def keys(endpoint: str, key: str = "p") -> dict[str, str]:
    return {"endpoint": endpoint, "p256dh": key, "auth": "a"}


def subscription(endpoint: str, key: str = "p") -> dict[str, Any]:
    return {"identifier": endpoint, "settings": keys(endpoint, key)}


def path(pushed: dict[str, UUID], channel: str = "web") -> str:
    return f"/user/v1/channels/{pushed[channel]}/subscriptions"


def leave(client: httpx.Client, url: str, body: Any, **headers: str) -> httpx.Response:
    return client.request("DELETE", url, json=body, headers=headers)


@pytest.fixture
def own(pushed: dict[str, UUID]) -> str:
    return path(pushed)


@pytest.fixture
def ada(acting: Acting, knock: Knock) -> httpx.Client:
    knock.users.update("ada", name="Ada")
    return acting("ada")


@pytest.fixture
def bob(acting: Acting, knock: Knock) -> httpx.Client:
    knock.users.update("bob", name="Bob")
    return acting("bob")


def test_a_browser_subscribes(ada: httpx.Client, own: str, pushed: dict[str, UUID]) -> None:
    answer = ada.post(own, json=subscription(PHONE))
    made = answer.json()
    assert answer.status_code == 201
    assert made == {
        "id": made["id"],
        "channel_id": str(pushed["web"]),
        "identifier": PHONE,
        "settings": keys(PHONE),
        "created_at": made["updated_at"],
        "updated_at": made["updated_at"],
    }
    assert UUID(made["id"]).version == 7
    assert ada.get(own).json() == {"items": [made]}


def test_the_same_browser_is_renewed_in_place(ada: httpx.Client, own: str) -> None:
    phone = ada.post(own, json=subscription(PHONE)).json()
    laptop = ada.post(own, json=subscription(LAPTOP)).json()
    again = ada.post(own, json=subscription(PHONE))
    assert (again.status_code, again.json()) == (200, phone)
    answer = ada.post(own, json=subscription(PHONE, "q"))
    renewed = answer.json()
    assert answer.status_code == 200
    assert renewed == {**phone, "settings": keys(PHONE, "q"), "updated_at": renewed["updated_at"]}
    assert renewed["updated_at"] > phone["updated_at"]
    assert ada.get(own).json() == {"items": [renewed, laptop]}


def test_a_browser_leaves(ada: httpx.Client, own: str) -> None:
    phone = ada.post(own, json=subscription(PHONE)).json()
    ada.post(own, json=subscription(LAPTOP))
    assert leave(ada, own, {"identifier": LAPTOP}).status_code == 204
    assert ada.get(own).json() == {"items": [phone]}
    assert missing(leave(ada, own, {"identifier": LAPTOP})) == (404, "channel_subscription", LAPTOP)
    came_back = ada.post(own, json=subscription(LAPTOP))
    assert came_back.status_code == 201


def test_everybody_has_their_own(ada: httpx.Client, bob: httpx.Client, own: str) -> None:
    ada.post(own, json=subscription(PHONE))
    assert bob.get(own).json() == {"items": []}
    assert missing(leave(bob, own, {"identifier": PHONE})) == (404, "channel_subscription", PHONE)
    assert bob.post(own, json=subscription(LAPTOP)).status_code == 201
    assert [len(each.get(own).json()["items"]) for each in (ada, bob)] == [1, 1]


def test_a_browser_is_one_persons(ada: httpx.Client, bob: httpx.Client, own: str) -> None:
    """A browser's subscription belongs to whoever signs in last, and to nobody before."""
    for user in (ada, bob):
        assert user.post(own, json=subscription(PHONE)).status_code == 201
    assert [len(each.get(own).json()["items"]) for each in (ada, bob)] == [0, 1]


def test_repetitions_under_a_chosen_key_are_answered_as_before(ada: httpx.Client, own: str) -> None:
    first = ada.post(own, json=subscription(PHONE), headers={"idempotency-key": "in"})
    again = ada.post(own, json=subscription(PHONE), headers={"idempotency-key": "in"})
    assert (again.status_code, again.content) == (201, first.content)
    for _ in range(2):
        assert leave(ada, own, {"identifier": PHONE}, **{"idempotency-key": "out"}).status_code == 204


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "identifier", "required"),
        ({"identifier": "", "settings": keys(PHONE)}, "identifier", "required"),
        ({"identifier": 7, "settings": keys(PHONE)}, "identifier", "invalid_type"),
        ({"identifier": "x" * 4097, "settings": keys(PHONE)}, "identifier", "too_long"),
        ({"identifier": "\0", "settings": keys(PHONE)}, "identifier", "invalid_format"),
        ({"identifier": PHONE}, "settings", "required"),
        ({"identifier": PHONE, "settings": "p"}, "settings", "invalid_type"),
        *[
            ({"identifier": PHONE, "settings": {**keys(PHONE), name: None}}, f"settings.{name}", "required")
            for name in ("endpoint", "p256dh", "auth")
        ],
        ({"identifier": PHONE, "settings": keys("http://push.example.com")}, "settings.endpoint", "invalid_format"),
        ({"identifier": PHONE, "settings": keys("https://[")}, "settings.endpoint", "invalid_format"),
        ({"identifier": PHONE, "settings": keys(PHONE, "p" * 4097)}, "settings.p256dh", "too_long"),
    ],
)
def test_a_wrong_shape_is_refused(ada: httpx.Client, own: str, body: Any, field: str, reason: str) -> None:
    assert wrong(ada.post(own, json=body)) == (422, field, reason)
    assert ada.get(own).json() == {"items": []}


def test_so_is_leaving_without_a_name(ada: httpx.Client, own: str) -> None:
    assert wrong(leave(ada, own, {})) == (422, "identifier", "required")
    assert wrong(ada.delete(own)) == (422, "identifier", "required")


def test_there_are_at_most_a_hundred(ada: httpx.Client, own: str) -> None:
    for number in range(100):
        assert ada.post(own, json=subscription(f"{PHONE}/{number}")).status_code == 201
    assert wrong(ada.post(own, json=subscription(LAPTOP))) == (422, "identifier", "too_long")
    assert ada.post(own, json=subscription(f"{PHONE}/7", "q")).status_code == 200


def test_an_unknown_channel_is_missing(ada: httpx.Client, pushed: dict[str, UUID]) -> None:
    channel = str(uuid4())
    url = f"/user/v1/channels/{channel}/subscriptions"
    for answer in (ada.get(url), ada.post(url, json=subscription(PHONE)), leave(ada, url, {"identifier": PHONE})):
        assert missing(answer) == (404, "channel", channel)


@pytest.mark.parametrize("channel", ["apns", "feed", "email"])
def test_another_channel_has_no_subscriptions(ada: httpx.Client, pushed: dict[str, UUID], channel: str) -> None:
    url, id = path(pushed, channel), str(pushed[channel])
    for answer in (ada.get(url), leave(ada, url, {"identifier": PHONE})):
        assert missing(answer) == (404, "channel", id)
    assert wrong(ada.post(url, json=subscription(PHONE))) == (422, "settings", "unknown")


def test_they_are_the_channels_data(
    ada: httpx.Client, own: str, rest: httpx.Client, knock: Knock, pair: Pair, pushed: dict[str, UUID]
) -> None:
    made = ada.post(own, json=subscription(PHONE)).json()
    url, headers = f"/v1/users/ada/channel_data/{pushed['web']}", {"authorization": f"Bearer {pair.secret}"}
    stored = rest.get(url, headers=headers).json()["data"]
    flat = {name: made[name] for name in ("id", "identifier", "created_at", "updated_at")}
    assert stored == {"subscriptions": [{**flat, **keys(PHONE)}]}
    knock.users.unset_channel_data("ada", str(pushed["web"]))
    assert ada.get(own).json() == {"items": []}
