"""Subscriptions of users to topics (notiflows.md §3.1, A10 to A13; §3.2, B10 to B12; §5.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import notiflows as sdk
import pytest
from notiflows import AsyncNotiflows, Notiflows
from notiflows.types.users import Subscription

from tests.dialects.notiflows.conftest import details

OF_ADA = "/admin/v1/users/ada/subscriptions"
OF_NEWS = "/admin/v1/topics/news/subscriptions"


@pytest.fixture(autouse=True)
def people(notiflows: Notiflows) -> None:
    for id in ("ada", "bob", "cid"):
        notiflows.users.upsert(id)


def subscribe(notiflows: Notiflows, id: str = "ada", topic: str = "news") -> Subscription:
    return notiflows.users.subscriptions.subscribe(id, topic_name=topic)


def topics(subscriptions: Iterable[Subscription]) -> list[str]:
    return [each.topic_name for each in subscriptions]


def users(subscriptions: Iterable[Any]) -> list[str]:
    return [each.user_external_id for each in subscriptions]


def between(made: list[Subscription], first: datetime, last: datetime) -> list[Subscription]:
    """Those that were made after one time and before another, newest first."""
    return [each for each in reversed(made) if first < each.created_at < last]


def missing(call: Callable[[], Any]) -> dict[str, Any]:
    """What is not found."""
    with pytest.raises(sdk.NotFoundError) as error:
        call()
    found: dict[str, Any] = details(error.value)
    return found


def refused(answer: httpx.Response) -> list[tuple[str, str]]:
    """The fields that are wrong, and why."""
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_failed"
    return [(field["field"], field["reason"]) for field in answer.json()["error"]["details"]["fields"]]


class TestOfAUser:
    def test_subscribing(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        answer = rest.post(OF_ADA, json={"topic_name": "news"})
        assert answer.status_code == 201
        subscription = notiflows.users.subscriptions.retrieve("news", user_external_id="ada")
        assert (subscription.topic_name, subscription.user_id) == ("news", notiflows.users.retrieve("ada").id)
        assert timedelta() <= datetime.now(UTC) - subscription.created_at < timedelta(minutes=1)
        assert answer.json() == {
            "id": subscription.id,
            "topic_name": "news",
            "user_id": subscription.user_id,
            "user_external_id": "ada",
            "created_at": answer.json()["created_at"],
        }
        again = rest.post(OF_ADA, json={"topic_name": "news"})
        assert (again.status_code, again.json()) == (200, answer.json())

    def test_many_at_once_are_new_once(self, rest: httpx.Client) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: rest.post(OF_ADA, json={"topic_name": "news"}), range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.text for answer in answers}) == 1

    def test_who_is_not_known(self, notiflows: Notiflows) -> None:
        """Nobody is created, and no topic either."""
        subscriptions = notiflows.users.subscriptions
        user = {"resource": "user", "id": "dan"}
        assert missing(lambda: subscriptions.subscribe("dan", topic_name="news")) == user
        assert missing(lambda: subscriptions.list("dan")) == user
        assert missing(lambda: subscriptions.retrieve("news", user_external_id="dan")) == user
        assert missing(lambda: subscriptions.unsubscribe("news", user_external_id="dan")) == user
        assert list(notiflows.topics.list()) == []

    @pytest.mark.parametrize("topic", ["news", "other"])
    def test_what_nobody_subscribed_to(self, notiflows: Notiflows, topic: str) -> None:
        subscribe(notiflows, "bob")
        found = {"resource": "subscription", "id": topic}
        subscriptions = notiflows.users.subscriptions
        assert missing(lambda: subscriptions.retrieve(topic, user_external_id="ada")) == found
        assert missing(lambda: subscriptions.unsubscribe(topic, user_external_id="ada")) == found

    def test_unsubscribing(self, notiflows: Notiflows) -> None:
        before = subscribe(notiflows)
        subscribe(notiflows, "bob")
        notiflows.users.subscriptions.unsubscribe("news", user_external_id="ada")
        assert list(notiflows.users.subscriptions.list("ada")) == []
        assert users(notiflows.topics.subscriptions.list("news")) == ["bob"]
        missing(lambda: notiflows.users.subscriptions.unsubscribe("news", user_external_id="ada"))
        assert subscribe(notiflows).id != before.id

    def test_they_are_listed_newest_first_in_pages(self, notiflows: Notiflows) -> None:
        for number in range(5):
            subscribe(notiflows, topic=f"topic-{number}")
        first = notiflows.users.subscriptions.list("ada", limit=2)
        subscribe(notiflows, topic="topic-5")
        assert topics(first) == [f"topic-{number}" for number in (4, 3, 2, 1, 0)]
        assert topics(notiflows.users.subscriptions.list("ada")) == [f"topic-{number}" for number in (5, 4, 3, 2, 1, 0)]

    def test_of_a_period(self, notiflows: Notiflows) -> None:
        """Both ends are left out."""
        made = [subscribe(notiflows, topic=f"topic-{number}") for number in range(4)]
        first, last = made[0].created_at, made[-1].created_at
        found = notiflows.users.subscriptions.list(
            "ada", limit=1, created_after=str(first), created_before=last.isoformat()
        )
        assert list(found) == between(made, first, last) != []
        assert list(notiflows.users.subscriptions.list("ada", created_after=str(last))) == []
        assert list(notiflows.users.subscriptions.list("ada", created_before="2020-01-01")) == []

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, [("topic_name", "required")]),
            ({"topic_name": None}, [("topic_name", "required")]),
            ({"topic_name": 7}, [("topic_name", "invalid_type")]),
            ({"topic_name": ""}, [("topic_name", "invalid_format")]),
            ({"topic_name": "a b"}, [("topic_name", "invalid_format")]),
            ({"topic_name": ".."}, [("topic_name", "invalid_format")]),
            ({"topic_name": "x" * 256}, [("topic_name", "invalid_format")]),
        ],
    )
    def test_what_is_no_name(self, rest: httpx.Client, body: dict[str, Any], fields: list[tuple[str, str]]) -> None:
        assert refused(rest.post(OF_ADA, json=body)) == fields

    def test_under_a_key_it_is_done_once(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        for replayed in (None, "true"):
            answer = rest.post(OF_ADA, json={"topic_name": "news"}, headers={"idempotency-key": "once"})
            assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (201, replayed)
            notiflows.users.subscriptions.list("ada")
        for replayed in (None, "true"):
            ended = rest.delete(f"{OF_ADA}/news", headers={"idempotency-key": "end"})
            assert (ended.status_code, ended.headers.get("idempotent-replayed")) == (204, replayed)

    def test_who_has_the_id_of_a_deleted_user_subscribes_to_nothing(self, notiflows: Notiflows) -> None:
        subscribe(notiflows)
        notiflows.users.delete("ada")
        assert list(notiflows.topics.subscriptions.list("news")) == []
        missing(lambda: notiflows.users.subscriptions.list("ada"))
        notiflows.users.upsert("ada")
        assert list(notiflows.users.subscriptions.list("ada")) == []


class TestOfATopic:
    def test_they_are_listed_newest_first_in_pages(self, notiflows: Notiflows) -> None:
        for id in ("ada", "bob", "cid"):
            subscribe(notiflows, id)
        first = notiflows.topics.subscriptions.list("news", limit=2)
        assert (users(first.items), users(first)) == (["cid", "bob"], ["cid", "bob", "ada"])

    def test_of_a_period(self, notiflows: Notiflows) -> None:
        made = [subscribe(notiflows, id) for id in ("ada", "bob", "cid")]
        first, last = made[0].created_at, made[-1].created_at
        found = notiflows.topics.subscriptions.list("news", created_after=str(first), created_before=str(last))
        assert list(found) == between(made, first, last) != []

    @pytest.mark.parametrize("path", [OF_ADA, OF_NEWS])
    @pytest.mark.parametrize("query", [{"created_after": "created_after"}, {"created_before": "x"}, {"after": "x"}])
    def test_what_is_no_period_and_no_page(
        self, notiflows: Notiflows, rest: httpx.Client, path: str, query: dict[str, str]
    ) -> None:
        subscribe(notiflows)
        answer = rest.get(path, params=query)
        assert answer.status_code == 400
        assert answer.json()["error"]["details"] == {"reason": "invalid_param", "param": next(iter(query))}


class TestInBulk:
    def test_subscribing_several(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        before = subscribe(notiflows, "bob")
        done = notiflows.topics.subscriptions.subscribe_bulk("news", user_external_ids=["cid", "bob", "ada", "cid"])
        assert (users(done.successful), done.failed) == (["cid", "bob", "ada"], [])
        assert done.successful[1] == before
        answer = rest.post(OF_NEWS, json={"user_external_ids": ["ada"]})
        assert answer.status_code == 200
        assert users(notiflows.topics.subscriptions.list("news", limit=1)) != []
        assert len(list(notiflows.topics.subscriptions.list("news"))) == 3

    def test_who_is_not_known_fails_and_is_not_created(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        notiflows.users.delete("bob")
        answer = rest.post(OF_NEWS, json={"user_external_ids": ["dan", "ada", "bob", "dan"]})
        assert answer.status_code == 207
        assert [each["user_external_id"] for each in answer.json()["successful"]] == ["ada"]
        assert answer.json()["failed"] == [
            {"external_id": "dan", "reason": "User not found"},
            {"external_id": "bob", "reason": "User not found"},
        ]
        missing(lambda: notiflows.users.retrieve("dan"))

    def test_nobody_known_makes_no_topic(self, notiflows: Notiflows) -> None:
        done = notiflows.topics.subscriptions.subscribe_bulk("news", user_external_ids=["dan"])
        assert (done.successful, [each.external_id for each in done.failed]) == ([], ["dan"])
        assert list(notiflows.topics.list()) == []

    def test_unsubscribing_several(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        made = [subscribe(notiflows, id) for id in ("ada", "bob")]
        done = notiflows.topics.subscriptions.unsubscribe_bulk(
            "news", user_external_ids=["cid", "bob", "dan", "ada", "bob"]
        )
        assert done.successful == made[::-1]
        assert [(each.external_id, each.reason) for each in done.failed] == [
            ("cid", "User is not subscribed to this topic"),
            ("dan", "User not found"),
        ]
        assert list(notiflows.topics.subscriptions.list("news")) == []
        subscribe(notiflows)
        for status in (200, 207):
            answer = rest.request("DELETE", OF_NEWS, json={"user_external_ids": ["ada"]})
            assert answer.status_code == status

    def test_a_topic_that_is_not_there(self, notiflows: Notiflows) -> None:
        end = notiflows.topics.subscriptions.unsubscribe_bulk
        assert missing(lambda: end("news", user_external_ids=["ada"])) == {"resource": "topic", "id": "news"}

    def test_a_thousand_at_once(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        ids = [f"user-{number}" for number in range(999)]
        done = rest.post(OF_NEWS, json={"user_external_ids": [*ids, "ada"]}).json()
        assert (users_of(done["successful"]), len(done["failed"])) == (["ada"], 999)
        answer = rest.post(OF_NEWS, json={"user_external_ids": [*ids, "ada", "bob"]})
        assert [field for field, _ in refused(answer)] == ["user_external_ids"]

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, [("user_external_ids", "required")]),
            ({"user_external_ids": None}, [("user_external_ids", "required")]),
            ({"user_external_ids": []}, [("user_external_ids", "required")]),
            ({"user_external_ids": ["ada"] * 1001}, [("user_external_ids", "too_long")]),
            ({"user_external_ids": "ada"}, [("user_external_ids", "invalid_type")]),
            ({"user_external_ids": ["ada", True]}, [("user_external_ids.1", "invalid_type")]),
            ({"user_external_ids": ["ada", ""]}, [("user_external_ids.1", "required")]),
            ({"user_external_ids": ["ada", "x" * 256]}, [("user_external_ids.1", "too_long")]),
        ],
    )
    def test_bodies_that_are_not_taken(
        self, notiflows: Notiflows, rest: httpx.Client, method: str, body: Any, fields: list[tuple[str, str]]
    ) -> None:
        subscribe(notiflows, "bob")
        assert refused(rest.request(method, OF_NEWS, json=body)) == fields
        assert users(notiflows.topics.subscriptions.list("news")) == ["bob"]

    def test_under_a_key_it_is_done_once(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        body = {"user_external_ids": ["ada", "dan"]}
        for method in ("POST", "DELETE"):
            key = {"idempotency-key": method}
            first, again = [rest.request(method, OF_NEWS, json=body, headers=key) for _ in range(2)]
            assert (first.status_code, again.status_code) == (207, 207)
            assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
            other = rest.request(method, OF_NEWS, json={"user_external_ids": ["bob"]}, headers=key)
            assert (other.status_code, other.headers["x-should-retry"]) == (409, "false")
            assert other.json()["error"]["details"] == {"reason": "key_reused", "idempotency_key": method}
        assert list(notiflows.topics.subscriptions.list("news")) == []


def users_of(subscriptions: list[dict[str, str]]) -> list[str]:
    return [each["user_external_id"] for each in subscriptions]


async def test_asynchronously(asynchronous: AsyncNotiflows) -> None:
    made = await asynchronous.users.subscriptions.subscribe("ada", topic_name="news")
    assert await asynchronous.users.subscriptions.retrieve("news", user_external_id="ada") == made
    done = await asynchronous.topics.subscriptions.subscribe_bulk("news", user_external_ids=["bob", "dan"])
    assert (users(done.successful), len(done.failed)) == (["bob"], 1)
    assert users([each async for each in asynchronous.topics.subscriptions.list("news", limit=1)]) == ["bob", "ada"]
    assert topics([each async for each in asynchronous.users.subscriptions.list("ada")]) == ["news"]
    await asynchronous.users.subscriptions.unsubscribe("news", user_external_id="ada")
    ended = await asynchronous.topics.subscriptions.unsubscribe_bulk("news", user_external_ids=["bob"])
    assert (users(ended.successful), ended.failed) == (["bob"], [])
