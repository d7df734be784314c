"""Messages and what people do with them (knock.md §2.2, §3.4, §3.9)."""

from __future__ import annotations

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from tests.conftest import Environment
from tests.dialects.knock.test_workflows import Pushed, messages, wait_for_messages
from tests.support.waiting import until


@pytest.fixture
def ids(knock: Knock, pushed: Pushed) -> list[str]:
    """Ada's three in-app messages, newest first; Bob wrote them."""
    knock.users.update("ada", name="Ada")
    knock.users.update("bob", name="Bob")
    for number in range(3):
        knock.workflows.trigger("new-comment", recipients=["ada"], actor="bob", data={"thread": number, "kind": "x"})
        wait_for_messages(knock, "ada", number + 1)
    return [message.id for message in messages(knock, "ada")]


def test_a_message_says_where_it_comes_from(knock: Knock, pushed: Pushed, ids: list[str]) -> None:
    body = knock.messages.get(ids[0]).to_dict()
    assert len(ids[0]) == 27
    assert {name: body[name] for name in ("recipient", "actors", "tenant", "workflow", "status", "data")} == {
        "recipient": "ada",
        "actors": ["bob"],
        "tenant": None,
        "workflow": "new-comment",
        "status": "delivered",
        "data": {"thread": 2, "kind": "x"},
    }
    source = body["source"]
    assert isinstance(source, dict)
    assert (source["key"], source["categories"], source["step_ref"], source["type"]) == (
        "new-comment",
        ["social"],
        "in-app",
        "workflow",
    )
    assert body["channel_id"] == str(pushed["in-app"])


def test_the_list_is_walked_newest_first(knock: Knock, ids: list[str]) -> None:
    assert [message.id for message in knock.users.list_messages("ada", page_size=1)] == ids


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trigger_data=%7B%22thread%22%3A1%7D", [1]),
        ("trigger_data=%7B%22thread%22%3A1%2C%22kind%22%3A%22y%22%7D", []),
        ("status[]=delivered&status[]=sent", [0, 1, 2]),
        ("status%5B%5D=queued", []),
        ("source=new-comment", [0, 1, 2]),
        ("source=other", []),
        ("tenant=acme", []),
        ("workflow_categories[]=social&workflow_categories[]=none", [0, 1, 2]),
        ("engagement_status[]=seen", []),
        ("engagement_status[]=unseen", [0, 1, 2]),
        ("inserted_at.gte=2020-01-01", [0, 1, 2]),
        ("inserted_at[lt]=2020-01-01T00:00:00Z", []),
    ],
)
def test_filters(http: httpx.Client, ids: list[str], query: str, found: list[int]) -> None:
    body = http.get(f"/v1/users/ada/messages?{query}").json()
    assert [item["id"] for item in body["items"]] == [ids[index] for index in found]


def test_message_ids_narrow_the_list(knock: Knock, ids: list[str]) -> None:
    assert [message.id for message in knock.users.list_messages("ada", message_ids=[ids[2], ids[0]])] == [
        ids[0],
        ids[2],
    ]


