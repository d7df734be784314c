"""From a trigger to what people get (knock.md §1.7, §3.2, §3.12)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import knockapi
import msgspec
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from addressee.dialects.knock.routes.workflows import TRIGGER_DATA
from tests.conftest import Environment
from tests.support.waiting import eventually

Outbox = Callable[[], list[Path]]
Pushed = dict[str, UUID]


def messages(knock: Knock, user: str) -> list[Any]:
    return list(knock.users.list_messages(user))


def wait_for_messages(knock: Knock, user: str, count: int) -> list[Any]:
    """Newest first, once there are that many and none is on its way any more."""
    eventually(
        lambda: [message.status == "queued" for message in messages(knock, user)] == [False] * count,
    )
    return messages(knock, user)


async def journal(pool: Pool, environment: Environment) -> list[tuple[str, str | None, str | None]]:
    """What happened in the only recipient's run: event, step and reason."""
    stored = await pool.fetchval(
        "SELECT journal FROM addressee.recipient_runs WHERE environment_id = $1", environment.id
    )
    events = msgspec.json.decode(stored)
    return [(event["event"], event.get("step_ref"), (event.get("data") or {}).get("reason")) for event in events]


def test_people_get_what_the_workflow_says(knock: Knock, pushed: Pushed, outbox: Outbox) -> None:
    knock.users.update("ada", name="Ada", email="ada@example.com", extra_body={"plan": {"tier": "<pro>"}})
    knock.users.update("bob", name="Bob")
    accepted = knock.workflows.trigger(
        "new-comment", recipients=["ada"], actor="bob", data={"thread": 7}, tenant={"id": "acme", "name": "Acme"}
    )
    mail, item = wait_for_messages(knock, "ada", 2)
    assert (mail.channel_id, item.channel_id) == (str(pushed["email"]), str(pushed["in-app"]))
    assert (mail.status, item.status) == ("sent", "delivered")
    assert {message.source.workflow_run_id for message in (mail, item)} == {accepted.workflow_run_id}
    assert {(message.recipient, *message.actors, message.tenant) for message in (mail, item)} == {
        ("ada", "bob", "acme")
    }
    content = knock.messages.get_content(item.id)
    assert [(block.name, block.rendered) for block in content.data.blocks] == [  # type: ignore[union-attr]
        ("body", "<p><strong>Bob</strong> wrote to Ada on 7</p>"),
        ("action_url", "https://app.example/threads/7"),
    ]
    (file,) = outbox()
    sent = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (sent["from"], sent["to"], sent["subject"]) == (
        "Example <hello@example.com>",
        "ada@example.com",
        "Bob wrote to you",
    )
    parts = {part.get_content_type(): part.get_content().strip() for part in sent.walk() if not part.is_multipart()}
    assert parts == {
        "text/plain": "Hello Ada",
        "text/html": "<p>Ada of &lt;pro&gt;, tenant Acme</p>",
    }


async def test_without_an_address_the_step_is_skipped_and_the_rest_goes_on(
    knock: Knock, pushed: Pushed, pool: Pool, environment: Environment, outbox: Outbox
) -> None:
    knock.users.update("ada", name="Ada")
    knock.workflows.trigger("new-comment", recipients=["ada"], data={"thread": 1})
    (message,) = wait_for_messages(knock, "ada", 1)
    assert message.channel_id == str(pushed["in-app"])
    assert outbox() == []
    assert await journal(pool, environment) == [
        ("step_started", "in-app", None),
        ("message_enqueued", "in-app", None),
        ("step_started", "email", None),
        ("step_skipped", "email", "no_email_address"),
        ("run_completed", None, None),
    ]


def test_inline_recipients_are_identified_before_they_are_notified(knock: Knock, pushed: Pushed) -> None:
    knock.users.update("ada", name="Old", email="ada@example.com")
    knock.workflows.trigger(
        "new-comment",
        recipients=[
            {"id": "ada", "name": "New"},
            cast(Any, {"id": "eve", "name": "Eve", TRIGGER_DATA: {"thread": "hers"}}),
        ],
        actor={"id": "bob", "name": "Bob"},
        data={"thread": "common"},
    )
    texts = {
        user: knock.messages.get_content(wait_for_messages(knock, user, count)[-1].id).data.blocks[0].rendered  # type: ignore[union-attr]
        for user, count in (("ada", 2), ("eve", 1))
    }
    assert texts == {
        "ada": "<p><strong>Bob</strong> wrote to New on common</p>",
        "eve": "<p><strong>Bob</strong> wrote to Eve on hers</p>",
    }
    assert {user.id for user in knock.users.list()} == {"ada", "bob", "eve"}


