"""Events, through the official SDK and without it (suprsend.md §2.3, §2.9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from suprsend import Event, Suprsend

from addressee.database.pool import Pool
from tests.conftest import Environment
from tests.dialects.suprsend.test_workflows import accepted_runs, ended, messages, runs, said

BASKET = "Basket left"


def event(id: str = "ada", name: str = BASKET, **rest: Any) -> dict[str, Any]:
    return {"distinct_id": id, "event": name, "properties": {"item": "a hat"}, **rest}


class TestOne:
    def test_it_starts_the_workflows_that_listen(
        self, suprsend: Suprsend, native: httpx.Client, pushed: object
    ) -> None:
        suprsend.users.upsert("ada", {"name": "Ada"})
        answer = suprsend.track_event(Event("ada", BASKET, {"item": "a hat"}))
        assert UUID(answer["message"])
        assert answer == {
            "success": True,
            "status": "success",
            "status_code": 202,
            "message": answer["message"],
            "raw_response": {"status": "success", "message_id": answer["message"]},
        }
        (run,) = ended(native, 1)
        assert (run["workflow"], run["recipient"]) == ("event-basket", "ada")
        assert run["trigger_source"] == {"type": "integration", "cancellation_key": None}
        (message,) = messages(native)
        assert said(native, message) == "<p>Ada left a hat</p>"
        assert message["data"] == {"item": "a hat"}

    def test_the_form_of_before(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        with pytest.deprecated_call():
            assert suprsend.track("ada", BASKET, {"item": "a hat"})["success"]
        ended(native, 1)

    def test_somebody_unknown_is_accepted(self, bearer: Suprsend, native: httpx.Client, pushed: object) -> None:
        assert bearer.track_event(Event("nobody", BASKET))["status_code"] == 202
        (run,) = ended(native, 1)
        events = native.get(f"/v1/workflow_recipient_runs/{run['id']}").json()["events"]
        assert events[0]["data"] == {"reason": "recipient_missing"}

    def test_an_event_that_nobody_listens_to_is_accepted(
        self, suprsend: Suprsend, native: httpx.Client, pushed: object
    ) -> None:
        assert suprsend.track_event(Event("ada", "other"))["status_code"] == 202
        assert runs(native) == []

    async def test_tenants_by_both_names(
        self, rest: httpx.Client, pool: Pool, environment: Environment, pushed: object
    ) -> None:
        for tenant in ({"tenant_id": "Acme"}, {"brand_id": "acme"}, {"tenant_id": "", "brand_id": None}):
            assert rest.post("/v2/event/", json=event(**tenant)).status_code == 202
        assert [run["tenant"] for run in await accepted_runs(pool, environment)] == ["acme", "acme", None]

    def test_names_that_sdks_send_are_taken(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        assert rest.post("/v2/event/", json=event(name="$user_login")).status_code == 202
        assert rest.post("/v2/event", json=event(name="  Basket left ")).status_code == 202
        ended(native, 2)

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            (event(name="$mine"), 400, "Names of events that start with $ or ss_ are reserved"),
            (event(name="SS_mine"), 400, "Names of events that start with $ or ss_ are reserved"),
            (event(name=" "), 400, "event must be a name of 1 to 200 characters."),
            (event(id=" "), 400, "distinct_id must be a text of 1 to 255 characters."),
            (event(env="another-workspace-key"), 400, "env names another workspace"),
            (event(properties=[]), 400, "properties"),
            (event(properties={"a": "x" * 819_200}), 413, "A record must be at most 819,200 bytes of JSON."),
            ({"event": BASKET}, 400, "distinct_id"),
            ({"distinct_id": "ada"}, 400, "event"),
            ([event()], 400, "The body must be a JSON object."),
        ],
    )
    def test_errors_are_json_that_sdks_can_read(
        self, rest: httpx.Client, pushed: object, body: Any, status: int, message: str
    ) -> None:
        answer = rest.post("/v2/event/", json=body)
        assert answer.status_code == status
        assert message in answer.json()["error"]["message"]

    @pytest.mark.parametrize("content", [b"{", b"\xff", b'{"event": NaN}', b"null", b""])
    @pytest.mark.parametrize("path", ["/v2/event/", "/v2/bulk/event/", "/trigger/"])
    def test_what_is_no_json_is_answered_in_json(self, rest: httpx.Client, path: str, content: bytes) -> None:
        answer = rest.post(path, content=content)
        assert (answer.status_code, answer.json()["records"]) == (400, [])

    def test_a_request_is_at_most_a_mebibyte(self, rest: httpx.Client, pushed: object) -> None:
        half = event(properties={"a": "x" * 524_000})
        assert rest.post("/v2/bulk/event/", json=[half, half]).status_code == 207
        answer = rest.post("/v2/bulk/event/", json=[half, half, half])
        assert (answer.status_code, answer.json()["records"]) == (413, [])

    def test_the_sdk_tells_of_errors(self, suprsend: Suprsend, pushed: object) -> None:
        answer = suprsend.track_event(Event("ada", BASKET, tenant_id="no spaces"))
        assert (answer["success"], answer["status_code"]) == (False, 400)
        assert "tenant_id" in answer["message"]

    def test_a_key_that_nobody_knows(self, api: str) -> None:
        stranger = Suprsend("x" * 24, "secret", base_url=api)
        answer = stranger.track_event(Event("ada", BASKET))
        assert (answer["success"], answer["status_code"]) == (False, 401)
        bulk = stranger.bulk_events.new_instance()
        bulk.append(Event("ada", BASKET))
        response = bulk.trigger()
        assert (response.status, response.failed_records[0]["code"]) == ("fail", 401)


class TestMany:
    def test_each_has_its_outcome(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        bulk = suprsend.bulk_events.new_instance()
        bulk.append(Event("ada", BASKET), Event("x", BASKET, tenant_id="no spaces"), Event("bob", "other"))
        response = bulk.trigger()
        assert (response.status, response.total, response.success, response.failure) == ("partial", 3, 2, 1)
        assert [(failed["record"]["distinct_id"], failed["code"]) for failed in response.failed_records] == [("x", 400)]
        ended(native, 1)

    def test_the_answer_keeps_the_order(self, rest: httpx.Client, pushed: object) -> None:
        answer = rest.post("/v2/bulk/event/", json=[event(), {}, event("bob")])
        assert answer.status_code == 207
        body = answer.json()
        assert (body["status"], [record["status"] for record in body["records"]]) == (
            "success",
            ["success", "error", "success"],
        )
        assert [record["status_code"] for record in body["records"]] == [202, 400, 202]

    def test_a_hundred_and_one_are_two_calls(self, suprsend: Suprsend, pushed: object) -> None:
        bulk = suprsend.bulk_events.new_instance()
        bulk.append(*[Event(f"u{n}", "other") for n in range(101)])
        response = bulk.trigger()
        assert (response.status, response.success, len(bulk.chunks)) == ("success", 101, 2)

    @pytest.mark.parametrize("body", [[], [event()] * 101, event()])
    def test_how_many_there_may_be(self, rest: httpx.Client, body: Any) -> None:
        answer = rest.post("/v2/bulk/event/", json=body)
        assert (answer.status_code, answer.json()["records"]) == (400, [])


class TestRepetition:
    def test_keys_of_callers_and_of_sdks(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        made, chosen = str(uuid4()), "order-1"
        for keys in ({"$insert_id": made}, {"$idempotency_key": chosen, "$insert_id": str(uuid4())}):
            first = rest.post("/v2/event/", json=event(**keys)).json()
            again = rest.post("/v2/event/", json=event(**keys) | {"$time": 1}).json()
            assert first == again
        assert rest.post("/v2/event/", json=event(**{"$idempotency_key": chosen, "$insert_id": "x"})).json() == first
        ended(native, 2)

    def test_a_repetition_within_a_list(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        body = [event(**{"$insert_id": "a"}), event(**{"$insert_id": "a"}), event("bob")]
        first, again, other = rest.post("/v2/bulk/event/", json=body).json()["records"]
        assert first == again != other
        ended(native, 2)

    def test_the_sdk_with_a_key(self, suprsend: Suprsend, native: httpx.Client, pushed: object) -> None:
        wanted = Event("ada", BASKET, idempotency_key="k")
        assert len({suprsend.track_event(wanted)["message"] for _ in range(3)}) == 1
        assert suprsend.track_event(Event("ada", BASKET)) != suprsend.track_event(Event("ada", BASKET))
        ended(native, 3)

    def test_at_the_same_time_too(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        bodies = [[event(**{"$insert_id": f"k{n}"}) for n in range(5)][:: 1 if turn % 2 else -1] for turn in range(16)]
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda body: rest.post("/v2/bulk/event/", json=body), bodies))
        assert {answer.status_code for answer in answers} == {207}
        assert len({record["message_id"] for answer in answers for record in answer.json()["records"]}) == 5
        ended(native, 5)


class TestPostedAsEdits:
    def test_events_of_older_sdks(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        answer = rest.post("/event/", json=event(**{"$insert_id": str(uuid4())}))
        assert (answer.status_code, answer.text) == (202, "OK")
        mixed = [event("bob"), {"distinct_id": "cid", "$user_operations": [{"$set": {"name": "Cid"}}]}]
        assert rest.post("/event/", json=mixed).text == "OK"
        ended(native, 2)
        assert native.get("/v1/users/cid").json()["name"] == "Cid"

    def test_a_bad_event_alone_is_an_error(self, rest: httpx.Client, pushed: object) -> None:
        assert rest.post("/event/", json=event(name="$mine")).status_code == 400
        assert rest.post("/event/", json=[event(name="$mine"), event()]).status_code == 202
