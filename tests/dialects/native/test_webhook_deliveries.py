"""Deliveries of webhooks by HTTP: listed, looked at and sent again; tests, and types of events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from addressee.database.pool import Pool
from addressee.messaging.webhooks.model import TYPES
from tests.conftest import Environment
from tests.dialects.native.test_webhooks import WEBHOOKS, create, refusal
from tests.support.webhook_deliveries import AT, store_delivery

UNKNOWN = UUID(int=5)


@pytest.fixture
def webhook(http: httpx.Client) -> UUID:
    """A disabled webhook, so that no worker tells it anything."""
    id = create(http, url="https://hooks.example/hook")["id"]
    http.patch(f"{WEBHOOKS}/{id}", json={"enabled": False}).raise_for_status()
    return UUID(id)


def listed(http: httpx.Client, webhook: UUID, **query: str) -> list[dict[str, Any]]:
    reply = http.get(f"{WEBHOOKS}/{webhook}/deliveries", params=query).raise_for_status()
    deliveries: list[dict[str, Any]] = reply.json()["deliveries"]
    return deliveries


async def test_deliveries_are_listed_newest_first_by_what_the_filters_say(
    http: httpx.Client, pool: Pool, environment: Environment, webhook: UUID
) -> None:
    first = await store_delivery(pool, environment.id, webhook, status="failed", attempts=[(500, "Oh no")] * 9)
    second = await store_delivery(pool, environment.id, webhook, recipient="bob", type="recipient.created")
    third = await store_delivery(pool, environment.id, webhook, status="pending", attempts=[], at=AT + timedelta(1))

    def ids(**query: str) -> list[str]:
        return [each["id"] for each in listed(http, webhook, **query)]

    assert ids() == [str(third), str(second), str(first)]
    assert ids(status="failed") == [str(first)]
    assert ids(type="recipient.created") == [str(second)]
    assert ids(recipient="ada") == [str(third), str(first)]
    assert ids(recipient="ada", collection="projects") == []
    assert listed(http, webhook, status="failed") == [
        {
            "id": str(first),
            "type": "recipient.updated",
            "recipient": {"collection": "$users", "id": "ada"},
            "subject": {},
            "status": "failed",
            "attempt_count": 9,
            "occurred_at": "2099-03-01T12:00:00Z",
            "next_attempt_at": None,
            "sent_again_at": None,
        }
    ]


async def test_pages_neither_skip_nor_repeat(
    http: httpx.Client, pool: Pool, environment: Environment, webhook: UUID
) -> None:
    stored = [str(await store_delivery(pool, environment.id, webhook, attempts=[])) for _ in range(101)]
    first = http.get(f"{WEBHOOKS}/{webhook}/deliveries").json()
    second = http.get(f"{WEBHOOKS}/{webhook}/deliveries", params={"after": first["after"]}).json()
    assert [len(page["deliveries"]) for page in (first, second)] == [100, 1]
    assert [each["id"] for each in first["deliveries"] + second["deliveries"]] == stored[::-1]
    assert second["after"] is None


async def test_a_delivery_shows_its_attempts(
    http: httpx.Client, pool: Pool, environment: Environment, webhook: UUID
) -> None:
    id = await store_delivery(pool, environment.id, webhook, attempts=[(None, "timed out"), (200, "Thanks")])
    shown = http.get(f"{WEBHOOKS}/{webhook}/deliveries/{id}").raise_for_status().json()
    assert shown["attempts"] == [
        {"attempted_at": "2099-03-01T12:01:00Z", "milliseconds": 41, "status": None, "answer": "timed out"},
        {"attempted_at": "2099-03-01T12:02:00Z", "milliseconds": 42, "status": 200, "answer": "Thanks"},
    ]


async def test_a_delivery_is_sent_again_under_its_id(
    http: httpx.Client, pool: Pool, environment: Environment, webhook: UUID
) -> None:
    id = await store_delivery(pool, environment.id, webhook)
    again = http.post(f"{WEBHOOKS}/{webhook}/deliveries/{id}/resend").raise_for_status().json()
    assert (again["id"], again["status"], again["attempt_count"]) == (str(id), "pending", 0)
    assert again["sent_again_at"] == again["next_attempt_at"]
    assert len(again["attempts"]) == 1
    waiting = http.post(f"{WEBHOOKS}/{webhook}/deliveries/{id}/resend").raise_for_status().json()
    assert waiting == again


async def test_what_failed_in_a_period_is_sent_again(
    http: httpx.Client, pool: Pool, environment: Environment, webhook: UUID
) -> None:
    for day in range(3):
        at = AT + timedelta(days=day)
        await store_delivery(pool, environment.id, webhook, status="failed", attempts=[(500, "")], at=at)
        await store_delivery(pool, environment.id, webhook, at=at)
    period = {"since": "2099-03-02T12:00:00Z", "until": "2099-03-03T14:00:00+02:00"}
    assert http.post(f"{WEBHOOKS}/{webhook}/resend", json=period).json() == {"count": 1}
    assert [each["occurred_at"] for each in listed(http, webhook, status="pending")] == ["2099-03-02T12:00:00Z"]
    assert http.post(f"{WEBHOOKS}/{webhook}/resend", json={}).json() == {"count": 2}
    assert listed(http, webhook, status="failed") == []


def test_a_test_says_what_came_of_it(http: httpx.Client, webhook: UUID) -> None:
    attempt = http.post(f"{WEBHOOKS}/{webhook}/test").raise_for_status().json()
    assert attempt["status"] is None
    assert attempt["answer"] != ""
    assert listed(http, webhook) == []


async def test_what_is_not_there_is_not_found(
    http: httpx.Client, pool: Pool, environment: Environment, webhook: UUID
) -> None:
    other = UUID(create(http)["id"])
    of_another = await store_delivery(pool, environment.id, other)
    for id in (UNKNOWN, of_another, "delivery"):
        path = f"{WEBHOOKS}/{webhook}/deliveries/{id}"
        for reply in (http.get(path), http.post(f"{path}/resend")):
            assert refusal(reply) == (404, "not_found", [])
            assert "deliveries are kept for 30 days" in reply.text
    for path in ("deliveries", f"deliveries/{of_another}"):
        assert refusal(http.get(f"{WEBHOOKS}/{UNKNOWN}/{path}")) == (404, "not_found", [])
    for path in ("test", "resend"):
        assert refusal(http.post(f"{WEBHOOKS}/{UNKNOWN}/{path}", json={})) == (404, "not_found", [])


@pytest.mark.parametrize(
    ("field", "value"), [("since", "yesterday"), ("until", "2026-03-01T12:00:00"), ("from", "2026-03-01T12:00:00Z")]
)
def test_a_period_that_is_none_is_refused(http: httpx.Client, webhook: UUID, field: str, value: str) -> None:
    status, code, fields = refusal(http.post(f"{WEBHOOKS}/{webhook}/resend", json={field: value}))
    assert (status, code, [each["field"] for each in fields]) == (422, "invalid", [field])


def test_each_type_of_event_is_described_with_an_example(http: httpx.Client) -> None:
    types = http.get("/directory/v1/webhook-event-types").raise_for_status().json()["types"]
    assert {each["type"] for each in types} == set(TYPES)
    (merged,) = [each for each in types if each["type"] == "recipient.merged"]
    assert merged["description"].startswith("A user was merged into another one")
    assert merged["example"]["data"]["into"] == {"collection": "$users", "id": "grace"}
