"""Triggers of workflows, through the official SDK and without it (suprsend.md §2.4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from suprsend import Suprsend, Workflow, WorkflowTriggerRequest

from addressee.database.pool import Pool
from addressee.dialects.suprsend.wire.delays import parse_delay, parse_time, start_delay
from addressee.directory.access.keys import CreatedKey
from tests.conftest import Environment
from tests.dialects.suprsend.model import own
from tests.support.waiting import eventually

Outbox = Callable[[], list[Path]]

HELLO = "trigger-hello"


def runs(native: httpx.Client, **filter: Any) -> list[dict[str, Any]]:
    """Recipients' runs, oldest first."""
    found: list[dict[str, Any]] = native.get("/v1/workflow_recipient_runs", params=filter).json()["items"]
    return found[::-1]


def ended(native: httpx.Client, count: int) -> list[dict[str, Any]]:
    """All recipients' runs, once there are that many and all are over."""
    eventually(lambda: [run["status"] for run in runs(native)] == ["completed"] * count)
    return runs(native)


def messages(native: httpx.Client) -> list[dict[str, Any]]:
    """Oldest first."""
    found: list[dict[str, Any]] = native.get("/v1/messages", params={"page_size": 50}).json()["items"]
    return found[::-1]


def channels(native: httpx.Client) -> list[tuple[Any, str]]:
    return sorted((str(message["recipient"]), message["channel"]["key"]) for message in messages(native))


def said(native: httpx.Client, message: dict[str, Any]) -> str:
    content = native.get(f"/v1/messages/{message['id']}/content").json()["data"]
    text: str = content["blocks"][0]["rendered"] if "blocks" in content else content["text_body"]
    return text


async def accepted_runs(pool: Pool, environment: Environment) -> list[dict[str, Any]]:
    """The stored triggers, oldest first."""
    rows = await pool.fetch(
        """
        SELECT runs.id::text, runs.workflow, runs.tenant, runs.source, runs.terms, runs.data,
               jobs.due_at - jobs.inserted_at AS delay
        FROM addressee.workflow_runs AS runs
        LEFT JOIN addressee.jobs AS jobs
          ON jobs.name IN ('start', 'begin')
         AND convert_from(jobs.arguments, 'UTF8')::jsonb ->> 'run_id' = runs.id::text
        WHERE runs.environment_id = $1
        ORDER BY runs.id
        """,
        environment.id,
    )
    return [
        {name: json.loads(value) if isinstance(value, bytes) else value for name, value in row.items()} for row in rows
    ]


def request(*recipients: Any, workflow: str = HELLO, **rest: Any) -> dict[str, Any]:
    return {"workflow": workflow, "recipients": list(recipients), "data": {"what": "news"}, **rest}


