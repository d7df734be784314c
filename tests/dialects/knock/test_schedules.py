"""Schedules, as the official SDK writes and reads them (knock.md §2.2, §3.2, §3.13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.support.waiting import eventually

Pushed = dict[str, UUID]

FAR = datetime(2999, 1, 1, 9, 30, tzinfo=UTC)
DAILY = {"frequency": "daily", "hours": 9}


def create(http: httpx.Client, **body: Any) -> list[dict[str, Any]]:
    response = http.post("/v1/schedules", json={"recipients": ["ada"], "workflow": "new-comment", **body})
    made: list[dict[str, Any]] = response.raise_for_status().json()
    return made


def refusal(http: httpx.Client, **body: Any) -> tuple[int, str, list[str]]:
    right = {"recipients": ["ada"], "workflow": "new-comment", "scheduled_at": FAR.isoformat()}
    response = http.post("/v1/schedules", json={**right, **body})
    said = response.json()
    return response.status_code, said["code"], [error["field"] for error in said.get("errors", [])]


@pytest.fixture
def ada(knock: Knock, pushed: Pushed) -> None:
    knock.users.update("ada", name="Ada", timezone="Europe/Berlin")


@pytest.mark.usefixtures("ada")
class TestCreating:
    def test_one_for_each_recipient(self, knock: Knock) -> None:
        knock.objects.set("projects", "lisbon", name="Lisbon")
        ada, bob, lisbon = knock.schedules.create(
            recipients=["ada", {"id": "bob", "name": "Bob"}, {"id": "lisbon", "collection": "projects"}],
            workflow="new-comment",
            repeats=[{"frequency": "weekly", "days": ["fri", "mon"], "hours": 9, "minutes": 30, "interval": 2}],
            scheduled_at=FAR,
            ending_at=FAR + timedelta(days=99),
            actor={"id": "carol", "name": "Carol"},
            data={"thread": 7},
            tenant="acme",
        )
        assert ada.recipient.to_dict() == knock.users.get("ada").to_dict()
        assert bob.recipient.to_dict() == knock.users.get("bob").to_dict()
        assert lisbon.recipient.to_dict() == knock.objects.get("projects", "lisbon").to_dict()
        assert ada.actor is not None
        assert ada.actor.to_dict() == knock.users.get("carol").to_dict()
        assert (ada.workflow, ada.tenant, ada.data, ada.api_typename) == (
            "new-comment",
            "acme",
            {"thread": 7},
            "Schedule",
        )
        assert [repeat.to_dict() for repeat in ada.repeats] == [
            {
                "__typename": "ScheduleRepeat",
                "frequency": "weekly",
                "interval": 2,
                "days": ["mon", "fri"],
                "day_of_month": None,
                "hours": 9,
                "minutes": 30,
            }
        ]
        # The first Friday from then on, 9:30 in Berlin and in UTC.
        assert ada.next_occurrence_at == datetime(2999, 1, 4, 8, 30, tzinfo=UTC)
        assert bob.next_occurrence_at == datetime(2999, 1, 4, 9, 30, tzinfo=UTC)
        assert ada.last_occurrence_at is None
        assert knock.tenants.get("acme").id == "acme"

    def test_what_is_not_said(self, knock: Knock) -> None:
        (made,) = knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR)
        assert (made.repeats, made.actor, made.tenant, made.data) == ([], None, None, {})
        (daily,) = knock.schedules.create(
            recipients=["ada", "ada"],
            workflow="new-comment",
            repeats=[
                {
                    "frequency": "daily",
                    "_typename": "ScheduleRepeat",
                    "day_of_month": None,
                    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                    "hours": None,
                    "minutes": None,
                }
            ],
            scheduled_at=None,
            ending_at=None,
        )
        assert daily.repeats[0].hours == 0
        assert daily.next_occurrence_at is not None
        assert daily.next_occurrence_at - datetime.now(UTC) < timedelta(hours=25)

    @pytest.mark.parametrize(
        ("days", "stored"),
        [
            ("weekdays", ["mon", "tue", "wed", "thu", "fri"]),
            ("weekends", ["sat", "sun"]),
            (["weekends", "wed"], ["wed", "sat", "sun"]),
            ("tue", ["tue"]),
        ],
    )
    def test_days_have_shorthands(self, http: httpx.Client, days: Any, stored: list[str]) -> None:
        (made,) = create(http, repeats=[{"frequency": "weekly", "days": days}])
        assert made["repeats"][0]["days"] == stored

    def test_a_one_off_time_is_an_instant(self, http: httpx.Client) -> None:
        for given, expected in [
            ("2999-01-01T09:30:00+02:00", "2999-01-01T07:30:00.000000Z"),
            ("2999-01-01T09:30:00", "2999-01-01T09:30:00.000000Z"),
            ("2999-01-01", "2999-01-01T00:00:00.000000Z"),
        ]:
            (made,) = create(http, scheduled_at=given)
            assert (made["scheduled_at"], made["next_occurrence_at"]) == (expected, expected)

    def test_a_day_as_the_end_is_the_whole_of_it_where_the_recipient_is(self, http: httpx.Client) -> None:
        for given, expected in [
            ("2998-07-01", "2998-07-01T21:59:59.999999Z"),
            ("2998-07-01T00:00:00Z", "2998-07-01T00:00:00.000000Z"),
        ]:
            (made,) = create(http, repeats=[DAILY], ending_at=given)
            assert made["ending_at"] == expected
            body = {"schedule_ids": [made["id"]], "ending_at": given}
            assert http.put("/v1/schedules", json=body).json()[0]["ending_at"] == expected
        for given in ("2998-02-30", "9999-12-32"):
            assert refusal(http, repeats=[DAILY], ending_at=given) == (422, "invalid_params", ["ending_at"])
        (endless,) = create(http, repeats=[DAILY], ending_at="9999-12-31")
        assert endless["next_occurrence_at"] is not None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"recipients": []}, "recipients"),
            ({"recipients": ["ada"] * 101}, "recipients"),
            ({"recipients": ["nobody"]}, "recipients"),
            ({"recipients": [{"collection": "projects"}]}, "recipients[0].id"),
            ({"repeats": [{"hours": 9}]}, "repeats[0]"),
            ({"repeats": [{**DAILY, "frequency": "yearly"}]}, "repeats[0].frequency"),
            ({"repeats": [{**DAILY, "interval": 0}]}, "repeats[0].interval"),
            ({"repeats": [{**DAILY, "hours": 24}]}, "repeats[0].hours"),
            ({"repeats": [{**DAILY, "minutes": 7}]}, "repeats[0].minutes"),
            ({"repeats": [{**DAILY, "days": ["monday"]}]}, "repeats[0].days[0]"),
            ({"repeats": [{**DAILY, "day_of_month": 32}]}, "repeats[0].day_of_month"),
            ({"scheduled_at": "tomorrow"}, "scheduled_at"),
            ({"scheduled_at": None}, "scheduled_at"),
            ({"scheduled_at": None, "repeats": []}, "scheduled_at"),
            ({"ending_at": "0001-01-01T00:00:00+14:00"}, "ending_at"),
            ({"data": {"a": "\0"}}, "data.a"),
            ({"tenant": {"name": "Acme"}}, "tenant.id"),
            ({"workflow": "strict", "data": {"count": "one"}}, "data.count"),
        ],
    )
    def test_what_cannot_be_taken_is_named(self, http: httpx.Client, body: dict[str, Any], field: str) -> None:
        status, code, fields = refusal(http, **body)
        assert (status, code) == (422, "invalid_params")
        assert fields[0] == field

    def test_what_a_trigger_would_be_refused_for(self, http: httpx.Client) -> None:
        assert refusal(http, workflow="nothing") == (404, "workflow_missing", [])
        assert refusal(http, workflow="sleeping") == (422, "workflow_inactive", [])
        assert refusal(http, actor="nobody") == (422, "actor_missing", [])

    def test_nobody_is_identified_for_a_workflow_that_is_missing(self, http: httpx.Client, knock: Knock) -> None:
        assert refusal(http, workflow="nothing", recipients=[{"id": "dora", "name": "Dora"}])[0] == 404
        with pytest.raises(knockapi.NotFoundError):
            knock.users.get("dora")

    def test_nobody_is_identified_unless_all_can_be_scheduled(self, http: httpx.Client, knock: Knock) -> None:
        dora = {"id": "dora", "name": "Dora"}
        refused: list[tuple[dict[str, Any], str]] = [
            ({"actor": "nobody"}, "actor_missing"),
            ({"recipients": [dora, "nobody"]}, "invalid_params"),
            ({"scheduled_at": None}, "invalid_params"),
            ({"recipients": [dora, {"id": "eve", "timezone": "Mars/Olympus"}]}, "invalid_params"),
        ]
        for wrong, code in refused:
            body = {"recipients": [dora], "tenant": "newcomers", **wrong}
            assert refusal(http, **body)[:2] == (422, code)
            for read in (lambda: knock.users.get("dora"), lambda: knock.tenants.get("newcomers")):
                with pytest.raises(knockapi.NotFoundError):
                    read()

    @pytest.mark.parametrize("key", ["mine", "stainless-python-retry-1"])
    def test_a_repetition_creates_nothing(self, http: httpx.Client, key: str) -> None:
        body = {"recipients": ["ada"], "workflow": "new-comment", "scheduled_at": FAR.isoformat()}
        first, again = (
            http.post("/v1/schedules", json=body, headers={"idempotency-key": key}).raise_for_status() for _ in range(2)
        )
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        assert len(http.get("/v1/users/ada/schedules").json()["entries"]) == 1


@pytest.mark.usefixtures("ada")
class TestChanging:
    def test_the_same_values_for_all(self, knock: Knock) -> None:
        knock.users.update("bob", name="Bob")
        made = knock.schedules.create(
            recipients=["ada", "bob"], workflow="new-comment", scheduled_at=FAR, data={"thread": 7}, actor="bob"
        )
        changed = knock.schedules.update(
            schedule_ids=[one.id for one in made],
            repeats=[{"frequency": "daily", "hours": 12}],
            actor=None,
            tenant={"id": "acme", "name": "Acme"},
        )
        assert [(one.id, one.tenant, one.actor, one.data) for one in changed] == [
            (one.id, "acme", None, {"thread": 7}) for one in made
        ]
        assert [one.next_occurrence_at for one in changed] == [
            datetime(2999, 1, 1, 11, tzinfo=UTC),
            datetime(2999, 1, 1, 12, tzinfo=UTC),
        ]
        assert knock.tenants.get("acme").name == "Acme"
        (once,) = knock.schedules.update(
            schedule_ids=[made[0].id], repeats=[], actor={"id": "bob", "collection": "$users"}
        )
        assert (once.repeats, once.next_occurrence_at) == ([], FAR)
        assert once.actor is not None
        assert once.actor.id == "bob"

    def test_what_is_not_there_is_passed_over(self, knock: Knock) -> None:
        assert knock.schedules.update(schedule_ids=[str(uuid4())], data={"a": 1}) == []
        assert knock.schedules.delete(schedule_ids=[str(uuid4())]) == []

    def test_what_cannot_be_taken(self, http: httpx.Client) -> None:
        for method in ("PUT", "DELETE"):
            for ids, field in [(["x"], "schedule_ids[0]"), ([str(uuid4())] * 101, "schedule_ids")]:
                reply = http.request(method, "/v1/schedules", json={"schedule_ids": ids})
                assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, field)
        reply = http.put("/v1/schedules", json={"schedule_ids": [str(uuid4())], "actor": "nobody"})
        assert (reply.status_code, reply.json()["code"]) == (422, "actor_missing")

    def test_data_must_fit_the_workflow_as_when_creating(self, http: httpx.Client, knock: Knock) -> None:
        (made,) = knock.schedules.create(recipients=["ada"], workflow="strict", scheduled_at=FAR, data={"count": 1})
        (other,) = knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR)
        body = {
            "schedule_ids": [other.id, made.id],
            "data": {"count": "one"},
            "actor": {"id": "dora", "name": "Dora"},
            "tenant": "newcomers",
        }
        reply = http.put("/v1/schedules", json=body)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "data.count")
        assert [one.data for one in knock.users.list_schedules("ada")] == [{}, {"count": 1}]
        for read in (lambda: knock.users.get("dora"), lambda: knock.tenants.get("newcomers")):
            with pytest.raises(knockapi.NotFoundError):
                read()

    def test_one_that_would_never_run_again_is_refused(self, http: httpx.Client, knock: Knock) -> None:
        (made,) = knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR)
        reply = http.put("/v1/schedules", json={"schedule_ids": [made.id], "scheduled_at": None})
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "scheduled_at")
        (same,) = knock.users.list_schedules("ada")
        assert same.next_occurrence_at == FAR

    def test_what_is_deleted_is_returned(self, knock: Knock) -> None:
        made = knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR)
        deleted = knock.schedules.delete(schedule_ids=[made[0].id])
        assert [one.to_dict() for one in deleted] == [one.to_dict() for one in made]
        assert list(knock.users.list_schedules("ada")) == []

    def test_older_sdks_name_them_in_the_query(self, knock: Knock, http: httpx.Client) -> None:
        (made,) = knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR)
        deleted = http.delete("/v1/schedules", params={"schedule_ids[]": made.id})
        assert [each["id"] for each in deleted.json()] == [made.id]
        too_many = http.delete("/v1/schedules", params={"schedule_ids[]": [made.id] * 101})
        for reply, field in ((too_many, "schedule_ids"), (http.delete("/v1/schedules"), "schedule_ids")):
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.usefixtures("ada")
class TestListing:
    def test_by_recipient(self, knock: Knock) -> None:
        knock.objects.set("projects", "lisbon")
        knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR, tenant="acme")
        knock.schedules.create(recipients=["ada"], workflow="strict", scheduled_at=FAR, data={"count": 1})
        (project,) = knock.schedules.create(
            recipients=[{"id": "lisbon", "collection": "projects"}], workflow="new-comment", scheduled_at=FAR
        )
        assert [one.workflow for one in knock.users.list_schedules("ada")] == ["strict", "new-comment"]
        assert [one.workflow for one in knock.users.list_schedules("ada", tenant="acme")] == ["new-comment"]
        assert [one.workflow for one in knock.users.list_schedules("ada", workflow="strict")] == ["strict"]
        assert list(knock.users.list_schedules("nobody")) == []
        assert [one.id for one in knock.objects.list_schedules("projects", "lisbon")] == [project.id]

    def test_who_is_gone_leaves_a_marker(self, knock: Knock) -> None:
        """As actor; with its recipient a schedule goes (§3.4)."""
        knock.users.bulk.identify(users=[{"id": "bob"}, {"id": "eve"}])
        knock.schedules.create(recipients=["ada", "eve"], workflow="new-comment", scheduled_at=FAR, actor="bob")
        knock.users.delete("bob")
        knock.users.delete("eve")
        knock.users.update("bob", name="Another Bob")
        (left,) = knock.schedules.list(workflow="new-comment")
        assert left.actor is not None
        marker = left.actor.to_dict()
        assert (left.recipient.id, marker["id"], marker["name"], marker["missing"]) == (
            "ada",
            "bob",
            "Missing user",
            True,
        )

    def test_by_workflow(self, knock: Knock, http: httpx.Client) -> None:
        knock.objects.set("projects", "lisbon")
        knock.users.update("bob")
        lisbon = {"id": "lisbon", "collection": "projects"}
        recipients = ["ada", "bob", lisbon]
        knock.schedules.create(recipients=recipients, workflow="new-comment", scheduled_at=FAR)  # type: ignore[arg-type]
        knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR, tenant="acme")

        def listed(**filter: Any) -> list[str]:
            return [one.recipient.id for one in knock.schedules.list(workflow="new-comment", **filter)]

        assert listed() == ["ada", "lisbon", "bob", "ada"]
        assert listed(recipients=["bob", lisbon]) == ["lisbon", "bob"]
        assert listed(tenant="acme") == ["ada"]
        assert list(knock.schedules.list(workflow="nothing")) == []
        reply = http.get("/v1/schedules")
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "workflow")

    def test_page_by_page(self, knock: Knock, http: httpx.Client) -> None:
        for number in range(5):
            knock.schedules.create(recipients=["ada"], workflow="new-comment", scheduled_at=FAR, data={"n": number})
        assert [one.data for one in knock.users.list_schedules("ada", page_size=2)] == [
            {"n": number} for number in (4, 3, 2, 1, 0)
        ]
        first = http.get("/v1/users/ada/schedules", params={"page_size": 2}).json()
        assert first["page_info"]["after"] == first["entries"][-1]["__cursor"]


@pytest.mark.usefixtures("ada")
class TestInBulk:
    def test_each_row_has_its_own_outcome(self, knock: Knock) -> None:
        operation = knock.schedules.bulk.create(
            schedules=[
                {"workflow": "new-comment", "recipient": "ada", "scheduled_at": FAR, "data": {"n": 1}},
                {
                    "workflow": "new-comment",
                    "recipient": {"id": "bob", "name": "Bob"},
                    "scheduled_at": FAR,
                    "tenant": "acme",
                },
                {"workflow": "new-comment", "recipient": {"id": "eve", "timezone": "Mars/Olympus"}},
                {"workflow": "nothing", "recipient": {"id": "lisbon", "collection": "projects"}},
                {"workflow": "new-comment", "recipient": "nobody", "scheduled_at": FAR},
                {"workflow": "new-comment"},
                {"workflow": "new-comment", "recipient": "ada", "scheduled_at": "soon"},
            ]
        )
        found = knock.bulk_operations.get(operation.id)
        assert (found.name, found.status, found.success_count, found.error_count) == (
            "schedules.create_schedules",
            "completed",
            2,
            5,
        )
        assert found.error_items is not None
        assert sorted((item.id, item.collection) for item in found.error_items) == [
            ("ada", None),
            ("eve", None),
            ("lisbon", "projects"),
            ("nobody", None),
            ("schedules[5]", None),
        ]
        (ada,) = knock.users.list_schedules("ada")
        (bob,) = knock.users.list_schedules("bob")
        assert (ada.next_occurrence_at, ada.data, bob.tenant) == (FAR, {"n": 1}, "acme")
        assert knock.tenants.get("acme").id == "acme"

    def test_a_repetition_creates_nothing(self, http: httpx.Client) -> None:
        body = {"schedules": [{"workflow": "new-comment", "recipient": "ada", "scheduled_at": FAR.isoformat()}]}
        first, again = (
            http.post("/v1/schedules/bulk/create", json=body, headers={"idempotency-key": "k"}) for _ in range(2)
        )
        assert (first.status_code, again.content) == (200, first.content)
        assert len(http.get("/v1/users/ada/schedules").json()["entries"]) == 1

    def test_too_many_rows(self, http: httpx.Client) -> None:
        body = {"schedules": [{"workflow": "new-comment", "recipient": "ada"}] * 1001}
        assert http.post("/v1/schedules/bulk/create", json=body).status_code == 422


@pytest.mark.usefixtures("ada")
def test_a_schedule_that_is_due_reaches_its_recipient(knock: Knock) -> None:
    (made,) = knock.schedules.create(
        recipients=["ada"], workflow="new-comment", scheduled_at=datetime.now(UTC), actor="ada", data={"thread": 7}
    )
    eventually(lambda: len(list(knock.users.list_messages("ada"))) == 1)
    (message,) = knock.users.list_messages("ada")
    assert message.data == {"thread": 7}
    (found,) = knock.users.list_schedules("ada")
    assert (found.last_occurrence_at, found.next_occurrence_at) == (made.next_occurrence_at, None)
    (run,) = knock.workflow_recipient_runs.list()
    assert (run.trigger_source.type, run.trigger_source.schedule_id) == ("schedule", made.id)


async def test_secret_keys_only(api: str, keys: Keys, environment: Environment) -> None:
    public = (await keys.create(environment.name, "public")).key
    reply = httpx.get(f"{api}/v1/schedules?workflow=a", headers={"authorization": f"Bearer {public}"})
    assert (reply.status_code, reply.json()["code"]) == (403, "incorrect_token_type")
