"""Messages, through the official SDK (suprsend.md §2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from suprsend import Suprsend

from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, History
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.messaging import Messaging
from addressee.messaging.triggers.batches import Accepted, Record
from addressee.messaging.triggers.trigger import Trigger
from tests.conftest import Environment
from tests.support.waiting import eventually

# One whose address is known, and one who has none.
ADA, BOB = "ada/é+1@x y", "bob"

KEYS = {
    "message_id",
    "created_at",
    "updated_at",
    "triggered_at",
    "delivered_at",
    "seen_at",
    "clicked_at",
    "dismissed_at",
    "read_at",
    "unread_at",
    "archived_at",
    "unarchived_at",
    "is_read",
    "is_archived",
    "status",
    "channel",
    "category",
    "idempotency_key",
    "failure_reason",
    "recipient",
    "parent_entity_id",
    "parent_entity_type",
    "vendor",
    "execution_id",
    "parent_execution_id",
    "is_campaign",
    "tenant_id",
    "workflow",
    "template",
    "channel_identity",
}


def listed(client: Suprsend, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.messages.list(options)["results"]
    return found


def updated(client: Suprsend, *wanted: tuple[str, str]) -> list[tuple[int, str | None]]:
    answer = client.messages.bulk_update([{"message_id": id, "action": action} for id, action in wanted])
    records = answer["records"]
    assert [record["message_id"] for record in records] == [id for id, _ in wanted]
    return [(record["status_code"], record["error"] and record["error"]["type"]) for record in records]


@pytest.fixture
def messaging(pool: Pool) -> Messaging:
    return Messaging.from_directory(Directory(pool))


@pytest.fixture
async def sent(
    suprsend: Suprsend, messaging: Messaging, environment: Environment, pushed: dict[str, UUID]
) -> Sequence[UUID]:
    """Three messages: Ada has one in the inbox and one by e-mail, Bob one in the inbox. The ids of the two runs."""
    suprsend.users.upsert(ADA, {"$email": "ada@example.com", "name": "Ada"})
    suprsend.users.upsert(BOB, {})
    records = [
        Record(Trigger("welcome", [Place(environment.id, "$users", ADA)], tenant="acme"), "my-key"),
        Record(Trigger("welcome", [Place(environment.id, "$users", BOB)], source="broadcast")),
    ]
    runs = []
    for number, record in enumerate(records):
        [accepted] = await messaging.triggers.accept_all(environment.id, [record], "test")
        assert isinstance(accepted, Accepted)
        runs.append(accepted.id)
        wanted = ("delivered", "triggered") if number == 0 else ("delivered", "delivered", "triggered")
        eventually(lambda wanted=wanted: sorted(each["status"] for each in listed(suprsend)) == list(wanted))  # type: ignore[misc]
    return runs


@pytest.fixture
def inbox(suprsend: Suprsend, sent: Sequence[UUID]) -> str:
    [message] = listed(suprsend, recipient_id=ADA, channel="inbox")
    id: str = message["message_id"]
    return id


@pytest.fixture
def mail(suprsend: Suprsend, sent: Sequence[UUID]) -> str:
    [message] = listed(suprsend, channel="email")
    id: str = message["message_id"]
    return id


@pytest.fixture
async def elsewhere(api: str, pool: Pool, keys: Keys) -> Suprsend:
    """A client of another environment."""
    name = f"other-{uuid4().hex}"
    statement = "INSERT INTO addressee.environments (id, name) SELECT max(id) + 1, $1 FROM addressee.environments"
    await pool.execute(statement, name)
    key = await keys.create(name, "workspace")
    return Suprsend(key.key, key.secret, base_url=api)


class TestLists:
    def test_a_message(self, suprsend: Suprsend, sent: Sequence[UUID], mail: str, inbox: str) -> None:
        [message] = listed(suprsend, message_id=mail)
        assert set(message) == KEYS
        assert message["recipient"] == {"$type": "user", "distinct_id": ADA}
        assert message["channel_identity"] == {"email": "ada@example.com"}
        assert (message["channel"], message["status"]) == ("email", "triggered")
        assert (message["tenant_id"], message["idempotency_key"]) == ("acme", "my-key")
        assert (message["execution_id"], message["is_campaign"]) == (str(sent[0]), False)
        assert (message["workflow"]["slug"], message["workflow"]["node_ref"]) == ("welcome", "mail")
        assert message["vendor"]["name"] == "outbox"
        assert message["triggered_at"].endswith("Z")
        assert message["delivered_at"] is None
        [in_app] = listed(suprsend, message_id=inbox)
        assert in_app["channel_identity"] == {"inbox": suprsend.users.get(ADA)["$inbox"][0]["value"]}
        assert (in_app["status"], in_app["delivered_at"]) == ("delivered", in_app["triggered_at"])

    def test_pages(self, suprsend: Suprsend, sent: Sequence[UUID]) -> None:
        whole = suprsend.messages.list()
        assert (whole["meta"]["count"], whole["meta"]["limit"], whole["meta"]["has_next"]) == (3, 10, False)
        assert [each["recipient"]["distinct_id"] for each in whole["results"]] == [BOB, ADA, ADA]
        found: list[Any] = []
        after = None
        for _ in range(3):
            part = suprsend.messages.list({"limit": 1, **({"after": after} if after else {})})
            assert part["meta"]["count"] == 3
            found += part["results"]
            after = part["meta"]["after"]
        assert (found, after) == (whole["results"], None)
        back = suprsend.messages.list({"limit": 2, "before": part["meta"]["before"]})
        assert back["results"] == whole["results"][:2]
        assert suprsend.messages.list({"limit": 5000})["meta"]["limit"] == 1000

    def test_filters(self, suprsend: Suprsend, sent: Sequence[UUID], inbox: str, mail: str) -> None:
        whole = listed(suprsend)
        newest, oldest = whole[0], whole[-1]
        bobs = newest["message_id"]
        expected: list[tuple[dict[str, Any], set[str]]] = [
            ({"recipient_id": [ADA]}, {inbox, mail}),
            ({"recipient_id": [ADA, BOB, "nobody"]}, {inbox, mail, bobs}),
            ({"recipient_id": "nobody"}, set()),
            ({"object_type": "team", "object_id": "t"}, set()),
            ({"tenant_id": "acme"}, {inbox, mail}),
            ({"workflow_slug": "welcome"}, {inbox, mail, bobs}),
            ({"workflow_slug": "other"}, set()),
            ({"execution_id": str(sent[1])}, {bobs}),
            ({"idempotency_key": "my-key"}, {inbox, mail}),
            ({"channel": "email"}, {mail}),
            ({"channel": "slack"}, set()),
            ({"status": ["triggered"]}, {mail}),
            ({"status": "sent_by_vendor"}, {mail}),
            ({"status": ["delivered", "triggered"]}, {inbox, mail, bobs}),
            ({"status": ["delivery_failed", "clicked"]}, set()),
            ({"status": "unread", "recipient_id": ADA}, {inbox, mail}),
            ({"category": ["none"]}, set()),
            ({"is_campaign": "true"}, {bobs}),
            ({"is_campaign": "False"}, {inbox, mail}),
            ({"message_id": bobs, "recipient_id": ADA}, set()),
            ({"created_at_gte": "2020-01-01T00:00:00Z", "created_at_lte": "2020-01-02"}, set()),
            ({"created_at_gte": "2020-01-01T00:00:00+00:00"}, {inbox, mail, bobs}),
            ({"unknown": "x"}, {inbox, mail, bobs}),
        ]
        for options, ids in expected:
            found = suprsend.messages.list(options)
            assert {each["message_id"] for each in found["results"]} == ids, options
            assert found["meta"]["count"] == len(ids), options
        assert oldest["message_id"] in {inbox, mail}

    def test_a_period_includes_both_ends(self, suprsend: Suprsend, sent: Sequence[UUID]) -> None:
        newest = listed(suprsend)[0]
        later = suprsend.messages.list({"created_at_gte": newest["created_at"]})
        assert newest["message_id"] in {each["message_id"] for each in later["results"]}

    @pytest.mark.parametrize(
        "query",
        [
            "status[]=sometimes",
            "channel=pigeon",
            "object_type=team",
            "object_id=t",
            "execution_id=mine",
            "is_campaign=maybe",
            "created_at_gte=yesterday",
            "limit=many",
            "after=nonsense",
            "tenant_id=a%2Fb",
            "&".join(f"recipient_id[]={number}" for number in range(101)),
        ],
    )
    def test_a_filter_that_cannot_be_read(self, rest: httpx.Client, query: str) -> None:
        answer = rest.get(f"/v1/message/?{query}")
        assert answer.status_code == 400, answer.text

    def test_a_deleted_users_messages_are_gone(self, suprsend: Suprsend, sent: Sequence[UUID]) -> None:
        suprsend.users.delete(ADA)
        found = suprsend.messages.list()
        assert [each["recipient"]["distinct_id"] for each in found["results"]] == [BOB]
        suprsend.users.upsert(ADA, {})
        assert listed(suprsend, recipient_id=ADA) == []


class TestBulkUpdates:
    def test_what_people_did(self, suprsend: Suprsend, inbox: str, mail: str) -> None:
        assert updated(suprsend, (inbox, "read"), (mail, "seen"), ("unknown", "seen")) == [
            (202, None),
            (202, None),
            (404, "not_found"),
        ]
        assert updated(suprsend, (inbox, "dismissed"), (mail, "archived")) == [
            (202, None),
            (422, "action_not_supported"),
        ]
        [message] = listed(suprsend, status=["dismissed"])
        assert (message["message_id"], message["status"], message["is_read"]) == (inbox, "dismissed", True)
        assert message["dismissed_at"] is not None
        [seen] = listed(suprsend, status=["seen"])
        assert (seen["message_id"], seen["seen_at"] is None) == (mail, False)

    def test_flags_toggle_and_stages_do_not(self, suprsend: Suprsend, inbox: str) -> None:
        for action in ("read", "unread", "archived", "unarchived", "seen", "clicked"):
            assert updated(suprsend, (inbox, action)) == [(202, None)]
        assert updated(suprsend, (inbox, "seen")) == [(422, "status_blocked")]
        [message] = listed(suprsend, message_id=inbox)
        assert (message["status"], message["is_archived"]) == ("clicked", False)
        assert None not in (message["unread_at"], message["unarchived_at"], message["clicked_at"], message["seen_at"])

    def test_a_thousand_at_once(self, suprsend: Suprsend, inbox: str) -> None:
        wanted = [(f"unknown-{number}", "seen") for number in range(999)]
        assert updated(suprsend, *wanted, (inbox, "seen")) == [(404, "not_found")] * 999 + [(202, None)]

    @pytest.mark.parametrize(
        "messages",
        [
            [],
            [{"message_id": "a", "action": "seen"}, {"message_id": "a", "action": "read"}],
            [{"message_id": str(number), "action": "seen"} for number in range(1001)],
            [{"message_id": "a", "action": "delivered"}],
            [{"message_id": 1, "action": "seen"}],
            [{"message_id": "", "action": "seen"}],
            [{"message_id": "a"}],
            "a",
            None,
        ],
        ids=["none", "twice", "too many", "unknown action", "number", "empty", "no action", "text", "null"],
    )
    def test_what_is_no_list_of_updates(self, rest: httpx.Client, messages: Any) -> None:
        answer = rest.patch("/v1/bulk/message/", json={"messages": messages})
        assert (answer.status_code, answer.json()["code"]) == (400, 400)

    def test_another_environments_message_is_not_there(
        self, suprsend: Suprsend, inbox: str, elsewhere: Suprsend
    ) -> None:
        assert updated(elsewhere, (inbox, "seen")) == [(404, "not_found")]
        assert elsewhere.messages.list({"message_id": inbox})["results"] == []


async def test_the_history_of_who_is_gone_is_listed_where_it_is_kept(
    suprsend: Suprsend, pool: Pool, environment: Environment, inbox: str, mail: str
) -> None:
    before = listed(suprsend, message_id=[inbox, mail])
    await Directory(pool).write(Write(Place(environment.id, USERS, ADA), (Delete(History.KEPT),)))
    suprsend.users.upsert(ADA, {"name": "Another Ada"})
    whole = suprsend.messages.list()
    assert (whole["meta"]["count"], len(whole["results"])) == (3, 3)
    assert listed(suprsend, message_id=[inbox, mail]) == before
    assert listed(suprsend, recipient_id=ADA) == []
    assert updated(suprsend, (inbox, "read"), (mail, "seen")) == [(404, "not_found"), (404, "not_found")]
    assert listed(suprsend, message_id=[inbox, mail]) == before