def test_in_the_sandbox_nothing_is_sent(knock: Knock, pushed: Pushed, outbox: Outbox) -> None:
    described: Any = [{"id": "ada", "name": "Ada", "email": "ada@example.com"}]
    knock.workflows.trigger("new-comment", recipients=described, settings={"sandbox_mode": True, "skip_delay": True})
    assert {message.status for message in wait_for_messages(knock, "ada", 2)} == {"not_sent"}
    assert outbox() == []


def test_an_object_can_be_a_recipient(knock: Knock, pushed: Pushed) -> None:
    accepted = knock.workflows.trigger(
        "new-comment", recipients=[{"id": "p1", "collection": "projects", "name": "Apollo"}], data={"thread": 1}
    )
    assert UUID(accepted.workflow_run_id)
    assert list(knock.users.list()) == []


async def test_unknown_and_deleted_recipients_get_nothing_and_others_do(
    knock: Knock, pushed: Pushed, pool: Pool, environment: Environment
) -> None:
    for id in ("ada", "gone"):
        knock.users.update(id, name=id)
    knock.users.delete("gone")
    knock.workflows.trigger("new-comment", recipients=["ada", "gone", "never", "ada"], data={"thread": 1})
    wait_for_messages(knock, "ada", 1)
    runs = await pool.fetch(
        "SELECT recipient_id, status FROM addressee.recipient_runs WHERE environment_id = $1", environment.id
    )
    assert sorted(tuple(run) for run in runs) == [("ada", "completed"), ("gone", "completed"), ("never", "completed")]
    assert await pool.fetchval("SELECT count(*) FROM addressee.messages WHERE environment_id = $1", environment.id) == 1


@pytest.mark.parametrize(
    ("workflow", "given", "status", "code"),
    [
        ("unknown", {"recipients": ["ada"]}, 404, "workflow_missing"),
        ("sleeping", {"recipients": ["ada"]}, 422, "workflow_inactive"),
        ("new-comment", {"recipients": ["ada"], "actor": "nobody"}, 422, "actor_missing"),
        ("new-comment", {"recipients": []}, 422, "invalid_params"),
        ("new-comment", {}, 422, "invalid_params"),
        ("new-comment", {"recipients": [{"id": "x", "timezone": "Mars"}, {"id": "y"}]}, 422, "invalid_params"),
        ("new-comment", {"recipients": [{"id": "x", "collection": "$lists"}]}, 422, "invalid_params"),
        ("new-comment", {"recipients": [{"id": "x"}], "data": {"a": "\0"}}, 422, "invalid_params"),
        ("unknown", {"recipients": [{"id": "x"}]}, 404, "workflow_missing"),
        ("sleeping", {"recipients": [{"id": "x"}], "tenant": "acme"}, 422, "workflow_inactive"),
        ("new-comment", {"recipients": [{"id": "x"}], "actor": "nobody", "tenant": "acme"}, 422, "actor_missing"),
        (
            "new-comment",
            {"recipients": [{"id": "x"}, {"id": "y", "channel_data": {"none": {"tokens": []}}}]},
            422,
            "invalid_params",
        ),
        ("strict", {"recipients": [{"id": "x"}], "data": {"count": "many"}}, 422, "invalid_params"),
    ],
)
def test_what_cannot_be_accepted_changes_nothing(
    http: httpx.Client, pushed: Pushed, workflow: str, given: dict[str, Any], status: int, code: str
) -> None:
    answer = http.post(f"/v1/workflows/{workflow}/trigger", json=given)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert http.get("/v1/users").json()["entries"] == []
    assert http.get("/v1/tenants").json()["entries"] == []


def test_a_recipient_that_would_grow_too_large_is_found_before_its_neighbours_are_written(
    http: httpx.Client, pushed: Pushed
) -> None:
    http.put("/v1/users/ada", json={"notes": "x" * 200_000}).raise_for_status()
    described = [{"id": "bob"}, {"id": "ada", "more": "x" * 100_000}]
    answer = http.post("/v1/workflows/new-comment/trigger", json={"recipients": described})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")
    assert [user["id"] for user in http.get("/v1/users").json()["entries"]] == ["ada"]


