"""In-app feeds (knock.md §3.10)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from knockapi import Knock

from tests.dialects.knock.test_workflows import Pushed, wait_for_messages


@pytest.fixture
def feed(knock: Knock, pushed: Pushed) -> str:
    """The path of Ada's feed of four items: threads 0 to 3, the last two of the tenant acme."""
    knock.users.update("ada", name="Ada")
    knock.users.update("bob", name="Bob")
    for number in range(4):
        tenant: dict[str, Any] = {"tenant": "acme"} if number >= 2 else {}
        knock.workflows.trigger(
            "new-comment",
            recipients=["ada"],
            actor="bob",
            data={"thread": number, "deep": {"a": 1}, "list": [1]},
            **tenant,
        )
        wait_for_messages(knock, "ada", number + 1)
    return f"/v1/users/ada/feeds/{pushed['in-app']}"


def threads(http: httpx.Client, path: str, query: str = "") -> list[int]:
    answer = http.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return [item["data"]["thread"] for item in answer.json()["entries"]]


def counts(http: httpx.Client, path: str, query: str = "") -> tuple[int, int, int]:
    meta = http.get(f"{path}?{query}").json()["meta"]
    return meta["total_count"], meta["unread_count"], meta["unseen_count"]


def test_the_sdk_reads_buttons(knock: Knock, pushed: Pushed) -> None:
    knock.users.update("ada", name="Ada")
    knock.workflows.trigger("new-comment", recipients=["ada"], data={"thread": 7, "answer": "Answer"})
    (message,) = wait_for_messages(knock, "ada", 1)
    expected = {
        "name": "actions",
        "type": "button_set",
        "buttons": [{"name": "primary", "label": "Answer", "action": "https://app.example/threads/7/answer"}],
    }
    (item,) = knock.users.feeds.list_items("ada", str(pushed["in-app"])).entries
    assert item.to_dict()["blocks"][-1] == expected  # type: ignore[index]
    assert knock.messages.get_content(message.id).to_dict()["data"]["blocks"][-1] == expected  # type: ignore[index]


def test_the_sdk_reads_a_feed_strictly(knock: Knock, pushed: Pushed, feed: str) -> None:
    page = knock.users.feeds.list_items("ada", str(pushed["in-app"]))
    item = page.entries[0]
    assert item.blocks[0].rendered == "<p><strong>Bob</strong> wrote to Ada on 3</p>"  # type: ignore[union-attr]
    assert (item.total_actors, item.total_activities, item.tenant) == (1, 1, "acme")
    assert page.to_dict()["meta"] == {
        "__typename": "FeedMetadata",
        "total_count": 4,
        "unread_count": 4,
        "unseen_count": 4,
    }
    assert page.to_dict()["vars"] == {"app_url": "https://app.example"}
    assert item.id == knock.messages.get(item.id).id


def test_pages_go_to_older_and_back_to_newer_items(http: httpx.Client, feed: str) -> None:
    first = http.get(f"{feed}?page_size=2").json()
    assert threads(http, feed, f"page_size=2&after={first['page_info']['after']}") == [1, 0]
    oldest = http.get(feed).json()["entries"][-1]["__cursor"]
    assert threads(http, feed, f"before={oldest}") == [3, 2, 1]
    newest = http.get(feed).json()["entries"][0]["__cursor"]
    assert threads(http, feed, f"before={newest}") == []


def test_the_newest_page_leads_to_what_comes_next(http: httpx.Client, knock: Knock, feed: str) -> None:
    """Mobile clients keep `before` of the page that they have, and ask with it (realtime-knock.md §4.2)."""
    first = http.get(feed).json()
    before = first["page_info"]["before"]
    assert before == first["entries"][0]["__cursor"]
    nothing_yet = http.get(f"{feed}?before={before}").json()
    assert (nothing_yet["entries"], nothing_yet["page_info"]["before"]) == ([], before)
    knock.workflows.trigger("new-comment", recipients=["ada"], actor="bob", data={"thread": 4})
    wait_for_messages(knock, "ada", 5)
    newer = http.get(f"{feed}?before={before}").json()
    assert [item["data"]["thread"] for item in newer["entries"]] == [4]
    assert newer["page_info"]["before"] == newer["entries"][0]["__cursor"]