@pytest.mark.parametrize(
    "query",
    [
        "status[]=happy",
        "engagement_status[]=amused",
        "channel_id=mine",
        "trigger_data=%5B1%5D",
        "trigger_data=%7B%22a%22%3A%7B%7D%7D",
        "inserted_at.gte=soon",
        "inserted_at.near=2020-01-01",
        "&".join("message_ids[]=x" for _ in range(51)),
    ],
)
def test_a_filter_that_means_nothing_is_refused(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/v1/users/ada/messages?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")


def test_marks_are_set_and_taken_away(knock: Knock, ids: list[str]) -> None:
    id = ids[0]
    assert knock.messages.mark_as_seen(id).engagement_statuses == ["seen"]
    assert knock.messages.mark_as_read(id).engagement_statuses == ["seen", "read"]
    assert knock.messages.archive(id).archived_at is not None
    assert knock.messages.mark_as_unseen(id).seen_at is None
    assert knock.messages.unarchive(id).engagement_statuses == ["read"]
    assert knock.messages.mark_as_unread(id).engagement_statuses == []
    interacted = knock.messages.mark_as_interacted(id, metadata={"button": "yes"})
    assert set(interacted.engagement_statuses) == {"read", "interacted"}
    events = list(knock.messages.list_events(id))
    assert [
        event.type.removeprefix("message.")
        for event in events
        if event.type.removeprefix("message.") not in ("created", "queued", "delivered")
    ] == [
        "seen",
        "read",
        "archived",
        "unseen",
        "unarchived",
        "unread",
        "interacted",
    ]
    assert [event.data for event in events if event.type == "message.interacted"] == [{"button": "yes"}]


def test_a_batch_marks_what_there_is(knock: Knock, ids: list[str]) -> None:
    marked = knock.messages.batch.mark_as_read(message_ids=[ids[2], "unknown", ids[0]])
    assert [(message.id, message.engagement_statuses) for message in marked] == [(ids[2], ["read"]), (ids[0], ["read"])]
    assert knock.messages.get(ids[1]).engagement_statuses == []
    assert [message.id for message in knock.messages.batch.archive(message_ids=ids)] == ids
    assert [content.message_id for content in knock.messages.batch.get_content(message_ids=ids[:2])] == ids[:2]


def test_metadata_is_flat_and_small(http: httpx.Client, ids: list[str]) -> None:
    for metadata in ({"a": {"b": 1}}, {str(number): 1 for number in range(6)}, {"a": "\0"}):
        answer = http.put(f"/v1/messages/{ids[0]}/interacted", json={"metadata": metadata})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")


@pytest.mark.parametrize("id", ["unknown", "x" * 300, "2w4QyL0bJ5hD0VbJ3m0cT1nQfZk"])
def test_an_unknown_message_is_missing(knock: Knock, id: str) -> None:
    for call in (knock.messages.get, knock.messages.get_content, knock.messages.mark_as_seen):
        with pytest.raises(knockapi.NotFoundError):
            call(id)
    with pytest.raises(knockapi.NotFoundError):
        list(knock.messages.list_events(id))


class TestDeletedPeople:
    """Who is deleted takes their messages along, and is a marker in others' (§3.4)."""

    def test_their_messages_are_gone_at_once_and_do_not_come_back(self, knock: Knock, ids: list[str]) -> None:
        knock.users.delete("ada")
        assert messages(knock, "ada") == []
        with pytest.raises(knockapi.NotFoundError):
            knock.messages.get(ids[0])
        assert knock.messages.batch.mark_as_read(message_ids=ids) == []
        knock.users.update("ada", name="Another Ada")
        assert messages(knock, "ada") == []

    def test_they_are_missing_where_others_messages_mention_them(
        self, knock: Knock, pushed: Pushed, ids: list[str]
    ) -> None:
        knock.users.delete("bob")
        feed = knock.users.feeds.list_items("ada", str(pushed["in-app"]))
        for item in feed.entries:
            (actor,) = item.actors
            body = actor.to_dict()
            assert (body["id"], body["name"], body["missing"], body["__typename"]) == (
                "bob",
                "Missing user",
                True,
                "User",
            )
        knock.users.update("bob", name="Another Bob")
        again = knock.users.feeds.list_items("ada", str(pushed["in-app"]))
        assert {item.actors[0].to_dict()["name"] for item in again.entries} == {"Missing user"}


async def test_a_deleted_persons_messages_are_erased(
    knock: Knock, ids: list[str], pool: Pool, environment: Environment
) -> None:
    knock.users.delete("ada")

    async def erased() -> bool:
        messages_left = await pool.fetchval(
            "SELECT count(*) FROM addressee.messages WHERE environment_id = $1", environment.id
        )
        values_left = await pool.fetchval(
            "SELECT count(*) FROM addressee.changes WHERE environment_id = $1 AND id = 'ada' AND after IS NOT NULL",
            environment.id,
        )
        return bool(messages_left == 0 and values_left == 0)

    await until(erased)
