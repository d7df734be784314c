"""Single messages: what they are, what they say, what became of them (knock.md §2.2, §3.4)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, History
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messaging import Messaging
from tests.conftest import Environment
from tests.dialects.knock.test_workflows import Pushed, messages, wait_for_messages
from tests.support.waiting import until


@pytest.fixture
def browser(api: str, public_key: str) -> Iterator[httpx.Client]:
    """Acts as any user: enhanced security mode is off."""
    with httpx.Client(base_url=api, headers={"authorization": f"Bearer {public_key}"}, verify=False) as client:
        yield client


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


@pytest.mark.parametrize("id", ["unknown", "x" * 300, "2w4QyL0bJ5hD0VbJ3m0cT1nQfZk"])
def test_an_unknown_message_is_missing(knock: Knock, id: str) -> None:
    for call in (knock.messages.get, knock.messages.get_content, knock.messages.mark_as_seen):
        with pytest.raises(knockapi.NotFoundError):
            call(id)
    for listing in (knock.messages.list_events, knock.messages.list_activities, knock.messages.list_delivery_logs):
        with pytest.raises(knockapi.NotFoundError):
            list(listing(id))


def test_a_message_lists_what_it_is_about(knock: Knock, ids: list[str]) -> None:
    (activity,) = knock.messages.list_activities(ids[0])
    assert activity.recipient is not None
    assert activity.actor is not None
    assert (activity.recipient.to_dict()["name"], activity.actor.to_dict()["name"]) == ("Ada", "Bob")
    assert activity.data == {"thread": 2, "kind": "x"}
    assert [one.id for one in knock.messages.list_activities(ids[0], trigger_data='{"thread": 2}')] == [activity.id]
    assert list(knock.messages.list_activities(ids[0], trigger_data='{"thread": 1}')) == []
    knock.users.delete("bob")
    (activity,) = knock.messages.list_activities(ids[0])
    assert activity.actor is not None
    assert activity.actor.to_dict()["name"] == "Missing user"


def test_every_row_of_a_messages_lists_has_its_cursor(http: httpx.Client, ids: list[str]) -> None:
    http.put(f"/v1/messages/{ids[0]}/seen")
    path = f"/v1/messages/{ids[0]}"
    events = http.get(f"{path}/events").json()["items"]
    assert len(events) >= 3
    between = {"after": events[0]["__cursor"], "page_size": 1}
    assert http.get(f"{path}/events", params=between).json()["items"] == [events[1]]
    backwards = {"before": events[2]["__cursor"], "page_size": 1}
    assert http.get(f"{path}/events", params=backwards).json()["items"] == [events[1]]
    (activity,) = http.get(f"{path}/activities").json()["items"]
    assert http.get(f"{path}/activities", params={"after": activity["__cursor"]}).json()["items"] == []


async def test_what_this_client_does_not_know_is_not_listed(
    knock: Knock, pool: Pool, environment: Environment, ids: list[str]
) -> None:
    await Messaging.from_directory(Directory(pool)).marks.mark(environment.id, ids[:1], Mark.DISMISSED)
    knock.messages.mark_as_seen(ids[0])
    types = [event.type for event in knock.messages.list_events(ids[0])]
    assert types == ["message.created", "message.delivered", "message.seen"]


async def test_an_email_lists_what_its_provider_answered(
    knock: Knock, pushed: Pushed, pool: Pool, environment: Environment
) -> None:
    knock.users.update("ada", name="Ada", email="ada@example.com")
    knock.workflows.trigger("new-comment", recipients=["ada"])
    mail, item = wait_for_messages(knock, "ada", 2)
    assert mail.to_dict()["recipient_snapshot"] == {"email": "ada@example.com"}
    assert item.to_dict()["recipient_snapshot"] is None
    (log,) = knock.messages.list_delivery_logs(mail.id)
    uid = await pool.fetchval("SELECT uid FROM addressee.environments WHERE id = $1", environment.id)
    assert (log.service_name, log.environment_id) == ("outbox", str(uid))
    assert log.request.body == {
        "id": str(log.request.path).strip("/").removesuffix(".eml"),
        "from": "Example <hello@example.com>",
        "to": "ada@example.com",
    }
    assert (log.request.method, log.request.host) == ("PUT", "localhost")
    assert (log.response.status, log.response.body) == (201, "written")
    assert list(knock.messages.list_delivery_logs(item.id)) == []


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
            assert body.pop("updated_at")
            assert body == {
                "__typename": "User",
                "id": "bob",
                "name": "Missing user",
                "email": None,
                "avatar": None,
                "phone_number": None,
                "timezone": None,
                "created_at": None,
                "missing": True,
            }
        knock.users.update("bob", name="Another Bob")
        again = knock.users.feeds.list_items("ada", str(pushed["in-app"]))
        assert {item.actors[0].to_dict()["name"] for item in again.entries} == {"Missing user"}


class TestKeptHistories:
    """Where another dialect deletes people and keeps their history, it is found by those who may see everything."""

    async def test_their_messages_are_listed_and_read(
        self, knock: Knock, ids: list[str], pool: Pool, environment: Environment
    ) -> None:
        before = knock.messages.get(ids[0])
        events = [event.type for event in knock.messages.list_events(ids[0])]
        await delete_keeping(pool, environment, "ada")
        knock.users.update("ada", name="Another Ada")
        assert [message.id for message in knock.messages.list()] == ids
        assert [message.id for message in knock.messages.list(message_ids=ids[:1])] == ids[:1]
        assert knock.messages.get(ids[0]) == before
        assert knock.messages.get_content(ids[0]).message_id == ids[0]
        assert [event.type for event in knock.messages.list_events(ids[0])] == events
        assert list(knock.messages.list_delivery_logs(ids[0])) == []
        (activity,) = knock.messages.list_activities(ids[0])
        assert activity.recipient is not None
        assert activity.recipient.to_dict()["name"] == "Missing user"
        (of_ada, *_) = list(knock.workflow_recipient_runs.list())
        assert of_ada.recipient == "ada"
        assert knock.workflow_recipient_runs.get(of_ada.id).status == "completed"

    async def test_nobody_touches_them_and_who_has_the_id_next_has_none_of_them(
        self, knock: Knock, browser: httpx.Client, ids: list[str], pool: Pool, environment: Environment
    ) -> None:
        assert browser.get(f"/v1/messages/{ids[0]}").status_code == 200
        await delete_keeping(pool, environment, "ada")
        knock.users.update("ada", name="Another Ada")
        assert messages(knock, "ada") == []
        assert browser.get(f"/v1/messages/{ids[0]}").status_code == 404
        with pytest.raises(knockapi.NotFoundError):
            knock.messages.mark_as_read(ids[0])
        assert knock.messages.batch.mark_as_seen(message_ids=ids) == []
        assert knock.messages.get(ids[0]).read_at is None

    async def test_they_stay_when_who_has_the_id_next_is_deleted(
        self, knock: Knock, ids: list[str], pool: Pool, environment: Environment
    ) -> None:
        await delete_keeping(pool, environment, "ada")
        knock.users.update("ada", name="Another Ada")
        knock.workflows.trigger("new-comment", recipients=["ada"], data={"thread": 9, "kind": "x"})
        wait_for_messages(knock, "ada", 1)
        knock.users.delete("ada")
        assert [message.id for message in knock.messages.list()] == ids


async def delete_keeping(pool: Pool, environment: Environment, id: str) -> None:
    place = Place(environment.id, USERS, id)
    await Directory(pool).write(Write(place, (Delete(History.KEPT),)))


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
