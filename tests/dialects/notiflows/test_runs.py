"""Running a notiflow (notiflows.md §3.2, B1; §5.2, §5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import notiflows as sdk
import pytest
from notiflows import AsyncNotiflows, Notiflows
from notiflows.types import Notification

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.directory import Directory
from addressee.messaging.recipients.identifiers import workflow_id
from tests.conftest import Environment
from tests.dialects.notiflows.conftest import details
from tests.dialects.notiflows.ran import finished, run

PATH = "/admin/v1/notiflows/quiet/run"

pytestmark = pytest.mark.usefixtures("pushed")


def refused(answer: httpx.Response) -> list[tuple[str, str]]:
    """The fields that are wrong, and why."""
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_failed"
    return [(field["field"], field["reason"]) for field in answer.json()["error"]["details"]["fields"]]


def run_id(answer: httpx.Response) -> str:
    assert answer.status_code == 202
    body = answer.json()
    assert list(body) == ["notiflow_run_id"]
    return str(UUID(body["notiflow_run_id"]))


def told(notifications: Iterable[Notification]) -> list[str]:
    return sorted(each.recipient.external_id for each in notifications)


def ran(notiflows: Notiflows, answer: httpx.Response, *ids: str) -> list[Notification]:
    """The notifications of a run, once these and no others were told."""
    found = finished(notiflows, run_id(answer), len(ids))
    assert told(found) == sorted(ids)
    return found


def users(notiflows: Notiflows) -> list[str]:
    return sorted(user.external_id for user in notiflows.users.list())


class TestRecipients:
    def test_who_is_not_known_is_created(self, notiflows: Notiflows) -> None:
        notiflows.users.upsert("bob", first_name="Bob", email="bob@example.com", custom_fields={"a": {"b": 1, "c": 2}})
        started = notiflows.notiflows.run(
            "order-updates",
            recipients=[
                {"external_id": "ada", "first_name": "Ada", "email": "ada@example.com", "phone": "+442071838750"},
                {"external_id": "bob", "last_name": "Brown", "custom_fields": {"a": {"b": None, "d": 3}}},
            ],
            actor={"external_id": "cid", "first_name": "Cid"},
            data={"order": 7},
        )
        found = finished(notiflows, started.notiflow_run_id, 2)
        ada, bob = notiflows.users.retrieve("ada"), notiflows.users.retrieve("bob")
        assert (ada.first_name, ada.email, ada.phone) == ("Ada", "ada@example.com", "+442071838750")
        assert (bob.first_name, bob.last_name, bob.email) == ("Bob", "Brown", "bob@example.com")
        assert bob.custom_fields == {"a": {"c": 2, "d": 3}}
        assert {each.recipient.id for each in found} == {ada.id, bob.id}
        assert {each.actor.external_id for each in found if each.actor} == {"cid"}
        assert [each.data for each in found] == [{"order": 7}] * 2
        email = next(each for each in notiflows.users.deliveries.list("ada") if each.channel_type == "email")
        assert "Order 7 from Cid" in str(email.data)

    def test_a_text_is_an_id(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        answer = rest.post(PATH, json={"recipients": ["ada", {"external_id": "bob"}], "actor": "cid"})
        found = ran(notiflows, answer, "ada", "bob")
        assert [each.actor and each.actor.external_id for each in found] == ["cid", "cid"]
        assert users(notiflows) == ["ada", "bob", "cid"]

    def test_who_is_named_twice_is_told_once_and_the_last_word_counts(
        self, notiflows: Notiflows, rest: httpx.Client
    ) -> None:
        recipients = [
            {"external_id": "ada", "first_name": "A", "last_name": "L"},
            "ada",
            {"external_id": "ada", "first_name": "Ada", "custom_fields": {"a": 1}},
        ]
        actor = {"external_id": "ada", "custom_fields": {"b": 2}}
        ran(notiflows, rest.post(PATH, json={"recipients": recipients, "actor": actor}), "ada")
        ada = notiflows.users.retrieve("ada")
        assert (ada.first_name, ada.last_name, ada.custom_fields) == ("Ada", "L", {"a": 1, "b": 2})

    def test_null_takes_away_and_what_is_not_said_stays(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        notiflows.users.upsert("ada", first_name="Ada", last_name="Lovelace", custom_fields={"a": 1})
        recipient = {"external_id": "ada", "last_name": None, "custom_fields": {"a": None}}
        ran(notiflows, rest.post(PATH, json={"recipients": [recipient]}), "ada")
        ada = notiflows.users.retrieve("ada")
        assert (ada.first_name, ada.last_name, ada.custom_fields) == ("Ada", None, {})

    def test_a_thousand(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        ids = [f"user-{number:04}" for number in range(1001)]
        assert refused(rest.post(PATH, json={"recipients": ids})) == [("recipients", "too_long")]
        assert users(notiflows) == []
        run_id(rest.post(PATH, json={"recipients": ids[:1000]}))
        assert users(notiflows) == ids[:1000]

    def test_older_paths(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        for prefix in ("/admin", "/api/admin/v1"):
            answer = rest.post(f"{prefix}/notiflows/quiet/run", json={"recipients": ["ada"]})
            ran(notiflows, answer, "ada")


class TestDeleted:
    """Only an explicit PUT brings an id back."""

    def test_who_was_deleted_is_left_out(
        self, notiflows: Notiflows, rest: httpx.Client, pool: Pool, environment: Environment
    ) -> None:
        run(notiflows, "quiet", "ada")
        notiflows.users.delete("ada")
        recipients = [{"external_id": "ada", "first_name": "Ada"}, "bob"]
        answer = rest.post(PATH, json={"recipients": recipients}, headers={"x-request-id": "request-7"})
        ran(notiflows, answer, "bob")
        assert users(notiflows) == ["bob"]
        with pytest.raises(sdk.NotFoundError):
            notiflows.users.retrieve("ada")

    async def test_it_is_noted(
        self, notiflows: Notiflows, rest: httpx.Client, pool: Pool, environment: Environment
    ) -> None:
        notiflows.users.upsert("ada")
        notiflows.users.delete("ada")
        request = {"x-request-id": "request-7"}
        run_id(rest.post(PATH, json={"recipients": ["ada", "bob"], "actor": "ada"}, headers=request))
        notices = await Directory(pool).notices.list(environment.id, PageRequest(10))
        (notice,) = notices.entries
        assert (notice.place.id, notice.request_id) == ("ada", "request-7")
        assert notice.messages == (
            "It was deleted, so it is left out; identify it by a call of its own to use it again.",
        )

    def test_an_actor_who_was_deleted_is_none(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        notiflows.users.upsert("cid")
        notiflows.users.delete("cid")
        answer = rest.post(PATH, json={"recipients": ["ada"], "actor": {"external_id": "cid", "first_name": "Cid"}})
        (notification,) = ran(notiflows, answer, "ada")
        assert notification.actor is None
        assert users(notiflows) == ["ada"]

    def test_when_all_were_deleted_the_run_tells_nobody(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        notiflows.users.upsert("ada")
        notiflows.users.delete("ada")
        nobodys = run_id(rest.post(PATH, json={"recipients": ["ada"]}))
        run(notiflows, "quiet", "bob")
        assert list(notiflows.notifications.list(extra_query={"notiflow_run_id": nobodys})) == []

    def test_who_was_created_again_is_told(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        before = notiflows.users.upsert("ada")
        notiflows.users.delete("ada")
        after = notiflows.users.upsert("ada")
        (notification,) = ran(notiflows, rest.post(PATH, json={"recipients": ["ada"]}), "ada")
        assert notification.recipient.id == after.id != before.id


class TestTopics:
    @pytest.fixture(autouse=True)
    def subscribed(self, notiflows: Notiflows) -> None:
        for id in ("ada", "bob"):
            notiflows.users.upsert(id)
            notiflows.users.subscriptions.subscribe(id, topic_name="news")

    def test_its_subscribers_are_told_and_the_actor_too(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        answer = rest.post(PATH, json={"topic": "news", "actor": {"external_id": "ada", "first_name": "Ada"}})
        found = ran(notiflows, answer, "ada", "bob")
        assert {each.topic for each in found} == {"news"}
        assert [each.actor and each.actor.first_name for each in found] == ["Ada", "Ada"]

    @pytest.mark.parametrize("topic", ["empty", "unknown"])
    def test_without_subscribers_it_tells_nobody(self, notiflows: Notiflows, topic: str) -> None:
        notiflows.users.subscriptions.subscribe("ada", topic_name="empty")
        notiflows.users.subscriptions.unsubscribe("empty", user_external_id="ada")
        started = notiflows.notiflows.run("quiet", topic=topic)
        run(notiflows, "quiet", "bob")
        found = notiflows.notifications.list(extra_query={"notiflow_run_id": started.notiflow_run_id})
        assert list(found) == []
        assert [each.name for each in notiflows.topics.list()] == ["empty", "news"]

    def test_who_was_deleted_is_not_told(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        notiflows.users.delete("ada")
        ran(notiflows, rest.post(PATH, json={"topic": "news"}), "bob")
        notiflows.users.upsert("ada")
        ran(notiflows, rest.post(PATH, json={"topic": "news"}), "bob")

    def test_what_is_no_name(self, rest: httpx.Client) -> None:
        assert refused(rest.post(PATH, json={"topic": "a b"})) == [("topic", "invalid_format")]


class TestHandles:
    async def test_the_id_of_a_notiflow_does_too(
        self, notiflows: Notiflows, rest: httpx.Client, pool: Pool, environment: Environment
    ) -> None:
        uid = (await Environments(pool).named(environment.name)).uid
        id = str(workflow_id(uid, "quiet"))
        for spelled in (id, id.upper()):
            answer = rest.post(f"/admin/v1/notiflows/{spelled}/run", json={"recipients": ["ada"]})
            (notification,) = ran(notiflows, answer, "ada")
            assert (notification.notiflow_id, notification.notiflow_handle) == (id, "quiet")

    @pytest.mark.parametrize(
        "handle", ["unknown", "385de753-4157-421c-9f8f-51bf90149b05", "not a handle", "nf_welcome_email"]
    )
    def test_one_that_is_not_there(self, notiflows: Notiflows, handle: str) -> None:
        with pytest.raises(sdk.NotFoundError) as error:
            notiflows.notiflows.run(handle, recipients=[{"external_id": "ada"}])
        assert details(error.value) == {"resource": "notiflow", "id": handle}
        with pytest.raises(sdk.NotFoundError):
            notiflows.notiflows.run(handle, topic="news")
        assert users(notiflows) == []

    def test_one_that_is_switched_off(self, notiflows: Notiflows) -> None:
        for whom in ({"recipients": [{"external_id": "ada"}]}, {"topic": "news"}):
            with pytest.raises(sdk.ConflictError) as error:
                notiflows.notiflows.run("switched-off", **whom)
            assert error.value.response.headers["x-should-retry"] == "false"
            assert details(error.value) == {"current_status": "inactive", "allowed_statuses": ["active"]}
        assert users(notiflows) == []

    def test_data_that_it_does_not_take(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        path = "/admin/v1/notiflows/strict/run"
        for whom in ({"recipients": ["ada"]}, {"topic": "news"}):
            assert refused(rest.post(path, json={**whom, "data": {"order": "seven"}})) == [
                ("data.order", "invalid_format")
            ]
        assert users(notiflows) == []
        ran(notiflows, rest.post(path, json={"recipients": ["ada"], "data": {"order": 7}}), "ada")

    def test_one_user_who_would_grow_too_large(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        """The others are not stored either."""
        described = {"external_id": "ada", "custom_fields": {"notes": "x" * 40_000}}
        ran(notiflows, rest.post(PATH, json={"recipients": [described]}), "ada")
        more = {"external_id": "ada", "custom_fields": {"more": "x" * 40_000}}
        body = {"recipients": ["bob", more], "actor": "eve"}
        assert rest.post(PATH, json=body).status_code == 422
        assert users(notiflows) == ["ada"]


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, [("recipients", "required")]),
            ({"recipients": None, "topic": None}, [("recipients", "required")]),
            ({"recipients": ["ada"], "topic": "news"}, [("topic", "mutually_exclusive")]),
            ({"recipients": []}, [("recipients", "required")]),
            ({"recipients": "ada"}, [("recipients", "invalid_type")]),
            ({"recipients": ["ada"], "actor": 1.5}, [("actor", "invalid_type")]),
            ({"recipients": ["ada"], "data": []}, [("data", "invalid_type")]),
            ({"recipients": ["ada"], "data": {"a": "\0"}}, [("data.a", "invalid_format")]),
            ({"recipients": ["ada", ""]}, [("recipients.1", "required")]),
            ({"recipients": ["ada", None]}, [("recipients.1", "required")]),
            ({"recipients": ["ada", "x" * 256]}, [("recipients.1", "too_long")]),
            ({"recipients": ["ada", {"external_id": 7.5}]}, [("recipients.1.external_id", "invalid_type")]),
            ({"recipients": ["ada", {}]}, [("recipients.1.external_id", "required")]),
            ({"recipients": ["ada", {"external_id": " "}]}, [("recipients.1.external_id", "invalid_format")]),
            ({"recipients": ["ada"], "actor": {"external_id": None}}, [("actor.external_id", "required")]),
            (
                {"recipients": ["ada", {"external_id": "bob", "email": "no address", "phone": "12"}]},
                [("recipients.1.email", "invalid_format"), ("recipients.1.phone", "invalid_format")],
            ),
            (
                {"recipients": ["ada", {"external_id": "bob", "custom_fields": []}]},
                [("recipients.1.custom_fields", "invalid_type")],
            ),
            (
                {"recipients": ["ada"], "actor": {"external_id": "bob", "timezone": "Mars/Olympus"}},
                [("actor.timezone", "invalid_format")],
            ),
        ],
    )
    def test_that_are_not_taken(
        self, notiflows: Notiflows, rest: httpx.Client, body: Any, fields: list[tuple[str, str]]
    ) -> None:
        """Nothing happens then."""
        assert refused(rest.post(PATH, json=body)) == fields
        assert users(notiflows) == []
        assert list(notiflows.notifications.list()) == []

    def test_nothing_to_say_is_null_or_absent(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        body = {"recipients": ["ada"], "topic": None, "actor": None, "data": None}
        (notification,) = ran(notiflows, rest.post(PATH, json=body), "ada")
        assert (notification.actor, notification.data) == (None, {})

    def test_of_more_than_a_mebibyte(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        def body(size: int) -> bytes:
            start, end = b'{"recipients": ["ada"], "data": {"a": "', b'"}}'
            return start + b"x" * (size - len(start) - len(end)) + end

        headers = {"content-type": "application/json"}
        too_large = rest.post(PATH, content=body(1_048_577), headers=headers)
        assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "payload_too_large")
        assert users(notiflows) == []
        run_id(rest.post(PATH, content=body(1_048_576), headers=headers))


class TestRepetitions:
    def test_under_a_key_it_is_run_once(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        key, body = {"idempotency-key": "once"}, {"recipients": ["ada"]}
        first = rest.post(PATH, json=body, headers=key)
        again = rest.post(PATH, json=body, headers=key)
        assert run_id(again) == run_id(first)
        assert again.headers["idempotent-replayed"] == "true"
        other = rest.post(PATH, json={"recipients": ["bob"]}, headers=key)
        assert (other.status_code, other.headers["x-should-retry"]) == (409, "false")
        assert other.json()["error"]["details"] == {"reason": "key_reused", "idempotency_key": "once"}
        ran(notiflows, first, "ada")
        run(notiflows, "quiet", "cid")
        assert len(list(notiflows.notifications.list())) == 2

    def test_many_at_once_under_a_key_are_one(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        key = {"idempotency-key": "once"}
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: rest.post(PATH, json={"recipients": ["ada"]}, headers=key), range(16)))
        assert len({run_id(answer) for answer in answers}) == 1
        ran(notiflows, answers[0], "ada")

    def test_without_a_key_each_is_a_run(self, notiflows: Notiflows, rest: httpx.Client) -> None:
        answers = [rest.post(PATH, json={"recipients": ["ada"]}) for _ in range(2)]
        assert len({run_id(answer) for answer in answers}) == 2


async def test_asynchronously(asynchronous: AsyncNotiflows, notiflows: Notiflows) -> None:
    started = await asynchronous.notiflows.run("quiet", recipients=[{"external_id": "ada"}], data={"n": 1})
    assert told(finished(notiflows, started.notiflow_run_id, 1)) == ["ada"]
    await asynchronous.users.subscriptions.subscribe("ada", topic_name="news")
    started = await asynchronous.notiflows.run("quiet", topic="news")
    assert told(finished(notiflows, started.notiflow_run_id, 1)) == ["ada"]


async def test_keys_of_a_user_that_do_not_exist_are_noted(
    rest: httpx.Client, pool: Pool, environment: Environment, pushed: object
) -> None:
    run_id(rest.post(PATH, json={"recipients": [{"external_id": "ada", "name": "Ada", "plan": "pro"}]}))
    (notice,) = (await Directory(pool).notices.list(environment.id, PageRequest(10))).entries
    assert notice.messages == ("plan is no key of a user, and was not stored; put it into custom_fields.",)


def test_what_a_throttle_drops_is_processed_without_deliveries(notiflows: Notiflows) -> None:
    (first,) = run(notiflows, "once", "ada")
    (second,) = run(notiflows, "once", "ada")
    assert [(each.status, len(each.deliveries or [])) for each in (first, second)] == [
        ("processed", 1),
        ("processed", 0),
    ]
