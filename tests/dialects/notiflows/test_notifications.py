"""Notifications (notiflows.md §3, A14, A15, B2 to B4; §5.3, §5.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import notiflows as sdk
import pytest
from notiflows import Notiflows
from notiflows.types import Notification

from addressee.database.pool import Pool
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import Pair, details
from tests.dialects.notiflows.ran import EXPANDED, finished, run
from tests.support.waiting import eventually

SAME = {"id", "external_id", "created_at", "updated_at"}


@pytest.fixture
def told(notiflows: Notiflows, pushed: dict[str, UUID]) -> list[Notification]:
    """Ada's, Bob's by Ada, and one by a topic to Bob: newest first."""
    notiflows.users.upsert("ada", first_name="Ada", email="ada@example.com", custom_fields={"plan": "pro"})
    notiflows.users.upsert("bob", first_name="Bob")
    notiflows.users.subscriptions.subscribe("bob", topic_name="news")
    (first,) = run(notiflows, "order-updates", "ada", data={"order": 1, "more": {"a": [1]}})
    (second,) = run(notiflows, "quiet", "bob", actor={"external_id": "ada"})
    started = notiflows.notiflows.run("quiet", topic="news")
    (third,) = finished(notiflows, started.notiflow_run_id, 1)
    return [third, second, first]


def ids(notifications: Any) -> list[str]:
    return [each.id for each in notifications]


class TestOne:
    def test_says_who_what_and_how_far(self, notiflows: Notiflows, told: list[Notification]) -> None:
        by_topic, by_ada, of_ada = told
        ada, bob = notiflows.users.retrieve("ada"), notiflows.users.retrieve("bob")
        found = notiflows.notifications.retrieve(of_ada.id)
        assert (found.recipient, found.actor) == (ada, None)
        assert (found.notiflow_handle, found.status, found.topic) == ("order-updates", "processed", None)
        assert found.data == {"order": 1, "more": {"a": [1]}}
        assert found.processed_at is not None
        assert found.created_at <= found.processed_at <= found.updated_at
        assert (by_ada.recipient, by_ada.actor, by_ada.data) == (bob, ada, {})
        assert (by_topic.recipient, by_topic.actor, by_topic.topic) == (bob, None, "news")
        assert by_topic.notiflow_id == by_ada.notiflow_id != found.notiflow_id
        assert by_topic.notiflow_run_id != by_ada.notiflow_run_id

    def test_names_people_by_id_too_for_the_first_sdk(self, rest: httpx.Client, told: list[Notification]) -> None:
        shown = rest.get(f"/admin/v1/notifications/{told[1].id}").json()
        assert shown["recipient_id"] == shown["recipient"]["id"]
        assert shown["actor_id"] == shown["actor"]["id"]
        assert rest.get(f"/admin/v1/notifications/{told[2].id}").json()["actor_id"] is None
        assert shown["failure_reason"] is None

    def test_holds_its_deliveries_in_the_order_they_were_made(
        self, notiflows: Notiflows, told: list[Notification]
    ) -> None:
        found = notiflows.users.notifications.retrieve(told[2].id, user_external_id="ada")
        assert found == notiflows.notifications.retrieve(told[2].id) == told[2]
        assert found.deliveries is not None
        assert [each.channel_type for each in found.deliveries] == ["in_app", "email"]
        assert {each.notification_id for each in found.deliveries} == {found.id}
        newest_first = list(notiflows.notifications.list_deliveries(found.id))
        assert newest_first == found.deliveries[::-1]
        assert list(notiflows.notifications.list_deliveries(found.id, limit=1)) == newest_first

    def test_of_another_user_is_missing(self, notiflows: Notiflows, told: list[Notification]) -> None:
        with pytest.raises(sdk.NotFoundError) as refused:
            notiflows.users.notifications.retrieve(told[2].id, user_external_id="bob")
        assert details(refused.value) == {"resource": "notification", "id": told[2].id}
        with pytest.raises(sdk.NotFoundError) as refused:
            notiflows.users.notifications.retrieve(told[2].id, user_external_id="nobody")
        assert details(refused.value) == {"resource": "user", "id": "nobody"}

    @pytest.mark.parametrize("id", ["01HQXYZ123456789ABCDEFGHIJ", "385de753-4157-421c-9f8f-51bf90149b05"])
    def test_that_is_unknown_is_missing(self, notiflows: Notiflows, id: str) -> None:
        for ask in (notiflows.notifications.retrieve, lambda id: list(notiflows.notifications.list_deliveries(id))):
            with pytest.raises(sdk.NotFoundError) as refused:
                ask(id)
            assert details(refused.value) == {"resource": "notification", "id": id}

    @pytest.mark.parametrize("path", ["notifications/{}", "notifications/{}/deliveries", "users/ada/notifications/{}"])
    def test_with_an_id_that_can_be_none_is_refused(self, notiflows: Notiflows, rest: httpx.Client, path: str) -> None:
        notiflows.users.upsert("ada")
        answer = rest.get(f"/admin/v1/{path.format('a.b')}")
        assert (answer.status_code, answer.json()["error"]["details"]) == (
            400,
            {"reason": "invalid_uuid", "param": "notification_id"},
        )


class TestLists:
    def test_are_newest_first_and_without_deliveries(self, notiflows: Notiflows, told: list[Notification]) -> None:
        listed = list(notiflows.notifications.list())
        assert ids(listed) == ids(told)
        assert {each.deliveries for each in listed} == {None}
        assert list(notiflows.notifications.list(extra_query=EXPANDED)) == told
        of_bob = list(notiflows.users.notifications.list("bob", extra_query=EXPANDED))
        assert of_bob == told[:2]

    def test_can_be_filtered(self, notiflows: Notiflows, told: list[Notification]) -> None:
        by_topic, by_ada, of_ada = told
        at = by_ada.created_at
        cases: list[tuple[dict[str, Any], list[Notification]]] = [
            ({"status": "processed"}, told),
            ({"status": "failed"}, []),
            ({"topic": "news"}, [by_topic]),
            ({"topic": "other"}, []),
            ({"created_after": at.isoformat()}, [by_topic]),
            ({"created_before": at.isoformat()}, [of_ada]),
            ({"created_after": (at - timedelta(microseconds=1)).isoformat()}, [by_topic, by_ada]),
            ({"created_before": (at + timedelta(microseconds=1)).isoformat()}, [by_ada, of_ada]),
            ({"extra_query": {"notiflow_run_id": by_ada.notiflow_run_id}}, [by_ada]),
            ({"extra_query": {"notiflow_run_id": str(uuid4())}}, []),
            ({"extra_query": {"notiflow_run_id": "01HQXYZ123456789ABCDEFGHIJ"}}, []),
        ]
        for filter, expected in cases:
            assert ids(notiflows.notifications.list(**filter)) == ids(expected), filter
            of_bob = [each for each in expected if each.recipient.external_id == "bob"]
            assert ids(notiflows.users.notifications.list("bob", **filter)) == ids(of_bob), filter

    @pytest.mark.parametrize(
        ("query", "reason"),
        [
            ("status=sent", "invalid_param"),
            ("expand=recipient", "invalid_param"),
            ("created_after=soon", "invalid_param"),
            ("limit=many", "invalid_param"),
            ("after=after", "invalid_param"),
            ("notiflow_run_id=a.b", "invalid_uuid"),
        ],
    )
    def test_with_a_filter_that_means_nothing_are_refused(
        self, notiflows: Notiflows, rest: httpx.Client, query: str, reason: str
    ) -> None:
        notiflows.users.upsert("ada")
        for path in ("notifications", "users/ada/notifications"):
            answer = rest.get(f"/admin/v1/{path}?{query}")
            param = query.partition("=")[0]
            assert (answer.status_code, answer.json()["error"]["details"]) == (
                400,
                {"reason": reason, "param": param},
            )

    def test_of_a_user_who_is_unknown_are_missing(self, notiflows: Notiflows) -> None:
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.notifications.list("nobody")

    def test_go_on_without_gaps_while_more_come(self, notiflows: Notiflows, pushed: dict[str, UUID]) -> None:
        for _ in range(3):
            run(notiflows, "quiet", "ada", "bob")
        before = ids(notiflows.notifications.list())
        page = notiflows.notifications.list(limit=2)
        found = ids(page.items)
        while page.has_next_page():
            run(notiflows, "quiet", "ada")
            page = page.get_next_page()
            found += ids(page.items)
        assert found == before

    def test_go_backwards(self, rest: httpx.Client, told: list[Notification]) -> None:
        last = rest.get("/admin/v1/notifications?limit=2").json()["page"]
        assert (last["before"], last["has_more_after"], last["has_more_before"]) == (None, True, False)
        next = rest.get("/admin/v1/notifications", params={"limit": 2, "after": last["after"]}).json()
        assert [each["id"] for each in next["items"]] == [told[2].id]
        back = rest.get("/admin/v1/notifications", params={"limit": 2, "before": next["page"]["before"]}).json()
        assert [each["id"] for each in back["items"]] == ids(told[:2])

    def test_hold_users_only(
        self, notiflows: Notiflows, rest: httpx.Client, pair: Pair, told: list[Notification]
    ) -> None:
        """Objects have runs too, and so has an id where nobody lived; both are known by another dialect."""
        knock = {"authorization": f"Bearer {pair.secret}"}
        rest.put("/v1/objects/projects/p", headers=knock, json={}).raise_for_status()
        recipients = [{"collection": "projects", "id": "p"}, "nobody"]
        rest.post("/v1/workflows/quiet/trigger", headers=knock, json={"recipients": recipients}).raise_for_status()

        def runs() -> list[Any]:
            found: list[Any] = rest.get("/v1/workflow_recipient_runs", headers=knock).json()["items"]
            return [each for each in found if each["status"] == "completed"]

        eventually(lambda: len(runs()) == len(told) + 2)
        assert ids(notiflows.notifications.list()) == ids(told)
        for other in runs()[:2]:
            with pytest.raises(sdk.NotFoundError):
                notiflows.notifications.retrieve(other["id"])


class TestStatuses:
    def test_one_that_waits_is_processing(self, notiflows: Notiflows, pushed: dict[str, UUID]) -> None:
        started = notiflows.notiflows.run("later", recipients=[{"external_id": "ada"}])

        def waiting() -> list[Notification]:
            return list(notiflows.notifications.list(status="processing"))

        eventually(lambda: len(waiting()) == 1)
        (found,) = waiting()
        assert (found.notiflow_run_id, found.processed_at) == (started.notiflow_run_id, None)
        assert notiflows.notifications.retrieve(found.id).deliveries == []

    def test_one_whose_delivery_failed_is_processed(self, notiflows: Notiflows, pushed: dict[str, UUID]) -> None:
        notiflows.users.upsert("ada", email="ada@example.com")
        (found,) = run(notiflows, "broken", "ada", data={"by": 0})
        assert found.deliveries is not None
        assert (found.status, [each.status for each in found.deliveries]) == ("processed", ["failed"])

    def test_one_without_deliveries_is_processed(self, notiflows: Notiflows, pushed: dict[str, UUID]) -> None:
        (found,) = run(notiflows, "broken", "ada", data={"by": 1})
        assert (found.status, found.deliveries) == ("processed", [])

    def test_one_that_was_cancelled_has_failed(
        self, notiflows: Notiflows, rest: httpx.Client, pair: Pair, pushed: dict[str, UUID]
    ) -> None:
        """Another dialect cancels."""
        notiflows.users.upsert("ada")
        knock = {"authorization": f"Bearer {pair.secret}"}
        body = {"recipients": ["ada"], "cancellation_key": "order-1"}
        rest.post("/v1/workflows/later/trigger", headers=knock, json=body).raise_for_status()
        eventually(lambda: len(ids(notiflows.notifications.list(status="processing"))) == 1)
        cancellation = {"cancellation_key": "order-1"}
        rest.post("/v1/workflows/later/cancel", headers=knock, json=cancellation).raise_for_status()
        (found,) = notiflows.notifications.list(status="failed")
        assert (found.status, found.to_dict()["failure_reason"]) == ("failed", "cancelled")
        assert found.processed_at is not None

    async def test_every_one(
        self, notiflows: Notiflows, pool: Pool, environment: Environment, pushed: dict[str, UUID]
    ) -> None:
        (made,) = run(notiflows, "quiet", "ada")
        shown = {
            "queued": "pending",
            "processing": "processing",
            "paused": "processing",
            "completed": "processed",
            "cancelled": "failed",
        }
        for stored, status in shown.items():
            await pool.execute(
                "UPDATE addressee.recipient_runs SET status = $2 WHERE environment_id = $1", environment.id, stored
            )
            assert notiflows.notifications.retrieve(made.id).status == status
            for asked in {*shown.values()}:
                expected = [made.id] if asked == status else []
                assert ids(notiflows.notifications.list(status=asked)) == expected
                assert ids(notiflows.users.notifications.list("ada", status=asked)) == expected


class TestWhoIsGone:
    def test_leaves_them_behind(self, notiflows: Notiflows, told: list[Notification]) -> None:
        """Of a user who was deleted, the ids and times are left."""
        of_ada = told[2]
        notiflows.users.delete("ada")
        listed = list(notiflows.notifications.list(extra_query=EXPANDED))
        assert ids(listed) == ids(told)
        for shown in (listed[2].recipient, listed[1].actor, notiflows.notifications.retrieve(of_ada.id).recipient):
            assert shown is not None
            left = {name for name, value in shown.to_dict().items() if value is not None}
            assert left == {*SAME, "custom_fields"}
            assert (shown.id, shown.external_id, shown.custom_fields) == (of_ada.recipient.id, "ada", {})
            assert shown.created_at == of_ada.recipient.created_at < shown.updated_at
        assert (listed[2].status, listed[2].data) == ("processed", of_ada.data)
        assert [each.data for each in listed[2].deliveries or []] == [each.data for each in of_ada.deliveries or []]
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.notifications.list("ada")

    def test_is_not_whoever_has_the_id_next(self, notiflows: Notiflows, told: list[Notification]) -> None:
        of_ada = told[2]
        notiflows.users.delete("ada")
        next = notiflows.users.upsert("ada", first_name="Another")
        assert next.id != of_ada.recipient.id
        assert list(notiflows.users.notifications.list("ada")) == []
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.notifications.retrieve(of_ada.id, user_external_id="ada")
        found = notiflows.notifications.retrieve(of_ada.id).recipient
        assert (found.id, found.first_name) == (of_ada.recipient.id, None)

    async def test_ends_those_that_wait(
        self, notiflows: Notiflows, pool: Pool, environment: Environment, pushed: dict[str, UUID]
    ) -> None:
        notiflows.notiflows.run("later", recipients=[{"external_id": "ada"}])
        eventually(lambda: len(ids(notiflows.notifications.list(status="processing"))) == 1)
        notiflows.users.delete("ada")
        eventually(lambda: len(ids(notiflows.notifications.list(status="failed"))) == 1)
        (found,) = notiflows.notifications.list(status="failed")
        assert found.to_dict()["failure_reason"] == "recipient_deleted"
        assert found.processed_at is not None

    def test_is_whom_they_were_merged_into(
        self, notiflows: Notiflows, rest: httpx.Client, told: list[Notification]
    ) -> None:
        answer = rest.post("/admin/v1/users/ada/merge", json={"from_external_id": "bob"})
        answer.raise_for_status()
        found = list(notiflows.users.notifications.list("ada"))
        assert ids(found) == ids(told)
        assert {each.recipient.id for each in found} == {answer.json()["id"]}
        assert found[1].actor == found[1].recipient


def test_the_time_now_is_after_all_that_was_made(notiflows: Notiflows, told: list[Notification]) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert ids(notiflows.notifications.list(created_before=str(tomorrow))) == ids(told)
    assert ids(notiflows.notifications.list(created_after=str(tomorrow))) == []
