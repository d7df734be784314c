"""Deliveries (notiflows.md §3, A16, A17, B5, B6; §5.7, §5.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import notiflows as sdk
import pytest
from notiflows import Notiflows
from notiflows.types import Delivery

from addressee.database.pool import Pool
from addressee.dialects.notiflows.mapping import contents
from addressee.directory.recipient import USERS, Identity
from addressee.messaging.content.chat import ChatContent
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.content.push import PushContent
from addressee.messaging.content.sms import SmsContent
from addressee.messaging.content.whatsapp import WhatsAppContent
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.status import Status
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Acting, details
from tests.dialects.notiflows.ran import finished, run


@pytest.fixture
def sent(notiflows: Notiflows, pushed: dict[str, UUID]) -> list[Delivery]:
    """Ada's e-mail and what is in her feed, both by Bob, and what Bob's feed has by a topic: newest last."""
    notiflows.users.upsert("ada", first_name="Ada", email="ada@example.com")
    notiflows.users.upsert("bob", first_name="Bob")
    notiflows.users.subscriptions.subscribe("bob", topic_name="news")
    (of_ada,) = run(notiflows, "order-updates", "ada", actor={"external_id": "bob"}, data={"order": 7})
    started = notiflows.notiflows.run("quiet", topic="news", data={"n": 1})
    (of_bob,) = finished(notiflows, started.notiflow_run_id, 1)
    return [*(of_ada.deliveries or []), *(of_bob.deliveries or [])]


def ids(deliveries: Any) -> list[str]:
    return [each.id for each in deliveries]


class TestOne:
    def test_says_who_what_and_how_far(
        self, notiflows: Notiflows, pushed: dict[str, UUID], sent: list[Delivery]
    ) -> None:
        feed, mail, by_topic = sent
        (run_of_ada,) = notiflows.users.notifications.list("ada")
        found = notiflows.deliveries.retrieve(mail.id)
        assert found == mail == notiflows.users.deliveries.retrieve(mail.id, user_external_id="ada")
        assert (found.recipient, found.actor) == (notiflows.users.retrieve("ada"), notiflows.users.retrieve("bob"))
        assert (found.notification_id, found.notiflow_id) == (run_of_ada.id, run_of_ada.notiflow_id)
        assert (found.notiflow_handle, found.topic) == ("order-updates", None)
        assert (found.channel_type, found.channel_id, found.status) == ("email", str(pushed["email"]), "sent")
        assert found.data == {"subject": "Order 7", "body": "Order 7 from Bob", "content_type": "plaintext"}
        assert found.sent_at is not None
        assert found.created_at < found.sent_at
        assert (found.seen_at, found.read_at, found.clicked_at, found.archived_at) == (None, None, None, None)
        assert (feed.channel_type, feed.channel_id, feed.status) == ("in_app", str(pushed["feed"]), "sent")
        assert feed.data == {"body": "<p>Order 7 for Ada</p>", "action_url": "https://example.com/orders/7"}
        assert feed.sent_at is not None
        assert (by_topic.actor, by_topic.topic) == (None, "news")
        assert by_topic.data == {"body": "<p>Quiet 1</p>", "action_url": None}

    def test_names_people_by_id_too_for_the_first_sdk(self, rest: httpx.Client, sent: list[Delivery]) -> None:
        shown = rest.get(f"/admin/v1/deliveries/{sent[1].id}").json()
        assert shown["recipient_id"] == shown["recipient"]["id"]
        assert shown["actor_id"] == shown["actor"]["id"]
        assert (shown["provider"], shown["provider_status"], shown["failure_reason"]) == ("outbox", "sent", None)

    def test_knows_what_was_done_with_it(
        self, notiflows: Notiflows, acting: Acting, pushed: dict[str, UUID], sent: list[Delivery]
    ) -> None:
        path = f"/user/v1/channels/{pushed['feed']}/feed/entries/{sent[0].id}"
        acting("ada").patch(
            path, json={"seen": True, "read": True, "clicked": True, "archived": True}
        ).raise_for_status()
        found = notiflows.deliveries.retrieve(sent[0].id)
        assert None not in (found.seen_at, found.read_at, found.clicked_at, found.archived_at)
        assert found.status == "sent"

    def test_of_another_user_is_missing(self, notiflows: Notiflows, sent: list[Delivery]) -> None:
        with pytest.raises(sdk.NotFoundError) as refused:
            notiflows.users.deliveries.retrieve(sent[0].id, user_external_id="bob")
        assert details(refused.value) == {"resource": "delivery", "id": sent[0].id}
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.deliveries.retrieve(sent[0].id, user_external_id="nobody")

    @pytest.mark.parametrize("id", ["01HQXYZ123456789ABCDEFGHIJ", "385de753-4157-421c-9f8f-51bf90149b05"])
    def test_that_is_unknown_is_missing(self, notiflows: Notiflows, id: str) -> None:
        with pytest.raises(sdk.NotFoundError) as refused:
            notiflows.deliveries.retrieve(id)
        assert details(refused.value) == {"resource": "delivery", "id": id}

    def test_with_an_id_that_can_be_none_is_refused(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        notiflows.users.upsert("ada")
        for path in ("deliveries", "users/ada/deliveries"):
            answer = rest.get(f"/admin/v1/{path}/a.b")
            assert (answer.status_code, answer.json()["error"]["details"]) == (
                400,
                {"reason": "invalid_uuid", "param": "delivery_id"},
            )


class TestLists:
    def test_are_newest_first(self, notiflows: Notiflows, sent: list[Delivery]) -> None:
        assert list(notiflows.deliveries.list()) == sent[::-1]
        assert list(notiflows.deliveries.list(limit=1)) == sent[::-1]
        assert list(notiflows.users.deliveries.list("ada")) == sent[1::-1]
        assert list(notiflows.users.deliveries.list("bob")) == sent[2:]

    def test_can_be_filtered(self, notiflows: Notiflows, pushed: dict[str, UUID], sent: list[Delivery]) -> None:
        feed, mail, by_topic = sent
        at = mail.created_at
        cases: list[tuple[dict[str, Any], list[Delivery]]] = [
            ({"status": "sent"}, [by_topic, mail, feed]),
            ({"status": "pending"}, []),
            ({"channel_id": str(pushed["feed"])}, [by_topic, feed]),
            ({"channel_id": str(pushed["email"]), "status": "failed"}, []),
            ({"channel_id": str(uuid4())}, []),
            ({"channel_id": "01HQXYZ123456789ABCDEFGHIJ"}, []),
            ({"topic": "news"}, [by_topic]),
            ({"topic": "other"}, []),
            ({"created_after": at.isoformat()}, [by_topic]),
            ({"created_before": at.isoformat()}, [feed]),
            ({"created_before": (at + timedelta(microseconds=1)).isoformat()}, [mail, feed]),
        ]
        for filter, expected in cases:
            assert ids(notiflows.deliveries.list(**filter)) == ids(expected), filter
            of_ada = [each for each in expected if each is not by_topic]
            assert ids(notiflows.users.deliveries.list("ada", **filter)) == ids(of_ada), filter
            assert ids(notiflows.notifications.list_deliveries(mail.notification_id, **filter)) == ids(of_ada), filter

    @pytest.mark.parametrize(
        ("query", "reason"),
        [
            ("status=processed", "invalid_param"),
            ("channel_id=a.b", "invalid_uuid"),
            ("created_before=never", "invalid_param"),
            ("after=after", "invalid_param"),
        ],
    )
    def test_with_a_filter_that_means_nothing_are_refused(
        self, notiflows: Notiflows, rest: httpx.Client, query: str, reason: str
    ) -> None:
        notiflows.users.upsert("ada")
        for path in ("deliveries", "users/ada/deliveries"):
            answer = rest.get(f"/admin/v1/{path}?{query}")
            assert (answer.status_code, answer.json()["error"]["details"]) == (
                400,
                {"reason": reason, "param": query.partition("=")[0]},
            )

    def test_of_a_user_who_is_unknown_are_missing(self, notiflows: Notiflows) -> None:
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.deliveries.list("nobody")

    def test_go_on_without_gaps_while_more_come(self, notiflows: Notiflows, sent: list[Delivery]) -> None:
        page = notiflows.deliveries.list(limit=1)
        found = ids(page.items)
        while page.has_next_page():
            run(notiflows, "quiet", "ada")
            page = page.get_next_page()
            found += ids(page.items)
        assert found == ids(sent[::-1])


class TestStatuses:
    def test_a_failed_one_says_why(self, notiflows: Notiflows, rest: httpx.Client, pushed: dict[str, UUID]) -> None:
        notiflows.users.upsert("ada", email="ada@example.com")
        run(notiflows, "broken", "ada", data={"by": 0})
        (failed,) = notiflows.deliveries.list(status="failed")
        assert (failed.status, failed.sent_at) == ("failed", None)
        shown = rest.get(f"/admin/v1/deliveries/{failed.id}").json()
        assert (shown["provider_status"], shown["failure_reason"]) == ("undelivered", "fatal_error")
        assert shown["data"] == {"subject": "", "body": "", "content_type": "plaintext"}

    async def test_one_to_a_user_who_was_deleted_meanwhile_says_so(
        self, notiflows: Notiflows, pool: Pool, environment: Environment, pushed: dict[str, UUID]
    ) -> None:
        (notification,) = run(notiflows, "quiet", "ada")
        (made,) = notification.deliveries or []
        ada = Identity(environment.id, USERS, "ada", UUID(notification.recipient.id))
        event = NewEvent(made.id, ada, "message.not_sent", {"reason": "recipient_missing"})
        async with pool.acquire() as connection:
            await connection.execute(
                "UPDATE addressee.messages SET status = 'not_sent' WHERE environment_id = $1", environment.id
            )
            await insert_events(connection, environment.id, [event], datetime.now(UTC))
        found = notiflows.deliveries.retrieve(made.id)
        assert (found.status, found.to_dict()["failure_reason"]) == ("failed", "recipient_deleted")

    async def test_every_one(
        self, notiflows: Notiflows, pool: Pool, environment: Environment, pushed: dict[str, UUID]
    ) -> None:
        run(notiflows, "quiet", "ada")
        (made,) = notiflows.deliveries.list()
        shown = {
            Status.QUEUED: "pending",
            Status.DELIVERY_ATTEMPTED: "pending",
            Status.SENT: "sent",
            Status.DELIVERED: "sent",
            Status.UNDELIVERED: "failed",
            Status.BOUNCED: "failed",
            Status.NOT_SENT: "failed",
        }
        assert shown.keys() == {*Status}
        for stored, status in shown.items():
            await pool.execute(
                "UPDATE addressee.messages SET status = $2 WHERE environment_id = $1", environment.id, stored
            )
            found = notiflows.deliveries.retrieve(made.id)
            assert (found.status, found.to_dict()["provider_status"]) == (status, stored)
            for asked in {*shown.values()}:
                assert ids(notiflows.deliveries.list(status=asked)) == ([made.id] if asked == status else [])


class TestWhoIsGone:
    def test_leaves_them_behind(self, notiflows: Notiflows, sent: list[Delivery]) -> None:
        """Of a user who was deleted, the ids and times are left; and what was said."""
        notiflows.users.delete("ada")
        listed = list(notiflows.deliveries.list())
        assert ids(listed) == ids(sent[::-1])
        for before, after in zip(sent[1::-1], listed[1:], strict=True):
            assert after.recipient.id == before.recipient.id
            assert (after.recipient.external_id, after.recipient.email) == ("ada", None)
            assert (after.data, after.status, after.sent_at) == (before.data, before.status, before.sent_at)
            assert after == notiflows.deliveries.retrieve(before.id)
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.deliveries.list("ada")
        notiflows.users.upsert("ada")
        assert list(notiflows.users.deliveries.list("ada")) == []
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.deliveries.retrieve(sent[0].id, user_external_id="ada")

    def test_is_who_they_were_merged_into(self, notiflows: Notiflows, rest: httpx.Client, sent: list[Delivery]) -> None:
        rest.post("/admin/v1/users/bob/merge", json={"from_external_id": "ada"}).raise_for_status()
        assert ids(notiflows.users.deliveries.list("bob")) == ids(sent[::-1])
        found = notiflows.users.deliveries.retrieve(sent[0].id, user_external_id="bob")
        assert found.recipient == found.actor == notiflows.users.retrieve("bob")


def test_what_is_said_never_holds_where_it_went() -> None:
    mail = EmailContent(sender="a@b.c", to="x@y.z", subject="S", html="<p>H</p>", text="T", reply_to=None)
    push = PushContent(tokens=("secret",), title="T", body="B", data={"action_url": "https://u", "n": "1"})
    assert contents.render(mail) == {"subject": "S", "body": "<p>H</p>", "content_type": "html"}
    assert contents.render(push) == {"title": "T", "body": "B", "action_url": "https://u", "data": {"n": "1"}}
    assert contents.render(SmsContent(numbers=("+491701234567",), body="B", segments=1)) == {"body": "B"}
    text = WhatsAppContent(numbers=("+491701234567",), body="B")
    template = WhatsAppContent(numbers=("+491701234567",), name="shipped", language="de", parameters={"order": "17"})
    assert contents.render(text) == {"body": "B"}
    assert contents.render(template) == {
        "body": "",
        "template": {"name": "shipped", "language": "de", "parameters": {"order": "17"}, "components": []},
    }
    chat = ChatContent(addresses=("channel_id:C1",), text="B", card={"type": "AdaptiveCard"})
    assert contents.render(chat) == {"body": "B", "card": {"type": "AdaptiveCard"}}
    assert contents.render(InAppContent(())) == {"body": "", "action_url": None}
