"""Older SDKs' requests, in their own wire form (suprsend.md §2.9, §5.2)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from suprsend import Suprsend

from tests.dialects.suprsend.model import own
from tests.dialects.suprsend.test_workflows import ended

SDK = {"$ss_sdk_version": "suprsend/0.2.0;python/3.9.13"}


def identify(id: str, **rest: Any) -> dict[str, Any]:
    """`user.get_instance(id)` as 0.2.0 sends it when it is saved."""
    return {
        "$insert_id": str(uuid4()),
        "$time": 1_700_000_000_000,
        "event": "$identify",
        "properties": {"$identified_id": id, **SDK},
        **rest,
    }


def edit(id: str, operator: str, given: Any) -> dict[str, Any]:
    """`user.append(…)` and the like, which 0.2.0 sends as an entry each."""
    return {
        "$insert_id": str(uuid4()),
        "$time": 1_700_000_000_000,
        "distinct_id": id,
        operator: given,
        "properties": SDK,
    }


class TestIdentify:
    def test_a_user_that_is_saved_without_edits_is_created(self, rest: httpx.Client, suprsend: Suprsend) -> None:
        answer = rest.post("/event/", json=[identify("old")])
        assert (answer.status_code, answer.text) == (202, "OK")
        found = suprsend.users.get("old")
        assert (found["distinct_id"], own(found)) == ("old", {})

    def test_it_is_taken_with_the_edits_that_follow(
        self, rest: httpx.Client, suprsend: Suprsend, native: httpx.Client, pushed: object
    ) -> None:
        entries = [
            identify("old"),
            edit("old", "$append", {"$email": "old@example.com"}),
            edit("old", "$append", {"$androidpush": "token", "$pushvendor": "fcm"}),
            edit("old", "$append", {"tags": "early"}),
            edit("old", "$remove", {"tags": "late"}),
            edit("old", "$unset", ["plan"]),
        ]
        assert rest.post("/event/?verify=true", json=entries).text == "OK"
        found = suprsend.users.get("old")
        assert [each["value"] for each in found["$email"]] == ["old@example.com"]
        assert [(each["value"], each["id_provider"]) for each in found["$androidpush"]] == [("token", "fcm")]
        assert found["properties"]["tags"] == ["early"]

    def test_workflows_that_listen_to_it_start(self, rest: httpx.Client, native: httpx.Client, pushed: object) -> None:
        """They find the user whom it creates."""
        rest.post("/event/", json=identify("old")).raise_for_status()
        (run,) = ended(native, 1)
        assert (run["workflow"], run["recipient"]) == ("event-identify", "old")
        events = native.get(f"/v1/workflow_recipient_runs/{run['id']}").json()["events"]
        assert {"reason": "recipient_missing"} not in [each.get("data") for each in events]

    @pytest.mark.parametrize("path", ["/event/", "/v2/event/"])
    def test_the_id_may_stand_where_other_events_have_it(
        self, rest: httpx.Client, suprsend: Suprsend, path: str
    ) -> None:
        entry = {**identify("old"), "distinct_id": "new", "properties": SDK}
        assert rest.post(path, json=entry).status_code == 202
        assert suprsend.users.get("new")["distinct_id"] == "new"

    @pytest.mark.parametrize("properties", [None, {}, {"$identified_id": ""}])
    def test_without_an_id_it_is_refused_by_name(self, rest: httpx.Client, properties: Any) -> None:
        answer = rest.post("/v2/event/", json={**identify("old"), "properties": properties})
        assert answer.status_code == 400
        message = answer.json()["message"]
        assert message == "properties.$identified_id must be a text of 1 to 255 characters."

    def test_other_events_name_their_user(self, rest: httpx.Client) -> None:
        answer = rest.post("/v2/event/", json={"event": "Signed up", "properties": {"$identified_id": "old"}})
        assert (answer.status_code, answer.json()["message"]) == (
            400,
            "distinct_id must be a text of 1 to 255 characters.",
        )