def test_an_actor_may_be_one_of_those_who_are_described(http: httpx.Client, pushed: Pushed) -> None:
    given = {"recipients": [{"id": "ada", "name": "Ada"}], "actor": "ada", "data": {"thread": 1}}
    assert http.post("/v1/workflows/new-comment/trigger", json=given).status_code == 200
    assert http.get("/v1/users/ada").json()["name"] == "Ada"


def test_data_that_fails_the_schema_is_told_in_full(http: httpx.Client, pushed: Pushed) -> None:
    answer = http.post("/v1/workflows/strict/trigger", json={"recipients": ["ada"], "data": {"count": "many"}})
    assert [error["field"] for error in answer.json()["errors"]] == ["data.count"]


def test_data_have_at_most_10_megabytes(http: httpx.Client, pushed: Pushed) -> None:
    given = {"recipients": [{"id": "ada"}], "data": {"text": "x" * 9_999_988}}
    assert http.post("/v1/workflows/new-comment/trigger", json=given).status_code == 200
    given["data"] = {"text": "x" * 9_999_990}
    answer = http.post("/v1/workflows/new-comment/trigger", json=given)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data")


def test_1001_recipients_are_refused(knock: Knock, pushed: Pushed) -> None:
    with pytest.raises(knockapi.UnprocessableEntityError):
        knock.workflows.trigger("new-comment", recipients=[f"u{n}" for n in range(1001)])


class TestIdempotency:
    """A key makes a trigger happen once in 24 hours (§1.7)."""

    def trigger(self, http: httpx.Client, key: str, **changes: Any) -> httpx.Response:
        given = {"recipients": [{"id": "ada", "name": "Ada"}], "data": {"thread": 1}, **changes}
        return http.post("/v1/workflows/new-comment/trigger", json=given, headers={"Idempotency-Key": key})

    def test_a_repetition_is_answered_as_the_first_and_starts_nothing(
        self, http: httpx.Client, knock: Knock, pushed: Pushed
    ) -> None:
        first = self.trigger(http, "once")
        knock.users.update("ada", name="Changed since")
        again = self.trigger(http, "once")
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["original-x-request-id"] == first.headers["x-request-id"]
        assert "idempotent-replayed" not in first.headers
        assert knock.users.get("ada").name == "Changed since"
        wait_for_messages(knock, "ada", 1)

    def test_the_same_key_for_something_else_is_refused(self, http: httpx.Client, pushed: Pushed) -> None:
        self.trigger(http, "once")
        answer = self.trigger(http, "once", data={"thread": 2})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_mismatch")

    def test_a_refused_trigger_leaves_the_key_free(self, http: httpx.Client, pushed: Pushed) -> None:
        assert self.trigger(http, "once", actor="nobody").status_code == 422
        assert self.trigger(http, "once").status_code == 200

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_a_key_has_1_to_255_characters(self, http: httpx.Client, pushed: Pushed, key: str) -> None:
        assert self.trigger(http, key).status_code == 422


