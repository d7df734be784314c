"""A browser's "mark all": messages of a channel that a filter finds (knock.md §2.3, §1.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.dialects.knock.routes.messaging.channel_bulk import ACTIONS
from addressee.messaging.messages.status import Status
from tests.dialects.knock.test_tokens import browser, refusal, signing_key, token
from tests.dialects.knock.test_workflows import Pushed, wait_for_messages

__all__ = ["browser", "signing_key"]

FILTERS = (
    "archived",
    "delivery_status",
    "engagement_status",
    "has_tenant",
    "newer_than",
    "older_than",
    "tenants",
    "workflows",
    "trigger_data",
)


@pytest.fixture
def feed(pushed: Pushed) -> str:
    return str(pushed["in-app"])


@pytest.fixture
def bobs(knock: Knock, ids: list[str]) -> str:
    """Bob's only message, of a tenant; Ada's three have none."""
    knock.workflows.trigger("new-comment", recipients=["bob"], tenant="acme", data={"thread": 9})
    (message,) = wait_for_messages(knock, "bob", 1)
    return str(message.id)


def path(feed: str, action: str) -> str:
    return f"/v1/channels/{feed}/messages/bulk/{action}"


def engagements(knock: Knock, ids: list[str]) -> list[list[str]]:
    return [list(knock.messages.get(id).engagement_statuses) for id in ids]


def test_everything_is_marked_when_the_answer_comes(knock: Knock, feed: str, ids: list[str]) -> None:
    operation = knock.channels.bulk.update_message_status(action="read", channel_id=feed, recipient_ids=["ada"])
    assert (operation.name, operation.status) == ("messages.read", "completed")
    assert (operation.processed_rows, operation.success_count, operation.error_count) == (3, 3, 0)
    assert operation.estimated_total_rows == 3
    assert engagements(knock, ids) == [["read"]] * 3
    assert all(item.read_at for item in knock.users.feeds.list_items("ada", feed))
    assert knock.bulk_operations.get(operation.id) == operation


@pytest.mark.parametrize(
    ("action", "name", "after"),
    [
        ("seen", "messages.seen", ["seen", "read"]),
        ("read", "messages.read", ["read"]),
        ("unread", "messages.unread", []),
        ("unseen", "messages.unseen", ["read"]),
        ("archive", "messages.archived", ["read", "archived"]),
        ("archived", "messages.archived", ["read", "archived"]),
        ("unarchive", "messages.unarchived", ["read"]),
        ("unarchived", "messages.unarchived", ["read"]),
        ("interacted", "messages.interacted", ["read", "interacted"]),
    ],
)
def test_every_action(knock: Knock, feed: str, ids: list[str], action: Any, name: str, after: list[str]) -> None:
    knock.messages.mark_as_read(ids[0])
    operation = knock.channels.bulk.update_message_status(action=action, channel_id=feed, workflows=["new-comment"])
    assert operation.name == name
    assert set(knock.messages.get(ids[0]).engagement_statuses) == set(after)


def test_deleted_messages_are_gone(knock: Knock, feed: str, ids: list[str], bobs: str) -> None:
    operation = knock.channels.bulk.update_message_status(action="delete", channel_id=feed, recipient_ids=["ada"])
    assert (operation.name, operation.success_count) == ("messages.delete", 3)
    for id in ids:
        with pytest.raises(knockapi.NotFoundError):
            knock.messages.get(id)
    assert list(knock.users.list_messages("ada")) == []
    assert knock.messages.get(bobs).status == "delivered"


def test_filters(knock: Knock, feed: str, ids: list[str], bobs: str) -> None:
    knock.messages.mark_as_read(ids[0])
    knock.messages.archive(ids[1])
    tomorrow, yesterday = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) - timedelta(days=1)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, [*ids, bobs]),
        ({"recipient_ids": ["ada", "nobody"]}, ids),
        ({"recipient_ids": []}, []),
        ({"extra_body": {"user_ids": ["bob"]}}, [bobs]),
        ({"archived": "exclude"}, [ids[0], ids[2], bobs]),
        ({"archived": "include"}, [*ids, bobs]),
        ({"archived": "only"}, [ids[1]]),
        ({"delivery_status": "delivered"}, [*ids, bobs]),
        ({"delivery_status": "queued"}, []),
        ({"engagement_status": "read"}, [ids[0]]),
        ({"engagement_status": "unread"}, [ids[1], ids[2], bobs]),
        ({"has_tenant": True}, [bobs]),
        ({"has_tenant": False}, ids),
        ({"tenants": ["acme", "other"]}, [bobs]),
        ({"tenants": ["other"]}, []),
        ({"workflows": ["new-comment"]}, [*ids, bobs]),
        ({"workflows": ["other"]}, []),
        ({"trigger_data": '{"thread": 1}'}, [ids[1]]),
        ({"extra_body": {"trigger_data": {"thread": 2}}}, [ids[0]]),
        ({"trigger_data": '{"thread": 7}'}, []),
        ({"tenants": []}, []),
        ({"workflows": []}, []),
        ({"trigger_data": "{}"}, []),
        ({"extra_body": {"trigger_data": {}}}, []),
        ({"extra_body": {"user_ids": []}}, []),
        ({"recipient_ids": ["ada"], "tenants": [], "has_tenant": False}, []),
        ({"extra_body": dict.fromkeys(FILTERS, "")}, [*ids, bobs]),
        ({"extra_body": dict.fromkeys(FILTERS)}, [*ids, bobs]),
        ({"newer_than": yesterday}, [*ids, bobs]),
        ({"newer_than": tomorrow}, []),
        ({"newer_than": knock.messages.get(ids[0]).inserted_at}, [bobs]),
        ({"older_than": tomorrow}, [*ids, bobs]),
        ({"older_than": knock.messages.get(ids[1]).inserted_at}, [ids[2]]),
    ]
    for filter, found in cases:
        operation = knock.channels.bulk.update_message_status(action="seen", channel_id=feed, **filter)
        assert operation.success_count == len(found), filter
        assert [id for id in [*ids, bobs] if "seen" in knock.messages.get(id).engagement_statuses] == found, filter
        knock.channels.bulk.update_message_status(action="unseen", channel_id=feed)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"archived": "maybe"}, "archived"),
        ({"delivery_status": "lost"}, "delivery_status"),
        ({"engagement_status": "bored"}, "engagement_status"),
        ({"has_tenant": "yes"}, "has_tenant"),
        ({"newer_than": "soon"}, "newer_than"),
        ({"older_than": "late"}, "older_than"),
        ({"recipient_ids": "ada"}, "recipient_ids"),
        ({"recipient_ids": [""]}, "recipient_ids"),
        ({"recipient_ids": ""}, "recipient_ids"),
        ({"user_ids": ""}, "user_ids"),
        ({"user_ids": ["x" * 257]}, "user_ids"),
        ({"tenants": ["\0"]}, "tenants"),
        ({"workflows": ["\0"]}, "workflows"),
        ({"trigger_data": "no JSON"}, "trigger_data"),
        ({"trigger_data": "[1]"}, "trigger_data"),
        ({"trigger_data": {"a": {"b": 1}}}, "trigger_data"),
        ({"triggerData": {"thread": 1}}, "triggerData"),
        ({"tenant": "acme"}, "tenant"),
        ({"recipient_id": "ada", "archived": "only"}, "recipient_id"),
    ],
)
def test_what_means_nothing_is_refused(http: httpx.Client, feed: str, body: dict[str, Any], field: str) -> None:
    answer = http.post(path(feed, "seen"), json=body)
    assert refusal(answer) == (422, "invalid_params")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("body", [{"tenants": []}, {"workflows": []}, {"trigger_data": {}}, {"recipient_ids": []}])
def test_an_empty_filter_deletes_nothing(
    http: httpx.Client, knock: Knock, feed: str, ids: list[str], body: dict[str, Any]
) -> None:
    answer = http.post(path(feed, "delete"), json={"recipient_ids": ["ada"], **body})
    assert (answer.json()["status"], answer.json()["success_count"]) == ("completed", 0)
    assert engagements(knock, ids) == [[]] * 3


def test_a_misspelt_filter_deletes_nothing(http: httpx.Client, knock: Knock, feed: str, ids: list[str]) -> None:
    answer = http.post(path(feed, "delete"), json={"recipient_ids": ["ada"], "triggerData": {"thread": 1}})
    assert refusal(answer) == (422, "invalid_params")
    assert answer.json()["errors"][0]["field"] == "triggerData"
    assert engagements(knock, ids) == [[]] * 3


@pytest.mark.parametrize("status", Status)
def test_every_delivery_status_is_a_filter(http: httpx.Client, feed: str, status: Status) -> None:
    assert http.post(path(feed, "seen"), json={"delivery_status": status}).status_code == 200


def test_an_unknown_channel_or_action_is_missing(http: httpx.Client, feed: str) -> None:
    for unknown in (path("mine", "seen"), path(str(UUID(int=0)), "seen"), path(feed, "forget")):
        assert refusal(http.post(unknown, json={})) == (404, "resource_missing")


def test_a_repeated_request_is_answered_as_the_first_one(http: httpx.Client, feed: str, ids: list[str]) -> None:
    headers = {"idempotency-key": "mark them"}
    first = http.post(path(feed, "seen"), json={}, headers=headers)
    http.post(path(feed, "unseen"), json={})
    again = http.post(path(feed, "seen"), json={}, headers=headers)
    assert again.content == first.content
    assert http.get(f"/v1/messages/{ids[0]}").json()["seen_at"] is None


class TestPublicKeys:
    """They act for one user: the token's in enhanced security mode, else those that they name."""

    def test_they_say_whose_messages(self, browser: httpx.Client, knock: Knock, feed: str, ids: list[str]) -> None:
        answer = browser.post(path(feed, "seen"), json={})
        assert refusal(answer) == (422, "invalid_params")
        assert answer.json()["errors"][0]["field"] == "recipient_ids"
        assert browser.post(path(feed, "seen"), json={"user_ids": ["ada"]}).json()["success_count"] == 3
        assert engagements(knock, ids) == [["seen"]] * 3

    def test_a_token_reaches_its_own_users_messages_only(
        self, browser: httpx.Client, signing_key: str, knock: Knock, feed: str, ids: list[str], bobs: str
    ) -> None:
        for action in ACTIONS:
            others = browser.post(path(feed, action), json={"user_ids": ["bob"]}, headers=token(signing_key))
            assert refusal(others) == (403, "authorization")
        assert browser.post(path(feed, "seen"), json={}, headers=token(signing_key)).json()["success_count"] == 3
        nobodys = browser.post(path(feed, "read"), json={"user_ids": []}, headers=token(signing_key))
        assert nobodys.json()["success_count"] == 0
        own = browser.post(path(feed, "read"), json={"user_ids": ["ada"]}, headers=token(signing_key))
        assert own.json()["success_count"] == 3
        assert engagements(knock, [*ids, bobs]) == [["seen", "read"]] * 3 + [[]]
        assert refusal(browser.post(path(feed, "seen"), json={})) == (401, "missing_user_token")

    def test_a_token_may_be_limited(
        self, browser: httpx.Client, signing_key: str, knock: Knock, feed: str, ids: list[str]
    ) -> None:
        reading: dict[str, Any] = {"https://api.knock.app/v1/users/ada": {"user/feed_read": []}}
        headers = token(signing_key, grants=reading, explicit_grants=True)
        assert refusal(browser.post(path(feed, "seen"), json={}, headers=headers)) == (403, "authorization")
        of_acme: dict[str, Any] = {"https://api.knock.app/v1/objects/$tenants/acme": {"user/feed_write": []}}
        headers = token(signing_key, grants=of_acme)
        assert refusal(browser.post(path(feed, "seen"), json={}, headers=headers)) == (403, "authorization")
        none = browser.post(path(feed, "seen"), json={"tenants": []}, headers=headers)
        assert none.json()["success_count"] == 0
        others = browser.post(path(feed, "seen"), json={"tenants": ["acme", "other"]}, headers=headers)
        assert refusal(others) == (403, "authorization")
        assert browser.post(path(feed, "seen"), json={"tenants": ["acme"]}, headers=headers).status_code == 200
        assert engagements(knock, ids) == [[]] * 3
