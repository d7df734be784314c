"""Every list is paged alike, in both directions (knock.md §1.8)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from knockapi import Knock

from tests.dialects.knock.test_workflows import Pushed, messages, wait_for_messages

LISTS = {
    "users": "/v1/users?",
    "objects": "/v1/objects/projects?",
    "tenants": "/v1/tenants?",
    "tenants of a name": "/v1/tenants?name=Acme&",
    "subscriptions of a user": "/v1/users/ada/subscriptions?",
    "subscribers of an object": "/v1/objects/projects/p0/subscriptions?",
    "subscriptions of an object": "/v1/objects/projects/p0/subscriptions?mode=recipient&",
    "members of an audience": "/v1/audiences/beta/members?",
    "schedules": "/v1/schedules?workflow=new-comment&",
    "schedules of a user": "/v1/users/ada/schedules?",
    "schedules of an object": "/v1/objects/projects/p0/schedules?",
    "messages": "/v1/messages?",
    "messages of a user": "/v1/users/ada/messages?",
    "messages of an object": "/v1/objects/projects/p0/messages?",
    "items of a feed": "/v1/users/ada/feeds/{feed}?",
    "runs": "/v1/workflow_recipient_runs?",
    "events": "/v1/messages/{message}/events?",
}
LARGEST = {"items of a feed": 200, "members of an audience": 1000}

# The newest page of these leads to what comes next: what is `before` it is not known yet.
LEADS_ON = {"items of a feed"}

# The official client does not page these.
UNASKED = {"members of an audience": 1000}


@pytest.fixture
def paths(knock: Knock, pushed: Pushed) -> dict[str, str]:
    """The path of each list; there are three entries or more in every one."""
    project: Any = {"id": "p0", "collection": "projects"}
    knock.users.bulk.identify(users=[{"id": id, "name": id} for id in ("ada", "bob", "eve")])
    knock.objects.bulk.set("projects", objects=[{"id": f"p{number}"} for number in range(4)])
    knock.tenants.bulk.set(tenants=[{"id": f"t{number}", "name": "Acme"} for number in range(3)])
    knock.objects.add_subscriptions("projects", "p0", recipients=["ada", "bob", "eve"])
    for number in range(1, 4):
        knock.objects.add_subscriptions("projects", f"p{number}", recipients=["ada", project])
        knock.schedules.create(recipients=["ada", project], workflow="new-comment", scheduled_at="2999-01-01T00:00:00Z")
        knock.workflows.trigger("new-comment", recipients=["ada", project], data={"thread": number})
        wait_for_messages(knock, "ada", number)
    knock.audiences.add_members("beta", members=[{"user": {"id": id}} for id in ("ada", "bob", "eve")])
    message = messages(knock, "ada")[0].id
    knock.messages.mark_as_seen(message)
    return {name: path.format(feed=pushed["in-app"], message=message) for name, path in LISTS.items()}


def read(http: httpx.Client, path: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    answer = http.get(path)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["entries"] if "entries" in body else body["items"], body["page_info"]


def test_every_list(http: httpx.Client, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        rows, info = read(http, path)
        assert len(rows) >= 3, name
        end = rows[0]["__cursor"] if name in LEADS_ON else None
        assert info == {"__typename": "PageInfo", "page_size": UNASKED.get(name, 50), "after": None, "before": end}, (
            name
        )
        assert forwards(http, path, end) == rows, name
        assert backwards(http, path, rows[-1]["__cursor"], end) == rows[:-1], name
        assert read(http, f"{path}after={rows[0]['__cursor']}")[0] == rows[1:], name
        sizes = [read(http, f"{path}page_size={size}")[1]["page_size"] for size in (-1, 0, 3, 1000)]
        assert sizes == [1, 1, 3, LARGEST.get(name, 50)], name


def forwards(http: httpx.Client, path: str, end: str | None) -> list[dict[str, Any]]:
    rows, info = read(http, f"{path}page_size=2")
    assert info["before"] == end
    while info["after"] is not None:
        further, info = read(http, f"{path}page_size=2&after={info['after']}")
        assert info["before"] == further[0]["__cursor"]
        rows += further
    return rows


def backwards(http: httpx.Client, path: str, before: str | None, end: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while before != end:
        nearer, info = read(http, f"{path}page_size=2&before={before}")
        assert not nearer or info["after"] == nearer[-1]["__cursor"]
        rows, before = nearer + rows, info["before"]
    return rows