def test_an_empty_feed_leads_nowhere(http: httpx.Client, pushed: Pushed) -> None:
    page = http.get(f"/v1/users/nobody/feeds/{pushed['in-app']}").json()["page_info"]
    assert (page["after"], page["before"]) == (None, None)


def test_a_page_has_up_to_200_items(http: httpx.Client, feed: str) -> None:
    assert http.get(f"{feed}?page_size=500").json()["page_info"]["page_size"] == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tenant=acme", [3, 2, 1, 0]),
        ("tenant=acme&has_tenant=true", [3, 2]),
        ("has_tenant=false", [1, 0]),
        ("tenant=other", [1, 0]),
        ("source=new-comment", [3, 2, 1, 0]),
        ("source=other", []),
        ("workflow_categories[]=social", [3, 2, 1, 0]),
        ("trigger_data=%7B%22thread%22%3A2%7D", [2]),
        ("inserted_at.gte=2020-01-01T00:00:00Z", [3, 2, 1, 0]),
        ("inserted_at.lt=2020-01-01T00:00:00Z", []),
    ],
)
def test_filters(http: httpx.Client, feed: str, query: str, found: list[int]) -> None:
    assert threads(http, feed, query) == found
    assert counts(http, feed, query)[0] == len(found)


def test_statuses_narrow_the_items_and_not_the_counts(knock: Knock, http: httpx.Client, feed: str) -> None:
    entries = http.get(feed).json()["entries"]
    knock.messages.mark_as_read(entries[0]["id"])
    knock.messages.mark_as_seen(entries[1]["id"])
    assert threads(http, feed, "status=unread") == [2, 1, 0]
    assert threads(http, feed, "status=read") == [3]
    assert threads(http, feed, "status=unseen") == [3, 1, 0]
    assert threads(http, feed, "status=seen") == [2]
    assert counts(http, feed, "status=read") == counts(http, feed) == (4, 3, 3)


def test_archived_items_are_left_out_until_asked_for(knock: Knock, http: httpx.Client, feed: str) -> None:
    knock.messages.archive(http.get(feed).json()["entries"][1]["id"])
    assert threads(http, feed) == [3, 1, 0]
    assert threads(http, feed, "archived=include") == [3, 2, 1, 0]
    assert threads(http, feed, "archived=only") == [2]
    assert counts(http, feed) == (3, 3, 3)


def test_compact_leaves_out_what_is_large(http: httpx.Client, feed: str) -> None:
    item = http.get(f"{feed}?mode=compact").json()["entries"][0]
    assert "activities" not in item
    assert "total_activities" not in item
    assert item["data"] == {"thread": 3}


def test_fields_can_be_excluded(http: httpx.Client, feed: str) -> None:
    body = http.get(f"{feed}?exclude=entries.archived_at,entries.source.categories,meta.total_count").json()
    assert "archived_at" not in body["entries"][0]
    assert set(body["entries"][0]["source"]) == {"__typename", "key", "version_id"}
    assert set(body["meta"]) == {"__typename", "unread_count", "unseen_count"}
    assert set(http.get(f"{feed}?exclude[]=meta&exclude[]=vars").json()) == {"entries", "page_info"}


def test_an_unknown_user_has_an_empty_feed(http: httpx.Client, pushed: Pushed) -> None:
    body = http.get(f"/v1/users/nobody/feeds/{pushed['in-app']}").json()
    assert (body["entries"], body["meta"]["total_count"], body["vars"]) == ([], 0, {"app_url": "https://app.example"})


@pytest.mark.parametrize("id", ["no-uuid", "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"])
def test_what_is_no_feed_is_missing(http: httpx.Client, id: str) -> None:
    assert http.get(f"/v1/users/ada/feeds/{id}").status_code == 404


def test_an_e_mail_channel_is_no_feed(http: httpx.Client, pushed: Pushed) -> None:
    answer = http.get(f"/v1/users/ada/feeds/{pushed['email']}")
    assert (answer.status_code, answer.json()["code"]) == (422, "channel_invalid")


def test_settings(knock: Knock, pushed: Pushed) -> None:
    settings = knock.users.feeds.get_settings("ada", str(pushed["in-app"]))
    assert settings.features.branding_required is False