class TestCancel:
    """Cancelling stops what has not been sent (§3.12)."""

    def test_cancel_is_answered_with_nothing(self, knock: Knock, http: httpx.Client, pushed: Pushed) -> None:
        knock.users.update("ada", name="Ada")
        knock.workflows.trigger("new-comment", recipients=["ada"], cancellation_key="c1", data={"thread": 1})
        for given in ({"cancellation_key": "c1", "recipients": ["ada"]}, {"cancellation_key": "never used"}):
            answer = http.post("/v1/workflows/new-comment/cancel", json=given)
            assert (answer.status_code, answer.content) == (204, b"")

    @pytest.mark.parametrize("given", [{}, {"cancellation_key": ""}, {"cancellation_key": 5}])
    def test_a_key_is_needed(self, http: httpx.Client, given: dict[str, Any]) -> None:
        assert http.post("/v1/workflows/new-comment/cancel", json=given).status_code == 422

    @pytest.mark.parametrize("misspelt", ["recipient", "recipient_ids", "tenant"])
    def test_a_misspelt_limit_is_refused_and_does_not_cancel_for_all(self, http: httpx.Client, misspelt: str) -> None:
        answer = http.post("/v1/workflows/new-comment/cancel", json={"cancellation_key": "c1", misspelt: ["ada"]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, misspelt)


class TestNotify:
    """The earliest SDKs name the workflow in the body (§2.5)."""

    def test_it_triggers(self, knock: Knock, http: httpx.Client, pushed: Pushed) -> None:
        knock.users.update("bob", name="Bob")
        given = {
            "name": "new-comment",
            "actor": "bob",
            "recipients": ["ada", {"id": "ada", "name": "Ada"}],
            "data": {"thread": 7},
            "cancellation_key": "c1",
        }
        accepted = http.post("/v1/notify", json=given, headers={"idempotency-key": "once"})
        assert accepted.status_code == 200
        assert accepted.json().keys() == {"result_id"}
        assert http.post("/v1/notify", json=given, headers={"idempotency-key": "once"}).json() == accepted.json()
        (item,) = wait_for_messages(knock, "ada", 1)
        assert (item.source.workflow_run_id, item.actors, item.data) == (
            accepted.json()["result_id"],
            ["bob"],
            {"thread": 7},
        )

    @pytest.mark.parametrize("left_out", ["name", "actor", "recipients"])
    def test_what_it_needs(self, http: httpx.Client, left_out: str) -> None:
        given = {"name": "new-comment", "actor": {"id": "bob"}, "recipients": [{"id": "ada"}]}
        del given[left_out]
        answer = http.post("/v1/notify", json=given)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, left_out)

    def test_it_can_be_cancelled(self, http: httpx.Client, pushed: Pushed) -> None:
        answer = http.post("/v1/notify/cancel", json={"name": "new-comment", "cancellation_key": "c1"})
        assert (answer.status_code, answer.content) == (204, b"")
        for left_out in ({"name": "new-comment"}, {"cancellation_key": "c1"}):
            assert http.post("/v1/notify/cancel", json=left_out).status_code == 422


class TestChecksOfTriggers:
    def test_attachments_go_with_the_e_mail_and_stay_out_of_the_data(
        self, knock: Knock, pushed: Pushed, outbox: Outbox
    ) -> None:
        knock.users.update("ada", name="Ada", email="ada@example.com")
        bill = {"name": "bill.pdf", "content_type": "application/pdf", "content": "JVBERi0xLjQK"}
        knock.workflows.trigger("bill", recipients=["ada"], data={"number": 7, "attachments": [bill]})
        (message,) = wait_for_messages(knock, "ada", 1)
        assert message.data == {"number": 7}
        written = email.message_from_bytes(outbox()[-1].read_bytes(), policy=email.policy.default)
        assert [(part.get_filename(), part.get_content()) for part in written.iter_attachments()] == [
            ("bill.pdf", b"%PDF-1.4\n")
        ]

    def test_attachments_that_are_no_files_are_refused(self, http: httpx.Client, pushed: Pushed) -> None:
        wrong = {"name": "bill.pdf", "content_type": "application/pdf", "content": "?"}
        answer = http.post("/v1/workflows/bill/trigger", json={"recipients": ["ada"], "data": {"attachments": [wrong]}})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")
        assert [error["field"] for error in answer.json()["errors"]] == ["data.attachments[0].content"]

    def test_runs_over_a_limit_say_why_they_ended(self, knock: Knock, http: httpx.Client, pushed: Pushed) -> None:
        knock.users.update("ada", name="Ada", email="ada@example.com")

        def reason(number: int) -> list[str]:
            accepted = knock.workflows.trigger("bill", recipients=["ada"], data={"number": number})
            query: dict[str, str | int] = {"workflow": "bill", "page_size": 50}

            def runs() -> list[dict[str, Any]]:
                found = http.get("/v1/workflow_recipient_runs", params=query).json()["items"]
                return [run for run in found if run["workflow_run_id"] == accepted.workflow_run_id]

            eventually(lambda: [run["status"] for run in runs()] == ["completed"])
            events = http.get(f"/v1/workflow_recipient_runs/{runs()[0]['id']}").json()["events"]
            return [event["data"]["reason"] for event in events if event["event"] == "run_stopped"]

        assert [reason(1), reason(1), reason(2)] == [[], ["throttled"], ["ratelimit"]]
