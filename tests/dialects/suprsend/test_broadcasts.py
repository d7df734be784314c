"""Broadcasts to lists, through the official SDK and without it (suprsend.md §2.5)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from suprsend import SubscriberListBroadcast, Suprsend

from addressee.database.pool import Pool
from tests.conftest import Environment
from tests.dialects.suprsend.test_workflows import HELLO, accepted_runs, channels, ended, messages, runs


def broadcast(list_id: str = "news", **rest: Any) -> dict[str, Any]:
    return {
        "list_id": list_id,
        "template": HELLO,
        "notification_category": "marketing",
        "data": {"what": "news"},
        **rest,
    }


@pytest.fixture
def news(suprsend: Suprsend, pushed: object) -> None:
    """A list of two."""
    suprsend.subscriber_lists.create({"list_id": "news"})
    for id in ("ada", "bob"):
        suprsend.users.upsert(id, {"name": id.title(), "$email": f"{id}@example.com"})
    suprsend.subscriber_lists.add("news", ["ada", "bob"])


def test_all_members_are_told_and_nobody_else(suprsend: Suprsend, native: httpx.Client, news: None) -> None:
    suprsend.users.upsert("cid", {"name": "Cid"})
    assert suprsend.subscriber_lists.broadcast(SubscriberListBroadcast(broadcast())) == {
        "success": True,
        "status": "success",
        "status_code": 202,
        "message": "OK",
    }
    assert {run["recipient"] for run in ended(native, 2)} == {"ada", "bob"}
    assert {run["trigger_source"]["type"] for run in runs(native)} == {"broadcast"}
    assert channels(native) == [("ada", "email"), ("ada", "in-app"), ("bob", "email"), ("bob", "in-app")]
    assert {tuple(message["source"]["categories"]) for message in messages(native)} == {("marketing",)}


def test_channels_limit_it(suprsend: Suprsend, native: httpx.Client, news: None) -> None:
    suprsend.subscriber_lists.broadcast(SubscriberListBroadcast(broadcast(channels=["inbox", "sms"])))
    ended(native, 2)
    assert channels(native) == [("ada", "in-app"), ("bob", "in-app")]


def test_preferences_are_asked_for_its_category(native: httpx.Client, bearer: Suprsend, news: None) -> None:
    native.put("/v1/users/ada/preferences/default", json={"categories": {"marketing": False}})
    bearer.subscriber_lists.broadcast(SubscriberListBroadcast(broadcast()))
    ended(native, 2)
    assert channels(native) == [("bob", "email"), ("bob", "in-app")]


async def test_it_may_start_later_and_counts_once(
    suprsend: Suprsend, pool: Pool, environment: Environment, news: None
) -> None:
    for _ in range(2):
        wanted = SubscriberListBroadcast(broadcast(delay="2h"), idempotency_key="k", tenant_id="acme")
        assert suprsend.subscriber_lists.broadcast(wanted)["message"] == "OK"
    (run,) = await accepted_runs(pool, environment)
    assert (run["delay"], run["tenant"]) == (timedelta(hours=2), "acme")
    assert run["source"] == {"type": "broadcast", "idempotency_key": "k"}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (broadcast("other"), 404, "list_id: other not found"),
        (broadcast("no such id"), 404, "list_id: no such id not found"),
        (broadcast(template="nope"), 404, "There is no workflow 'nope'"),
        (broadcast(channels=["fax"]), 400, "channels must be a list of channels"),
        (broadcast(delay="soon"), 400, "delay must be a number of seconds"),
        (broadcast(trigger_at="2999-01-01T00:00:00Z"), 400, "A run starts at most 365 days from now."),
        ({"template": HELLO}, 400, "list_id"),
        ([broadcast()], 400, "The body must be a JSON object."),
    ],
)
def test_errors(rest: httpx.Client, workspace_uid: str, news: None, body: Any, status: int, message: str) -> None:
    answer = rest.post(f"/{workspace_uid}/broadcast/", content=json.dumps(body))
    assert (answer.status_code, answer.json()["status"]) == (status, "error")
    assert message in answer.json()["message"]


def test_list_ids_are_written_in_any_case(
    rest: httpx.Client, workspace_uid: str, native: httpx.Client, news: None
) -> None:
    assert rest.post(f"/{workspace_uid}/broadcast", json=broadcast(" NEWS ")).text == "OK"
    ended(native, 2)


def test_another_workspace_is_refused(rest: httpx.Client, news: None) -> None:
    assert rest.post(f"/{'x' * 24}/broadcast/", json=broadcast()).status_code == 401
