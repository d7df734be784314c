"""The feed of the user who calls (notiflows.md §3.3, C1 to C3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from knockapi import DefaultHttpxClient, Knock
from notiflows import Notiflows

from tests.dialects.notiflows.conftest import Acting, Pair
from tests.dialects.notiflows.ran import run
from tests.support.waiting import eventually

ENTRY_FIELDS = {
    *("id", "notification_id", "notiflow_id", "notiflow_handle", "channel_id", "topic", "actor", "data"),
    *("seen_at", "read_at", "clicked_at", "archived_at", "created_at", "updated_at"),
}


@pytest.fixture
def feed(pushed: dict[str, UUID]) -> str:
    return f"/user/v1/channels/{pushed['feed']}/feed/entries"


@pytest.fixture
def ada(acting: Acting, notiflows: Notiflows, pushed: dict[str, UUID]) -> httpx.Client:
    """Her feed holds four entries, 0 to 3."""
    notiflows.users.upsert("ada", first_name="Ada")
    for number in range(4):
        run(notiflows, "quiet", "ada", data={"n": number})
    return acting("ada")


def numbers(client: httpx.Client, feed: str, query: str = "") -> str:
    answer = client.get(f"{feed}?{query}")
    assert answer.status_code == 200, answer.text
    return "".join(item["data"]["body"].removeprefix("<p>Quiet ")[0] for item in answer.json()["items"])


def ids(client: httpx.Client, feed: str) -> list[str]:
    """Oldest first, so that the entry of a number is at its place."""
    return [item["id"] for item in client.get(f"{feed}?archived=false").json()["items"]][::-1]


def totals(client: httpx.Client, feed: str, query: str = "") -> tuple[int, int]:
    body = client.get(f"{feed}?{query}").json()
    return body["total_unread"], body["total_unseen"]


def refusal(answer: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["details"]


class TestListing:
    def test_an_entry_is_a_delivery_as_its_recipient_sees_it(
        self, notiflows: Notiflows, acting: Acting, pushed: dict[str, UUID], feed: str
    ) -> None:
        notiflows.users.upsert("ada", first_name="Ada")
        bob = notiflows.users.upsert("bob", first_name="Bob", last_name="B", avatar="https://example.com/b.png")
        (told,) = run(
            notiflows,
            "order-updates",
            "ada",
            actor={"external_id": "bob"},
            data={"order": 7},
        )
        page = acting("ada").get(feed).json()
        (entry,) = page.pop("items")
        assert page == {
            "page": {"limit": 20, "after": None, "before": None, "has_more_after": False, "has_more_before": False},
            "total_unread": 1,
            "total_unseen": 1,
        }
        assert set(entry) == ENTRY_FIELDS
        delivery = notiflows.deliveries.retrieve(entry["id"])
        assert (delivery.channel_type, delivery.recipient.external_id) == ("in_app", "ada")
        assert entry["notification_id"] == told.id
        assert (entry["notiflow_id"], entry["notiflow_handle"]) == (told.notiflow_id, "order-updates")
        assert entry["channel_id"] == str(pushed["feed"])
        assert entry["topic"] is None
        assert entry["data"] == {
            "title": None,
            "body": "<p>Order 7 for Ada</p>",
            "action_url": "https://example.com/orders/7",
        }
        assert entry["actor"] == {
            "id": bob.id,
            "external_id": "bob",
            "first_name": "Bob",
            "last_name": "B",
            "email": None,
            "avatar": "https://example.com/b.png",
        }
        assert [entry[name] for name in ("seen_at", "read_at", "clicked_at", "archived_at")] == [None] * 4
        assert entry["created_at"].endswith("Z")
        assert datetime.fromisoformat(entry["created_at"]) == delivery.created_at

    def test_an_actor_who_was_deleted_is_known_by_id_only(
        self, notiflows: Notiflows, acting: Acting, pushed: dict[str, UUID], feed: str
    ) -> None:
        notiflows.users.upsert("ada")
        bob = notiflows.users.upsert("bob", first_name="Bob")
        run(notiflows, "order-updates", "ada", actor={"external_id": "bob"}, data={"order": 7})
        notiflows.users.delete("bob")
        (entry,) = acting("ada").get(feed).json()["items"]
        gone = dict.fromkeys(("first_name", "last_name", "email", "avatar"))
        assert entry["actor"] == {"id": bob.id, "external_id": "bob", **gone}

    def test_nobody_else_sees_it(self, ada: httpx.Client, notiflows: Notiflows, acting: Acting, feed: str) -> None:
        notiflows.users.upsert("bob")
        assert numbers(ada, feed) == "3210"
        assert numbers(acting("bob"), feed) == ""
        assert totals(acting("bob"), feed) == (0, 0)

    def test_who_takes_over_an_id_starts_with_nothing(self, ada: httpx.Client, notiflows: Notiflows, feed: str) -> None:
        entry = ids(ada, feed)[0]
        notiflows.users.delete("ada")
        notiflows.users.upsert("ada")
        assert (numbers(ada, feed), totals(ada, feed)) == ("", (0, 0))
        assert ada.patch(f"{feed}/{entry}", json={"read": True}).status_code == 404

    def test_pages(self, ada: httpx.Client, feed: str) -> None:
        first = ada.get(f"{feed}?limit=3").json()["page"]
        assert (first["limit"], first["before"], first["has_more_after"]) == (3, None, True)
        second = ada.get(f"{feed}?limit=3&after={first['after']}").json()["page"]
        assert (second["after"], second["has_more_after"], second["has_more_before"]) == (None, False, True)
        assert numbers(ada, feed, f"limit=3&after={first['after']}") == "0"
        assert numbers(ada, feed, f"limit=2&before={second['before']}") == "21"
        assert numbers(ada, feed, f"after={first['after']}&before={second['before']}") == "0"

    @pytest.mark.parametrize(("limit", "used"), [("0", 1), ("-5", 1), ("100", 100), ("1000", 100), ("", 20)])
    def test_a_limit_is_moved_into_its_bounds(self, ada: httpx.Client, feed: str, limit: str, used: int) -> None:
        assert ada.get(f"{feed}?limit={limit}").json()["page"]["limit"] == used

    @pytest.mark.parametrize(
        ("query", "param"),
        [
            ("status=nonsense", "status"),
            ("status=all", "status"),
            ("archived=perhaps", "archived"),
            ("limit=many", "limit"),
            ("after=nonsense", "after"),
            ("before=nonsense", "before"),
            ("created_after=soon", "created_after"),
            ("created_before=soon", "created_before"),
        ],
    )
    def test_what_cannot_be_understood_is_refused(self, ada: httpx.Client, feed: str, query: str, param: str) -> None:
        refused = refusal(ada.get(f"{feed}?{query}"))
        assert refused == (400, "bad_request", {"reason": "invalid_param", "param": param})

    @pytest.mark.parametrize("key", ["email", "none", "no-uuid"])
    def test_only_a_feed_has_entries(self, ada: httpx.Client, pushed: dict[str, UUID], key: str) -> None:
        id = {"email": str(pushed["email"]), "none": str(uuid4()), "no-uuid": "feed"}[key]
        path = f"/user/v1/channels/{id}/feed/entries"
        changes = {"entry_ids": ["some"], "set": {"seen": True}}
        for answer in (ada.get(path), ada.patch(path, json=changes), ada.patch(f"{path}/some", json={"seen": True})):
            assert refusal(answer) == (404, "not_found", {"resource": "channel", "id": id})


class TestStatuses:
    """Entry 1 was seen, 2 was seen and read, 3 is archived."""

    @pytest.fixture(autouse=True)
    def marked(self, ada: httpx.Client, feed: str) -> None:
        _, one, two, three = ids(ada, feed)
        for id, change in ((one, {"seen": True}), (two, {"read": True}), (three, {"archived": True})):
            assert ada.patch(f"{feed}/{id}", json=change).status_code == 200

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", "210"),
            ("status=unseen", "0"),
            ("status=seen", "1"),
            ("status=unread", "10"),
            ("status=read", "2"),
            ("status=archived", "3"),
            ("archived=false", "210"),
            ("archived=true", "3"),
            ("archived=true&status=unread", "3"),
            ("archived=true&status=read", ""),
        ],
    )
    def test_what_each_finds(self, ada: httpx.Client, feed: str, query: str, found: str) -> None:
        assert numbers(ada, feed, query) == found

    @pytest.mark.parametrize(
        "query", ["", "status=read", "archived=true", "limit=1", "created_after=2100-01-01T00:00:00Z"]
    )
    def test_totals_are_over_all_that_is_not_archived(self, ada: httpx.Client, feed: str, query: str) -> None:
        assert totals(ada, feed, query) == (2, 1)

    def test_the_period_leaves_out_its_ends(self, ada: httpx.Client, feed: str) -> None:
        two, one, zero = (item["created_at"] for item in ada.get(feed).json()["items"])
        assert numbers(ada, feed, f"created_after={zero}&created_before={two}") == "1"
        assert numbers(ada, feed, f"created_after={one}") == "2"
        assert numbers(ada, feed, f"created_before={one}") == "0"
        earlier = datetime.fromisoformat(one) - timedelta(microseconds=1)
        assert numbers(ada, feed, f"created_after={earlier.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}") == "21"


def test_a_topic(notiflows: Notiflows, acting: Acting, pushed: dict[str, UUID], feed: str) -> None:
    notiflows.users.upsert("ada")
    notiflows.topics.subscriptions.subscribe_bulk("news", user_external_ids=["ada"])
    run(notiflows, "quiet", "ada", data={"n": 1})
    notiflows.notiflows.run("quiet", topic="news", data={"n": 2})
    ada = acting("ada")
    eventually(lambda: numbers(ada, feed) == "21")
    assert numbers(ada, feed, "topic=news") == "2"
    assert [item["topic"] for item in ada.get(feed).json()["items"]] == ["news", None]
    assert (totals(ada, feed), totals(ada, feed, "topic=news"), totals(ada, feed, "topic=x")) == (
        (2, 2),
        (1, 1),
        (0, 0),
    )


class TestChanging:
    def changed(self, ada: httpx.Client, feed: str, id: str, **change: bool) -> dict[str, Any]:
        answer = ada.patch(f"{feed}/{id}", json=change)
        assert answer.status_code == 200, answer.text
        entry: dict[str, Any] = answer.json()
        assert set(entry) == ENTRY_FIELDS
        assert entry["id"] == id
        return entry

    @pytest.mark.parametrize(
        ("change", "set"),
        [
            ({"seen": True}, {"seen_at"}),
            ({"read": True}, {"seen_at", "read_at"}),
            ({"clicked": True}, {"seen_at", "clicked_at"}),
            ({"archived": True}, {"archived_at"}),
            (
                {"seen": True, "read": True, "clicked": True, "archived": True},
                {"seen_at", "read_at", "clicked_at", "archived_at"},
            ),
            ({"archived": False}, set()),
        ],
    )
    def test_what_a_change_sets(self, ada: httpx.Client, feed: str, change: dict[str, bool], set: set[str]) -> None:
        entry = self.changed(ada, feed, ids(ada, feed)[0], **change)
        times = ("seen_at", "read_at", "clicked_at", "archived_at")
        assert {name for name in times if entry[name] is not None} == set
        assert {entry[name] for name in set} <= {entry["updated_at"]}

    def test_the_first_time_is_kept(self, ada: httpx.Client, feed: str) -> None:
        id = ids(ada, feed)[0]
        seen = self.changed(ada, feed, id, seen=True)
        assert self.changed(ada, feed, id, seen=True) == seen
        read = self.changed(ada, feed, id, read=True)
        assert (read["seen_at"], read["read_at"] > seen["seen_at"]) == (seen["seen_at"], True)
        assert self.changed(ada, feed, id, read=True, seen=True) == read

    def test_the_archive_gives_back(self, ada: httpx.Client, feed: str) -> None:
        id = ids(ada, feed)[3]
        self.changed(ada, feed, id, archived=True)
        assert (numbers(ada, feed), totals(ada, feed)) == ("210", (3, 3))
        assert self.changed(ada, feed, id, archived=False)["archived_at"] is None
        assert (numbers(ada, feed), totals(ada, feed)) == ("3210", (4, 4))

    @pytest.mark.parametrize("name", ["seen", "read", "clicked"])
    def test_nothing_else_does(self, ada: httpx.Client, feed: str, name: str) -> None:
        entry = ids(ada, feed)[0]
        answers = [
            ada.patch(f"{feed}/{entry}", json={"archived": True, name: False}),
            ada.patch(feed, json={"entry_ids": [entry], "set": {name: False}}),
        ]
        for answer in answers:
            transitions = ["seen", "read", "clicked", "archived", "unarchived"]
            assert refusal(answer) == (409, "conflict", {"allowed_transitions": transitions})
            assert answer.headers["x-should-retry"] == "false"
        assert numbers(ada, feed, "archived=true") == ""

    @pytest.mark.parametrize(
        ("body", "field", "reason"),
        [
            ({}, "", "required"),
            ({"other": True}, "", "required"),
            ({"seen": "yes"}, "seen", "invalid_type"),
            ({"read": None}, "read", "required"),
            ([], "", "invalid_type"),
        ],
    )
    def test_a_change_that_is_none(self, ada: httpx.Client, feed: str, body: Any, field: str, reason: str) -> None:
        status, code, details = refusal(ada.patch(f"{feed}/{ids(ada, feed)[0]}", json=body))
        assert (status, code) == (422, "validation_failed")
        assert [(each["field"], each["reason"]) for each in details["fields"]] == [(field, reason)]

    def test_an_entry_that_is_not_hers(
        self, ada: httpx.Client, notiflows: Notiflows, acting: Acting, feed: str
    ) -> None:
        run(notiflows, "order-updates", "bob", data={"order": 1})
        (bobs,) = ids(acting("bob"), feed)
        notiflows.users.upsert("ada", email="ada@example.com")
        run(notiflows, "order-updates", "ada", data={"order": 1})
        email = next(each.id for each in notiflows.users.deliveries.list("ada") if each.channel_type == "email")
        for id in (bobs, email, "none"):
            refused = refusal(ada.patch(f"{feed}/{id}", json={"read": True}))
            assert refused == (404, "not_found", {"resource": "feed_entry", "id": id})
        assert refusal(ada.patch(f"{feed}/a.b", json={"read": True}))[0] == 400

    def test_a_repetition_under_a_key_changes_nothing(self, ada: httpx.Client, feed: str) -> None:
        path, key = f"{feed}/{ids(ada, feed)[0]}", {"idempotency-key": "one"}
        first = ada.patch(path, json={"archived": True}, headers=key)
        assert ada.patch(path, json={"archived": False}).json()["archived_at"] is None
        again = ada.patch(path, json={"archived": True}, headers=key)
        assert again.json() == first.json()
        assert numbers(ada, feed) == "3210"
        assert refusal(ada.patch(path, json={"seen": True}, headers=key))[0] == 409


class TestChangingSeveral:
    def test_all_are_answered_in_their_order(self, ada: httpx.Client, feed: str) -> None:
        zero, one, two, _ = ids(ada, feed)
        answer = ada.patch(feed, json={"entry_ids": [zero, two, one, zero], "set": {"read": True}})
        assert answer.status_code == 200
        assert [entry["id"] for entry in answer.json()] == [zero, two, one]
        assert {entry["read_at"] for entry in answer.json()} == {answer.json()[0]["seen_at"]}
        assert numbers(ada, feed, "status=unread") == "3"
        assert totals(ada, feed) == (1, 1)

    def test_one_that_is_not_there_fails_all(
        self, ada: httpx.Client, notiflows: Notiflows, acting: Acting, feed: str
    ) -> None:
        run(notiflows, "order-updates", "bob", data={"order": 1})
        (bobs,) = ids(acting("bob"), feed)
        for id in (bobs, "none"):
            answer = ada.patch(feed, json={"entry_ids": [*ids(ada, feed), id], "set": {"read": True}})
            assert refusal(answer) == (404, "not_found", {"resource": "feed_entry", "id": id})
        assert numbers(ada, feed, "status=unseen") == "3210"
        assert totals(acting("bob"), feed) == (1, 1)

    @pytest.mark.parametrize(
        ("body", "field", "reason"),
        [
            ({}, "entry_ids", "required"),
            ({"entry_ids": ["x"]}, "set", "required"),
            ({"entry_ids": [], "set": {"read": True}}, "entry_ids", "required"),
            ({"entry_ids": ["x"] * 101, "set": {"read": True}}, "entry_ids", "too_long"),
            ({"entry_ids": ["x", "a b"], "set": {"read": True}}, "entry_ids.1", "invalid_format"),
            ({"entry_ids": [7], "set": {"read": True}}, "entry_ids.0", "invalid_type"),
            ({"entry_ids": ["x"], "set": {}}, "set", "required"),
            ({"entry_ids": ["x"], "set": {"read": 1}}, "set.read", "invalid_type"),
        ],
    )
    def test_what_cannot_be_understood_is_refused(
        self, ada: httpx.Client, feed: str, body: dict[str, Any], field: str, reason: str
    ) -> None:
        status, code, details = refusal(ada.patch(feed, json=body))
        assert (status, code) == (422, "validation_failed")
        assert [(each["field"], each["reason"]) for each in details["fields"]] == [(field, reason)]


def test_an_interaction_that_another_client_tells_of_is_a_click(
    knock: Knock, ada: httpx.Client, notiflows: Notiflows, feed: str
) -> None:
    """The first one counts, in the feed as in the delivery."""
    id = ids(ada, feed)[0]
    interacted_at = knock.messages.mark_as_interacted(id).interacted_at
    entry = ada.patch(f"{feed}/{id}", json={"clicked": True}).json()
    assert datetime.fromisoformat(entry["clicked_at"]) == interacted_at
    assert notiflows.deliveries.retrieve(id).clicked_at == interacted_at


def test_clients_of_other_vendors_see_what_was_done(
    api: str, pair: Pair, ada: httpx.Client, notiflows: Notiflows, feed: str
) -> None:
    id = ids(ada, feed)[0]
    entry = ada.patch(f"{feed}/{id}", json={"clicked": True}).json()
    with Knock(
        api_key=pair.secret,
        base_url=api,
        max_retries=0,
        http_client=DefaultHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as knock:
        message = knock.messages.get(id)
        assert message.engagement_statuses == ["seen", "link_clicked"]
        assert message.link_clicked_at == datetime.fromisoformat(entry["clicked_at"])
        assert [event.type for event in knock.messages.list_events(id)][-2:] == ["message.seen", "message.link_clicked"]
        knock.messages.mark_as_read(id)
        knock.messages.mark_as_unseen(id)
    (shown,) = [item for item in ada.get(feed).json()["items"] if item["id"] == id]
    assert (shown["seen_at"], shown["read_at"] is None, shown["clicked_at"]) == (None, False, entry["clicked_at"])
    delivery = notiflows.deliveries.retrieve(id)
    assert (delivery.seen_at, delivery.clicked_at) == (None, datetime.fromisoformat(entry["clicked_at"]))
