"""Attachments are not sent yet: they are passed over, and a notice says so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from suprsend import Event, Suprsend, Workflow

from tests.dialects.suprsend.test_workflows import ended, messages, request, trigger

INVOICE = {"filename": "invoice.pdf", "contentType": "application/pdf", "data": "JVBERi0xLjQK"}
PASSED_OVER = "$attachments: attachments are not sent yet; the messages leave without them."


def notices(native: httpx.Client) -> list[tuple[str, str, list[str]]]:
    """Oldest first."""
    found = native.get("/directory/v1/notices").raise_for_status().json()["notices"]
    return [(each["collection"], each["recipient_id"], each["messages"]) for each in found][::-1]


def with_attachments(**data: Any) -> dict[str, Any]:
    return {"what": "news", "$attachments": [INVOICE], **data}


def test_a_trigger_goes_on_without_them(suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
    suprsend.users.upsert("ada", {"name": "Ada", "$email": "ada@example.com"})
    trigger(suprsend, request("ada", "bob", data=with_attachments()))
    ended(native, 2)
    assert notices(native) == [("$users", "ada", [PASSED_OVER])]
    assert [(message["channel"]["key"], message["data"]) for message in messages(native)] == [
        ("in-app", {"what": "news"}),
        ("email", {"what": "news"}),
    ]


def test_each_way_to_bring_them_has_its_notice(suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
    suprsend.users.upsert("ada", {"name": "Ada"})
    suprsend.track_event(Event("ada", "Basket left", with_attachments()))
    many = suprsend.bulk_events.new_instance()
    many.append(Event("bob", "Basket left", with_attachments()), Event("cid", "Basket left", {"what": "news"}))
    many.trigger()
    suprsend.trigger_workflow(
        Workflow(
            {
                "name": "trigger-hello",
                "template": "trigger-hello",
                "notification_category": "transactional",
                "users": [{"distinct_id": "dan"}],
                "data": with_attachments(),
            }
        )
    )
    assert notices(native) == [("$users", id, [PASSED_OVER]) for id in ("ada", "bob", "dan")]


def test_who_is_only_described_has_them_at_the_workflow(
    suprsend: Suprsend, native: httpx.Client, pushed: object
) -> None:
    described = {"is_transient": True, "$email": "guest@example.com", "name": "Guest"}
    trigger(suprsend, request(described, data=with_attachments()))
    assert notices(native) == [("$transient", "trigger-hello", [PASSED_OVER])]


def test_a_record_that_is_refused_has_no_notice(suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
    refused = trigger(suprsend, request("ada", workflow="nothing", data=with_attachments()))
    assert (refused["success"], notices(native)) == (False, [])


def test_a_feed_shows_nothing_that_was_meant_for_the_service(
    suprsend: Suprsend, native: httpx.Client, pushed: dict[str, UUID]
) -> None:
    suprsend.users.upsert("ada", {"name": "Ada"})
    trigger(suprsend, request("ada", data=with_attachments(**{"$device_id": "d-1", "price": {"$": 5}})))
    ended(native, 1)
    [item] = native.get(f"/v1/users/ada/feeds/{pushed['in-app']}").json()["entries"]
    assert item["data"] == {"what": "news", "price": {"$": 5}}
    assert [activity["data"] for activity in item["activities"]] == [{"what": "news", "price": {"$": 5}}]
