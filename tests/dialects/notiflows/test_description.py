"""What is published of the dialect holds for its answers: their statuses and their shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft202012Validator
from notiflows import Notiflows

from tests.dialects.notiflows.conftest import Acting
from tests.dialects.notiflows.ran import run

USER = "/admin/v1/users/{external_id}"
OF_USER = USER + "/subscriptions"
OF_TOPIC = "/admin/v1/topics/{topic_name}/subscriptions"
PUSH = "/user/v1/channels/{channel_id}/subscriptions"
FEED = "/user/v1/channels/{channel_id}/feed/entries"

Check = Callable[..., Any]


@pytest.fixture
def check(rest: httpx.Client) -> Check:
    """Sends a request, and returns the answer once it was found to be as it is described."""
    described = rest.get("/openapi.json").json()

    def check(status: int, method: str, path: str, body: Any = None, by: httpx.Client = rest, **named: str) -> Any:
        answer = by.request(method, path.format(**named), json=body)
        assert answer.status_code == status
        response = described["paths"][path.partition("?")[0]][method.lower()]["responses"][str(status)]
        schema = response["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": described["components"]}).validate(answer.json())
        return answer.json()

    return check


def test_what_may_be_new_or_not(check: Check, acting: Acting, pushed: dict[str, UUID]) -> None:
    for status in (201, 200):
        check(status, "PUT", USER, {}, external_id="ada")
    for status in (201, 200):
        check(status, "POST", OF_USER, {"topic_name": "news"}, external_id="ada")
    browser = {
        "identifier": "https://push.example/1",
        "settings": {"endpoint": "https://push.example/1", "p256dh": "p", "auth": "a"},
    }
    ada = acting("ada")
    for status in (201, 200):
        check(status, "POST", PUSH, browser, by=ada, channel_id=str(pushed["web"]))
    check(200, "GET", PUSH, by=ada, channel_id=str(pushed["web"]))


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_may_succeed_in_part(check: Check, method: str) -> None:
    for id in ("ada", "bob"):
        check(201, "PUT", USER, {}, external_id=id)
        check(201, "POST", OF_USER, {"topic_name": "news"}, external_id=id)
    check(200, method, OF_TOPIC, {"user_external_ids": ["ada"]}, topic_name="news")
    check(207, method, OF_TOPIC, {"user_external_ids": ["bob", "nobody"]}, topic_name="news")


def test_what_was_said(check: Check, notiflows: Notiflows, acting: Acting, pushed: dict[str, UUID]) -> None:
    """Of somebody about whom everything is known, and of somebody who is gone."""
    known = {
        "email": "ada@example.com",
        "first_name": "Ada",
        "phone": "+491701234567",
        "custom_fields": {"plan": None, "n": 1},
        "channel_settings": [{"channel_id": str(pushed["apns"]), "settings": {"device_tokens": ["t"]}}],
        "preferences": {"channel_types": {"sms": False}, "notiflows": {"quiet": {"channel_types": {"chat": True}}}},
    }
    check(201, "PUT", USER, known, external_id="ada")
    check(200, "GET", USER + "/preferences", external_id="ada")
    check(200, "GET", USER + "/channel-settings/{channel_id}", external_id="ada", channel_id=str(pushed["apns"]))
    run(notiflows, "order-updates", "ada", "bob", data={"order": 1}, actor={"external_id": "ada"})
    feed = check(200, "GET", FEED, by=acting("ada"), channel_id=str(pushed["feed"]))
    (entry,) = feed["items"]
    check(
        200,
        "PATCH",
        FEED + "/{entry_id}",
        {"read": True},
        by=acting("ada"),
        channel_id=str(pushed["feed"]),
        entry_id=entry["id"],
    )
    notiflows.users.delete("ada")
    for expand in ("", "?expand=deliveries"):
        found = check(200, "GET", f"/admin/v1/notifications{expand}")
        assert len(found["items"]) == 2
    assert len(check(200, "GET", "/admin/v1/deliveries")["items"]) == 3
    check(200, "GET", "/admin/v1/users")
    check(200, "GET", "/admin/v1/topics")
    check(202, "POST", "/admin/v1/notiflows/{handle}/run", {"topic": "news"}, handle="quiet")
