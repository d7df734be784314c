"""The browsers of a recipient in the data of a web push channel."""

from typing import Any

import pytest

from addressee.channels.push.subscriptions import MAX_SUBSCRIPTIONS, subscribed, subscriptions, unsubscribed
from addressee.directory.errors import RefusedError

THEN, NOW = "2025-06-01T12:00:00.000Z", "2025-06-02T12:00:00.000Z"


def keys(name: str) -> dict[str, str]:
    return {"endpoint": f"https://push.example.com/{name}", "p256dh": name, "auth": name}


def browser(name: str, id: str, updated_at: str = THEN, **more: str) -> dict[str, str]:
    return {"id": id, "identifier": name, **keys(name), "created_at": THEN, "updated_at": updated_at, **more}


ONE = subscribed({"other": 1}, "a", keys("a"), "1", THEN)


def test_a_browser_subscribes() -> None:
    assert {"other": 1, "subscriptions": [browser("a", "1")]} == ONE
    assert subscribed(ONE, "b", keys("b"), "2", THEN)["subscriptions"] == [browser("a", "1"), browser("b", "2")]


def test_a_browser_that_is_known_keeps_its_id_and_its_first_time() -> None:
    renewed = subscribed(ONE, "a", keys("z"), "2", NOW)
    assert renewed == {"other": 1, "subscriptions": [browser("a", "1", NOW, **keys("z"))]}


def test_nothing_changes_when_nothing_is_new() -> None:
    assert subscribed(ONE, "a", keys("a"), "2", NOW) is ONE
    assert unsubscribed(ONE, "b") is ONE
    assert unsubscribed({}, "b") == {}


def test_a_browser_leaves() -> None:
    two = subscribed(ONE, "b", keys("b"), "2", THEN)
    assert unsubscribed(two, "a") == {"other": 1, "subscriptions": [browser("b", "2")]}


def test_there_are_only_so_many() -> None:
    data: dict[str, Any] = {}
    for number in range(MAX_SUBSCRIPTIONS):
        data = subscribed(data, str(number), keys("a"), str(number), THEN)
    assert list(subscriptions(data)) == [str(number) for number in range(MAX_SUBSCRIPTIONS)]
    assert len(subscriptions(subscribed(data, "7", keys("b"), "x", NOW))) == MAX_SUBSCRIPTIONS
    with pytest.raises(RefusedError) as refusal:
        subscribed(data, "one more", keys("a"), "x", NOW)
    assert refusal.value.field == "identifier"


@pytest.mark.parametrize("data", [{}, {"subscriptions": None}, {"subscriptions": ["a"]}, {"tokens": ["t"]}])
def test_what_another_provider_left_is_no_subscription(data: dict[str, Any]) -> None:
    assert subscriptions(data) == {}
    assert subscribed(data, "a", keys("a"), "1", THEN) == {**data, "subscriptions": [browser("a", "1")]}
