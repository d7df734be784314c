"""Topics (notiflows.md §3.2, B7 to B9; §5.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import knockapi
import notiflows as sdk
import pytest
from knockapi import Knock
from notiflows import AsyncNotiflows, Notiflows

from tests.dialects.notiflows.conftest import details


@pytest.fixture
def ada(notiflows: Notiflows) -> str:
    notiflows.users.upsert("ada")
    return "ada"


def subscribe(notiflows: Notiflows, *topics: str, user: str = "ada") -> None:
    for topic in topics:
        notiflows.users.subscriptions.subscribe(user, topic_name=topic)


def names(notiflows: Notiflows) -> list[str]:
    return [topic.name for topic in notiflows.topics.list()]


def test_the_first_who_subscribes_makes_one(notiflows: Notiflows, ada: str) -> None:
    before = datetime.now(UTC)
    subscribe(notiflows, "order-updates")
    topic = notiflows.topics.retrieve("order-updates")
    assert topic.name == "order-updates"
    assert before - timedelta(milliseconds=1) <= topic.created_at <= datetime.now(UTC)
    subscribe(notiflows, "order-updates")
    assert list(notiflows.topics.list()) == [topic]


def test_one_that_is_not_there(notiflows: Notiflows) -> None:
    for call in (notiflows.topics.retrieve, notiflows.topics.delete, notiflows.topics.subscriptions.list):
        with pytest.raises(sdk.NotFoundError) as error:
            call("news")
        assert details(error.value) == {"resource": "topic", "id": "news"}


def test_they_are_listed_newest_first_in_pages(notiflows: Notiflows, ada: str) -> None:
    made = [f"topic-{number}" for number in range(5)]
    subscribe(notiflows, *made)
    first = notiflows.topics.list(limit=2)
    assert [topic.name for topic in first.items] == ["topic-4", "topic-3"]
    page: Any = first.to_dict()["page"]
    assert page == {
        "limit": 2,
        "after": page["after"],
        "before": None,
        "has_more_after": True,
        "has_more_before": False,
    }
    subscribe(notiflows, "topic-5")  # while somebody leafs through
    assert [topic.name for topic in first] == made[::-1]
    last: Any = notiflows.topics.list(limit=3, after=page["after"]).to_dict()["page"]
    back = notiflows.topics.list(before=last["before"])
    assert [topic.name for topic in back.items] == ["topic-5", "topic-4", "topic-3"]


@pytest.mark.parametrize("query", [{"after": "after"}, {"before": "%"}, {"limit": "many"}])
def test_what_is_no_page(rest: httpx.Client, query: dict[str, str]) -> None:
    answer = rest.get("/admin/v1/topics", params=query)
    (name,) = query
    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"reason": "invalid_param", "param": name}


def test_deleting_one_ends_its_subscriptions(notiflows: Notiflows, ada: str) -> None:
    subscribe(notiflows, "news", "other")
    before = notiflows.users.subscriptions.retrieve("news", user_external_id="ada")
    notiflows.topics.delete("news")
    assert names(notiflows) == ["other"]
    assert [each.topic_name for each in notiflows.users.subscriptions.list("ada")] == ["other"]
    with pytest.raises(sdk.NotFoundError):
        notiflows.topics.delete("news")

    notiflows.users.upsert("bob")
    subscribe(notiflows, "news", user="bob")
    assert [each.user_id for each in notiflows.topics.subscriptions.list("news")] == [
        notiflows.users.retrieve("bob").id
    ]
    subscribe(notiflows, "news")
    assert notiflows.users.subscriptions.retrieve("news", user_external_id="ada").id != before.id


def test_deleting_under_a_key_is_done_once(notiflows: Notiflows, rest: httpx.Client, ada: str) -> None:
    for status, replayed in ((204, None), (204, "true")):
        subscribe(notiflows, "news")
        answer = rest.delete("/admin/v1/topics/news", headers={"idempotency-key": "delete"})
        assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (status, replayed)
    assert names(notiflows) == ["news"]


@pytest.mark.parametrize("name", ["a%20b", "%C3%A9", "a%2Fb", "a%0A", "$lists", "x" * 256])
def test_what_is_no_name(rest: httpx.Client, name: str) -> None:
    answer = rest.get(f"/admin/v1/topics/{name}")
    assert answer.status_code == 422
    (field,) = answer.json()["error"]["details"]["fields"]
    assert (field["field"], field["reason"]) == ("topic_name", "invalid_format")


def test_objects_routes_do_not_reach_them(notiflows: Notiflows, knock: Knock, rest: httpx.Client, ada: str) -> None:
    subscribe(notiflows, "news")
    with pytest.raises(knockapi.UnprocessableEntityError):
        knock.objects.get("$topics", "news")
    with pytest.raises(knockapi.UnprocessableEntityError):
        knock.objects.delete("$topics", "news")
    with pytest.raises(knockapi.UnprocessableEntityError):
        knock.workflows.trigger("quiet", recipients=[{"collection": "$topics", "id": "news"}])
    assert names(notiflows) == ["news"]


def test_knocks_lists_of_subscriptions_do_not_show_them(notiflows: Notiflows, knock: Knock, ada: str) -> None:
    subscribe(notiflows, "news")
    knock.objects.set("projects", "P")
    knock.objects.add_subscriptions("projects", "P", recipients=["ada"])
    assert [each.object.id for each in knock.users.list_subscriptions("ada").entries] == ["P"]
    assert [each.topic_name for each in notiflows.users.subscriptions.list("ada")] == ["news"]


async def test_asynchronously(asynchronous: AsyncNotiflows) -> None:
    await asynchronous.users.upsert("ada")
    for number in range(3):
        await asynchronous.users.subscriptions.subscribe("ada", topic_name=f"topic-{number}")
    assert [topic.name async for topic in asynchronous.topics.list(limit=2)] == ["topic-2", "topic-1", "topic-0"]
    assert (await asynchronous.topics.retrieve("topic-1")).name == "topic-1"
    await asynchronous.topics.delete("topic-1")
    with pytest.raises(sdk.NotFoundError):
        await asynchronous.topics.retrieve("topic-1")
