"""No body whatever is answered with a server error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.populated import PopulatedEnvironment, Stranger
from tests.support.raw_http import Connection, Reply
from tests.support.refusals import SPOKEN_SUPRSEND, Refusal

# Anything a JSON parser may meet: names that mean something, text with anything in it, numbers of any size.
NAMES = ["id", "name", "timezone", "created_at", "preferences", "channel_data", "collection", "properties"]
NAMES += ["users", "recipients", "actor", "tenant", "data", "$trigger_data", "cancellation_key", "settings", "default"]
any_text = st.text(st.characters(exclude_categories=[]), max_size=8) | st.sampled_from(
    [*NAMES, "Europe/Berlin", "2025"]
)
any_scalar = st.none() | st.booleans() | st.integers() | st.floats() | any_text
any_json = st.recursive(
    any_scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | any_text, inner, max_size=4),
    max_leaves=12,
)

# What means something in the third dialect.
KEYS = [
    "$set",
    "$append",
    "$unset",
    "$email",
    "$slack",
    "$timezone",
    "$user_operations",
    "distinct_id",
    "event",
    "name",
]
KEYS += ["operations", "properties", "tenant_id", "$insert_id", "object_type", "id", "is_transient", "$channels"]
any_profile = st.dictionaries(st.sampled_from(KEYS), any_json, max_size=4)
any_operation = st.dictionaries(st.sampled_from(KEYS), any_profile | any_json, max_size=3)


def is_understood(reply: Reply) -> bool:
    return reply.status in (200, 400, 422) and (reply.status == 200 or reply.json["status"] == reply.status)


def is_taken_or_refused(reply: Reply, status: int) -> bool:
    return reply.status == status or not SPOKEN_SUPRSEND.problems(reply, Refusal.INVALID)


class TestAnything:
    """No body whatever is answered with a server error."""

    few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

    @few
    @given(body=any_json)
    def test_as_a_user(self, line: Connection, stranger: Stranger, body: Any) -> None:
        sent = json.dumps(body).encode()
        assert is_understood(line.ask("PUT", "/v1/users/ada", key=stranger.keys["secret"], body=sent))

    @few
    @given(rows=st.lists(any_json | st.dictionaries(st.sampled_from(NAMES), any_json), max_size=3))
    def test_as_rows(self, line: Connection, stranger: Stranger, rows: list[Any]) -> None:
        body = json.dumps({"users": [row if isinstance(row, dict) else {"id": row} for row in rows]}).encode()
        assert is_understood(line.ask("POST", "/v1/users/bulk/identify", key=stranger.keys["secret"], body=body))

    @few
    @given(body=st.dictionaries(st.sampled_from(NAMES), any_json), recipient=any_json)
    def test_as_a_trigger(self, line: Connection, playground: PopulatedEnvironment, body: Any, recipient: Any) -> None:
        sent = json.dumps({**body, "recipients": [recipient]}).encode()
        reply = line.ask("POST", "/v1/workflows/welcome/trigger", key=playground.secret_key, body=sent)
        assert is_understood(reply)

    @few
    @given(body=any_profile | any_json)
    def test_as_a_profile(self, line: Connection, stranger: Stranger, body: Any) -> None:
        reply = line.ask("POST", "/v1/user/ada/", key=stranger.keys["api"], body=json.dumps(body).encode())
        assert is_taken_or_refused(reply, 201)

    @few
    @given(operations=st.lists(any_operation, max_size=3) | any_json)
    def test_as_operations(self, line: Connection, stranger: Stranger, operations: Any) -> None:
        body = json.dumps({"operations": operations}).encode()
        assert is_taken_or_refused(line.ask("PATCH", "/v1/user/ada/", key=stranger.keys["api"], body=body), 202)

    @few
    @given(entries=st.lists(any_profile | any_json, max_size=3))
    def test_as_entries(self, line: Connection, stranger: Stranger, entries: list[Any]) -> None:
        body = json.dumps(entries).encode()
        assert is_taken_or_refused(line.ask("POST", "/event/", key=stranger.keys["api"], body=body), 202)

    @few
    @given(recipients=st.lists(any_profile | any_json, max_size=3), actor=any_profile | any_json)
    def test_as_recipients(
        self, line: Connection, playground: PopulatedEnvironment, recipients: list[Any], actor: Any
    ) -> None:
        body = json.dumps({"workflow": "welcome", "recipients": recipients, "actor": actor}).encode()
        assert is_taken_or_refused(line.ask("POST", "/trigger/", key=playground.keys["api"], body=body), 202)