def trigger(client: Suprsend, body: dict[str, Any], **rest: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.workflows.trigger(WorkflowTriggerRequest(body, **rest))
    return answer


class TestOne:
    def test_a_user_gets_what_the_workflow_says(
        self, suprsend: Suprsend, native: httpx.Client, pushed: object, outbox: Outbox
    ) -> None:
        suprsend.users.upsert("ada", {"name": "Ada", "$email": "ada@example.com"})
        suprsend.users.upsert("bob", {"name": "Bob"})
        answer = trigger(suprsend, request("ada", actor="bob", metadata={"source": "cron"}))
        (run,) = ended(native, 1)
        assert answer == {
            "success": True,
            "status": "success",
            "status_code": 202,
            "message": run["workflow_run_id"],
            "raw_response": {"status": "success", "message_id": run["workflow_run_id"]},
        }
        feed, mail = messages(native)
        assert said(native, feed) == "<p>Ada, Bob, news, cron</p>"
        assert mail["recipient_snapshot"] == {"email": "ada@example.com"}
        eventually(lambda: len(outbox()) == 1)

    def test_an_api_key_does_as_well(self, bearer: Suprsend, native: httpx.Client, pushed: object) -> None:
        bearer.users.upsert("ada", {"name": "Ada"})
        assert trigger(bearer, request("ada"))["status_code"] == 202
        ended(native, 1)

    def test_who_is_described_is_written_first(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        suprsend.users.upsert("ada", {"name": "Ada", "$email": "ada@example.com"})
        described = {
            "distinct_id": "ada",
            "company": "Acme",
            "$email": ["ada@acme.example"],
            "$androidpush": [{"token": "t", "provider": "fcm", "device_id": "d"}],
            "$sms": "+15555550123",
            "$timezone": "Europe/Paris",
        }
        trigger(suprsend, request(described, {"distinct_id": "new", "name": "New"}))
        ended(native, 2)
        ada = suprsend.users.get("ada")
        assert own(ada) == {"company": "Acme", "name": "Ada", "$timezone": "Europe/Paris"}
        assert [each["value"] for each in ada["$email"]] == ["ada@example.com", "ada@acme.example"]
        assert (ada["$sms"][0]["value"], ada["$androidpush"][0]["id_provider"]) == ("+15555550123", "fcm")
        assert own(suprsend.users.get("new")) == {"name": "New"}

    def test_objects_tell_their_subscribers(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        suprsend.objects.upsert("team", "t", {"name": "Team"})
        suprsend.objects.create_subscriptions("team", "t", {"recipients": ["ada"]})
        trigger(suprsend, request({"object_type": "team", "id": "t", "size": 2}))
        ended(native, 2)
        assert suprsend.objects.get("team", "t")["properties"] == {"name": "Team", "size": 2}

    def test_channels_limit_a_recipient(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        ada = {"distinct_id": "ada", "$channels": ["inbox", "sms"], "$email": "ada@example.com"}
        bob = {"distinct_id": "bob", "$channels": ["email"], "$email": "bob@example.com"}
        cid = {"distinct_id": "cid", "$channels": [], "$email": "cid@example.com"}
        dan = {"distinct_id": "dan", "$channels": ["messenger"], "$email": "dan@example.com"}
        trigger(suprsend, request(ada, bob, cid, dan))
        ended(native, 4)
        assert channels(native) == [("ada", "in-app"), ("bob", "email"), ("cid", "email"), ("cid", "in-app")]
        assert "$channels" not in suprsend.users.get("ada")["properties"]

    def test_transient_recipients_are_never_stored(
        self, suprsend: Suprsend, native: httpx.Client, pushed: object, outbox: Outbox
    ) -> None:
        zoe = {"is_transient": True, "$email": "zoe@example.com", "name": "Zoë", "company": "Acme"}
        trigger(suprsend, request(zoe))
        ended(native, 1)
        (message,) = messages(native)
        assert message["recipient"]["collection"] == "$transient"
        assert said(native, message) == "Zoë of Acme"
        eventually(lambda: len(outbox()) == 1)
        assert "To: zoe@example.com" in outbox()[0].read_text()
        assert suprsend.users.list()["meta"]["count"] == 0

    def test_an_actor_may_be_described_for_the_run_only(
        self, suprsend: Suprsend, native: httpx.Client, pushed: object
    ) -> None:
        suprsend.users.upsert("ada", {"name": "Ada"})
        trigger(suprsend, request("ada", actor={"is_transient": True, "name": "The Robot"}))
        ended(native, 1)
        (message,) = messages(native)
        assert said(native, message) == "<p>Ada, The Robot, news,</p>"
        assert message["actors"] == []

    def test_an_actor_may_be_described_and_stored(
        self, suprsend: Suprsend, native: httpx.Client, pushed: object
    ) -> None:
        suprsend.users.upsert("ada", {"name": "Ada"})
        trigger(suprsend, request("ada", actor={"distinct_id": "bob", "name": "Bob"}))
        ended(native, 1)
        (message,) = messages(native)
        assert (said(native, message), message["actors"]) == ("<p>Ada, Bob, news,</p>", ["bob"])

    def test_nobody_is_told_who_is_not_known(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        assert trigger(suprsend, request("nobody"))["status_code"] == 202
        (run,) = ended(native, 1)
        events = native.get(f"/v1/workflow_recipient_runs/{run['id']}").json()["events"]
        assert events[0]["data"] == {"reason": "recipient_missing"}

    async def test_tenant_data_and_attachments(
        self, suprsend: Suprsend, pool: Pool, environment: Environment, pushed: object, tmp_path: Path
    ) -> None:
        (tmp_path / "a.txt").write_text("hello")
        wanted = WorkflowTriggerRequest(request("ada"), tenant_id="Acme", cancellation_key="c")
        wanted.add_attachment(str(tmp_path / "a.txt"))
        assert suprsend.workflows.trigger(wanted)["status_code"] == 202
        (run,) = await accepted_runs(pool, environment)
        assert (run["tenant"], run["source"]["type"]) == ("acme", "api")
        assert run["data"] == {"what": "news"}
        (content,) = await pool.fetch("SELECT content FROM addressee.attachments WHERE run_id = $1", UUID(run["id"]))
        assert content["content"] == b"hello"

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            (request("ada", workflow="nope"), 404, "There is no workflow 'nope' in this environment"),
            (request("ada", workflow="trigger-off"), 400, "'trigger-off' is switched off"),
            (request("ada", workflow="trigger-strict"), 400, "does not fit the workflow's schema"),
            (request("ada", actor="nobody"), 400, "The actor 'nobody' is not known"),
            (request(), 400, "recipients must be a list of 1 to 1,000."),
            (request(*["ada"] * 1001), 400, "recipients must be a list of 1 to 1,000."),
            (request(7.5), 400, "recipients[0]"),
            (request({"name": "x"}), 400, "recipients[0] must be a distinct_id"),
            (request("."), 400, "recipients[0] must not be '.'"),
            (request({"distinct_id": "ada", "$channels": ["fax"]}), 400, "recipients[0].$channels must be a list of"),
            (request("ada", tenant_id="no spaces"), 400, "tenant_id"),
            (request("ada", cancellation_key="x" * 256), 400, "cancellation_key"),
            (request("ada", **{"$idempotency_key": "x" * 256}), 400, "$idempotency_key"),
            ({"recipients": ["ada"], "data": {}}, 400, "workflow"),
            ({"workflow": HELLO, "data": {}}, 400, "recipients"),
            (request("ada") | {"data": []}, 400, "data"),
            (request("ada") | {"data": {"a": "\0"}}, 400, "data.a contains a NUL character"),
            (request("ada", env="another-workspace-key"), 400, "env names another workspace"),
            (request("ada") | {"data": {"a": "x" * 819_200}}, 413, "at most 819,200 bytes"),
            ("ada", 400, "The body must be a JSON object."),
        ],
    )
    def test_errors_are_json_that_sdks_can_read(
        self, rest: httpx.Client, native: httpx.Client, pushed: object, body: Any, status: int, message: str
    ) -> None:
        answer = rest.post("/trigger/", json=body)
        said = answer.json()
        assert (answer.status_code, said["code"], said["status"]) == (status, status, "error")
        assert message in said["message"]
        assert said["error"]["message"] == said["message"]
        assert runs(native) == []

    def test_a_refused_trigger_writes_nobody(self, rest: httpx.Client, suprsend: Suprsend, pushed: object) -> None:
        for body in (
            request({"distinct_id": "ada"}, workflow="nope"),
            request({"distinct_id": "ada"}, "."),
            request({"distinct_id": "ada"}, actor="nobody"),
        ):
            assert rest.post("/trigger/", json=body).status_code in {400, 404, 422}
        assert suprsend.users.list()["meta"]["count"] == 0

    def test_the_sdk_tells_of_errors(self, suprsend: Suprsend, pushed: object) -> None:
        answer = trigger(suprsend, request("ada", workflow="nope"))
        assert (answer["success"], answer["status_code"]) == (False, 404)
        assert answer["message"].startswith("There is no workflow 'nope'")


class TestMany:
    def test_each_has_its_outcome(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        bulk = suprsend.workflows.bulk_trigger_instance()
        for workflow in (HELLO, "nope", "trigger-strict", HELLO):
            bulk.append(WorkflowTriggerRequest(request("ada", workflow=workflow)))
        response = bulk.trigger()
        assert (response.status, response.total, response.success, response.failure) == ("partial", 4, 2, 2)
        assert [(record["code"], record["record"]["workflow"]) for record in response.failed_records] == [
            (404, "nope"),
            (400, "trigger-strict"),
        ]
        ended(native, 2)

    def test_the_answer_keeps_the_order(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        answer = rest.post("/trigger/", json=[request("ada"), request("ada", workflow="nope"), 7, request("bob")])
        assert answer.status_code == 207
        first, unknown, number, last = answer.json()["records"]
        assert answer.json()["status"] == "success"
        ids = {run["recipient"]: run["workflow_run_id"] for run in ended(native, 2)}
        assert first == {"status": "success", "status_code": 202, "message_id": ids["ada"]}
        assert last["message_id"] == ids["bob"]
        assert (unknown["status"], unknown["status_code"], unknown["error"]["type"]) == ("error", 404, "not_found")
        assert (number["status_code"], number["error"]["message"]) == (400, "A record must be a JSON object.")

    def test_a_hundred_and_one_are_two_calls(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        bulk = suprsend.workflows.bulk_trigger_instance()
        bulk.append(*[WorkflowTriggerRequest(request(f"u{n}")) for n in range(101)])
        response = bulk.trigger()
        assert (response.status, response.total, response.success) == ("success", 101, 101)
        assert len(bulk.chunks) == 2

    @pytest.mark.parametrize("count", [0, 101])
    def test_how_many_there_may_be(self, rest: httpx.Client, count: int) -> None:
        answer = rest.post("/trigger/", json=[request("ada")] * count)
        assert (answer.status_code, answer.json()["message"]) == (400, "Post 1 to 100 records at once.")

    def test_those_who_are_described_in_what_is_refused_are_not_written(
        self, rest: httpx.Client, suprsend: Suprsend, pushed: object
    ) -> None:
        described = [
            request({"distinct_id": "a"}),
            request({"distinct_id": "b"}, workflow="nope"),
            request({"distinct_id": "c"}, actor="nobody"),
            request({"distinct_id": "f"}, actor="a"),
        ]
        answer = rest.post("/trigger/", json=described)
        outcomes = [record["status"] for record in answer.json()["records"]]
        assert outcomes == ["success", "error", "error", "success"]
        assert sorted(user["distinct_id"] for user in suprsend.users.list()["results"]) == ["a", "f"]


class TestRepetition:
    def test_a_key_counts_once_a_day(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        first = trigger(suprsend, request("ada"), idempotency_key="k")
        assert trigger(suprsend, request("ada"), idempotency_key=" k ") == first
        assert trigger(suprsend, request("bob", workflow="nope"), idempotency_key="k") == first
        assert trigger(suprsend, request("ada"), idempotency_key="other") != first
        ended(native, 2)

    def test_what_is_repeated_writes_nobody(self, suprsend: Suprsend, pushed: object) -> None:
        trigger(suprsend, request({"distinct_id": "ada", "plan": "pro"}), idempotency_key="k")
        suprsend.users.edit("ada", {"operations": [{"$set": {"plan": "free"}}]})
        trigger(suprsend, request({"distinct_id": "ada", "plan": "pro"}), idempotency_key="k")
        assert own(suprsend.users.get("ada")) == {"plan": "free"}

    def test_a_refused_trigger_uses_up_no_key(self, suprsend: Suprsend, pushed: object) -> None:
        assert trigger(suprsend, request("ada", workflow="nope"), idempotency_key="k")["status_code"] == 404
        assert trigger(suprsend, request("ada"), idempotency_key="k")["status_code"] == 202

    def test_at_the_same_time_too(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        def ask(number: int) -> str:
            answer = trigger(suprsend, request({"distinct_id": "ada", "n": number}), idempotency_key="k")
            assert answer["success"]
            message: str = answer["message"]
            return message

        with ThreadPoolExecutor(12) as threads:
            ids = set(threads.map(ask, range(24)))
        (run,) = ended(native, 1)
        assert ids == {run["workflow_run_id"]}

    def test_the_header_repeats_the_whole_request(
        self, rest: httpx.Client, native: httpx.Client, pushed: object
    ) -> None:
        headers = {"idempotency-key": "h"}
        for body in (request("ada"), [request("ada"), request("x", workflow="nope")]):
            headers = {"idempotency-key": str(len(body))}
            first, again = (rest.post("/trigger/", json=body, headers=headers) for _ in range(2))
            assert (again.status_code, again.json()) == (first.status_code, first.json())
            assert again.headers["idempotent-replayed"] == "true"
            assert rest.post("/trigger/", json=request("b"), headers=headers).status_code == 409
        ended(native, 2)


def legacy(*users: Any, **rest: Any) -> dict[str, Any]:
    return {
        "name": "a name",
        "template": HELLO,
        "notification_category": "transactional",
        "users": list(users),
        "data": {"what": "news"},
        **rest,
    }


class TestLegacy:
    def test_one(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        user = {"distinct_id": "ada", "$email": ["ada@example.com"], "$androidpush": "token", "$channels": ["email"]}
        wanted = Workflow(legacy(user, delivery={"smart": False, "success": "seen"}))
        assert suprsend.trigger_workflow(wanted) == {
            "success": True,
            "status": "success",
            "status_code": 202,
            "message": "OK",
        }
        ended(native, 1)
        (message,) = messages(native)
        assert (message["workflow"], message["source"]["categories"]) == (HELLO, ["transactional"])
        assert suprsend.users.get("ada")["$androidpush"][0]["value"].endswith("oken")

    def test_an_api_key_names_its_workspace_otherwise(
        self, bearer: Suprsend, native: httpx.Client, pushed: object
    ) -> None:
        assert bearer.trigger_workflow(legacy({"distinct_id": "ada"}))["message"] == "OK"
        ended(native, 1)

    def test_many(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        bulk = suprsend.bulk_workflows.new_instance()
        bulk.append(*[Workflow(legacy({"distinct_id": f"u{n}"})) for n in range(3)])
        response = bulk.trigger()
        assert (response.status, response.success) == ("success", 3)
        ended(native, 3)

    async def test_the_workflow_is_named_by_its_template_or_its_name(
        self, rest: httpx.Client, workspace_uid: str, pool: Pool, environment: Environment, pushed: object
    ) -> None:
        for template, name in ((HELLO, "welcome"), ("nope", "welcome"), (None, "welcome")):
            body = legacy("ada", template=template, name=name)
            assert rest.post(f"/{workspace_uid}/trigger/", json=body).text == "OK"
        assert [run["workflow"] for run in await accepted_runs(pool, environment)] == [HELLO, "welcome", "welcome"]

    async def test_it_may_start_later(
        self, suprsend: Suprsend, pool: Pool, environment: Environment, pushed: object
    ) -> None:
        suprsend.trigger_workflow(legacy({"distinct_id": "ada"}, delay="1d2h30m10s"))
        suprsend.trigger_workflow(legacy({"distinct_id": "ada"}, delay=90))
        suprsend.trigger_workflow(legacy({"distinct_id": "ada"}, trigger_at="2021-08-27T20:14:51.643Z"))
        delays = [run["delay"] for run in await accepted_runs(pool, environment)]
        assert delays[:2] == [timedelta(days=1, hours=2, minutes=30, seconds=10), timedelta(seconds=90)]
        assert not delays[2]

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            (legacy("ada", template="nope", name="nope"), 404, "There is no workflow 'nope'"),
            (legacy("ada", template=None, name=None), 400, "Name the workflow"),
            (legacy(), 400, "users must be a list of 1 to 1,000."),
            (legacy("ada", delay="soon"), 400, "delay must be a number of seconds, or a text like 1d2h30m10s."),
            (legacy("ada", delay="366d"), 400, "A run starts at most 365 days from now."),
            (legacy("ada", trigger_at="tomorrow"), 400, "trigger_at must be an ISO-8601 date and time"),
            ([legacy("ada", delay=-1), 7], 400, "delay must be a number of seconds"),
            ([], 400, "Post 1 to 100 records at once."),
            (None, 400, "The body must be a JSON object."),
        ],
    )
    def test_errors(
        self, rest: httpx.Client, workspace_uid: str, pushed: object, body: Any, status: int, message: str
    ) -> None:
        answer = rest.post(f"/{workspace_uid}/trigger/", content=json.dumps(body))
        assert (answer.status_code, answer.json()["status"]) == (status, "error")
        assert message in answer.json()["message"]

    def test_one_that_is_accepted_makes_a_list_accepted(
        self, rest: httpx.Client, workspace_uid: str, native: httpx.Client, pushed: object
    ) -> None:
        answer = rest.post(f"/{workspace_uid}/trigger/", json=[7, legacy("ada")])
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (202, "OK", "text/plain")
        ended(native, 1)

    def test_another_workspace_is_refused(
        self, rest: httpx.Client, suprsend: Suprsend, workspace: CreatedKey, pushed: object
    ) -> None:
        for segment in (workspace.key, "x" * 20):
            assert rest.post(f"/{segment}/trigger/", json=legacy("ada")).status_code == 401

    def test_the_routes_of_before_hide_no_others(self, rest: httpx.Client, native: httpx.Client) -> None:
        assert rest.post("/trigger/", json={}).status_code == 400
        assert native.get("/openapi.json").status_code == 200
        assert native.get("/v1/users").status_code == 200


NOW = parse_time("2026-08-27T20:14:51Z")


@pytest.mark.parametrize(
    ("delay", "wait"),
    [
        (0, timedelta()),
        (1.5, timedelta(seconds=1.5)),
        ("90", timedelta(seconds=90)),
        ("1d2h30m10s", timedelta(days=1, hours=2, minutes=30, seconds=10)),
        ("2h", timedelta(hours=2)),
        (" 10s ", timedelta(seconds=10)),
        (10**400, timedelta(seconds=10**9)),
    ],
)
def test_delays_as_they_are_written(delay: float | str, wait: timedelta) -> None:
    assert parse_delay(delay) == wait


@pytest.mark.parametrize("delay", ["", "1w", "10s1d", "-1", "1.5h", -1, float("nan"), float("inf")])
def test_what_is_no_delay(delay: float | str) -> None:
    with pytest.raises(Exception, match="delay must be a number of seconds"):
        parse_delay(delay)


def test_a_start_waits_for_the_later() -> None:
    assert start_delay(None, None, NOW) == timedelta()
    assert start_delay(60, "2026-08-27T20:20:00Z", NOW) == timedelta(minutes=5, seconds=9)
    assert start_delay("1h", "2026-08-27T20:20:00Z", NOW) == timedelta(hours=1)
    assert start_delay(None, "2026-08-27T22:15:51+02:00", NOW) == timedelta(minutes=1)
    assert start_delay(None, "2026-08-27T20:14:52", NOW) == timedelta(seconds=1)
    assert start_delay(None, "2021-08-27", NOW) == timedelta()
