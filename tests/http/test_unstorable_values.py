"""JSON that can be read, but not be kept: refused wherever it may stand, and nothing of the call is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.populated import PopulatedEnvironment, Stranger
from tests.support.raw_http import Connection
from tests.support.refusals import SPOKEN_KNOCK, SPOKEN_NOTIFLOWS, SPOKEN_SUPRSEND, Refusal, Spoken
from tests.support.routes import Route, each

# JSON that can be read, but not be kept.
UNSTORABLE = {
    "NUL": rb'"a\u0000b"',
    "NUL in a name": rb'{"a\u0000b": 1}',
    "half of a surrogate pair": rb'"a\ud83d"',
    "half of a surrogate pair in a name": rb'{"\udfff": 1}',
    "2**70": str(2**70).encode(),
    "-2**63 - 1": str(-(2**63) - 1).encode(),
    "70 levels": b"[" * 70 + b"]" * 70,
}

PLACES: Mapping[str, tuple[Spoken, str, str, bytes, str]] = {
    "a trait": (SPOKEN_KNOCK, "PUT", "/v1/users/ada", b'{"trait": %s}', "trait"),
    "channel data": (
        SPOKEN_KNOCK,
        "PUT",
        "/v1/users/ada",
        b'{"channel_data": {"push": {"a": %s}}}',
        "channel_data.push",
    ),
    "an inline preference set": (
        SPOKEN_KNOCK,
        "PUT",
        "/v1/users/ada",
        b'{"preferences": {"default": {"commercial_subscribed": %s}}}',
        "preferences.default.commercial_subscribed",
    ),
    "a preference set": (
        SPOKEN_KNOCK,
        "PUT",
        "/v1/users/ada/preferences/default",
        b'{"commercial_subscribed": {"conditions": [{"variable": "data.a", "operator": "exists", "argument": %s}]}}',
        "commercial_subscribed.conditions[0].argument",
    ),
    "data": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": ["ada"], "data": {"a": %s}}',
        "data.a",
    ),
    "data of one recipient": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": ["ada", {"id": "bob", "$trigger_data": {"a": %s}}]}',
        "recipients[1].$trigger_data",
    ),
    "an inline recipient": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}, {"id": "ada", "trait": %s}]}',
        "recipients[1].trait",
    ),
    "an inline actor": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}], "actor": {"id": "ada", "trait": %s}}',
        "actor.trait",
    ),
    "an inline tenant": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}], "tenant": {"id": "acme", "trait": %s}}',
        "tenant.trait",
    ),
    "what an interaction was": (
        SPOKEN_KNOCK,
        "PUT",
        "/v1/messages/{message_id}/interacted",
        b'{"metadata": {"a": %s}}',
        "metadata",
    ),
    "what interactions were": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/messages/batch/interacted",
        b'{"message_ids": ["{message_id}"], "metadata": {"a": %s}}',
        "metadata",
    ),
    "a tenant's properties": (SPOKEN_SUPRSEND, "POST", "/v1/tenant/acme/", b'{"properties": {"a": %s}}', "properties"),
    "a brand's properties": (SPOKEN_SUPRSEND, "POST", "/v1/brand/acme/", b'{"properties": {"a": %s}}', "properties"),
    "properties of a subscription": (
        SPOKEN_SUPRSEND,
        "POST",
        "/v1/object/projects/lisbon/subscription/",
        b'{"recipients": ["ada"], "properties": {"a": %s}}',
        "properties",
    ),
    "properties of an event": (
        SPOKEN_SUPRSEND,
        "POST",
        "/v2/event/",
        b'{"event": "changed", "distinct_id": "ada", "properties": {"a": %s}}',
        "properties",
    ),
    "data of a trigger": (
        SPOKEN_SUPRSEND,
        "POST",
        "/trigger/",
        b'{"workflow": "welcome", "recipients": ["ada"], "data": {"a": %s}}',
        "data",
    ),
    "metadata of a trigger": (
        SPOKEN_SUPRSEND,
        "POST",
        "/trigger/",
        b'{"workflow": "welcome", "recipients": ["ada"], "metadata": {"a": %s}}',
        "metadata",
    ),
    "data of a trigger of before": (
        SPOKEN_SUPRSEND,
        "POST",
        "/{workspace}/trigger/",
        b'{"template": "welcome", "users": ["ada"], "data": {"a": %s}}',
        "data",
    ),
    "data of a broadcast": (
        SPOKEN_SUPRSEND,
        "POST",
        "/{workspace}/broadcast/",
        b'{"template": "welcome", "list_id": "readers", "data": {"a": %s}}',
        "data",
    ),
    "what a choice of a category remembers": (
        SPOKEN_SUPRSEND,
        "PATCH",
        "/v1/user/ada/preference/category/news/",
        b'{"preference": "opt_out", "properties": {"a": %s}}',
        "properties",
    ),
    "what a choice among many remembers": (
        SPOKEN_SUPRSEND,
        "PATCH",
        "/v1/user/ada/preference/",
        b'{"categories": [{"category": "news", "preference": "opt_out", "digest_schedule": {"a": %s}}]}',
        "categories[0].digest_schedule",
    ),
    "what a tenant's category remembers": (
        SPOKEN_SUPRSEND,
        "PATCH",
        "/v1/tenant/acme/preference/category/news/",
        b'{"digest_schedule": {"a": %s}}',
        "digest_schedule",
    ),
    "custom fields": (
        SPOKEN_NOTIFLOWS,
        "PUT",
        "/admin/v1/users/ada",
        b'{"custom_fields": {"a": %s}}',
        "custom_fields",
    ),
    "custom fields of an inline recipient": (
        SPOKEN_NOTIFLOWS,
        "POST",
        "/admin/v1/notiflows/welcome/run",
        b'{"recipients": ["bob", {"external_id": "ada", "custom_fields": {"a": %s}}]}',
        "recipients.1.custom_fields",
    ),
    "data of a run": (
        SPOKEN_NOTIFLOWS,
        "POST",
        "/admin/v1/notiflows/welcome/run",
        b'{"recipients": ["ada"], "data": {"a": %s}}',
        "data",
    ),
}

# Places from which wrong values are passed over by contract, each with the key that the warning names.
LENIENT_PLACES: Mapping[str, tuple[str, str, bytes, str]] = {
    "a property": ("POST", "/v1/user/ada/", b'{"trait": %s}', "trait"),
    "a property that is set": ("PATCH", "/v1/user/ada/", b'{"operations": [{"$set": {"trait": %s}}]}', "trait"),
    "a property that is set once": (
        "PATCH",
        "/v1/user/ada/",
        b'{"operations": [{"$set_once": {"trait": %s}}]}',
        "trait",
    ),
    "an entry": ("PATCH", "/v1/user/ada/", b'{"operations": [{"$append": {"trait": %s}}]}', "trait"),
    "an amount": ("PATCH", "/v1/user/ada/", b'{"operations": [{"$increment": {"trait": %s}}]}', "trait"),
    "an address": ("POST", "/v1/user/ada/", b'{"$slack": {"email": "a@b.c", "a": %s}}', "$slack"),
    "a property within a tenant": ("POST", "/v1/user/ada/tenant/acme/", b'{"trait": %s}', "trait"),
    "a property of an object": ("POST", "/v1/object/projects/lisbon/", b'{"trait": %s}', "trait"),
}


class TestUnstorableValues:
    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
    def test_nothing_of_the_call_is_kept(
        self, line: Connection, populated: PopulatedEnvironment, place: tuple[Spoken, str, str, bytes, str]
    ) -> None:
        spoken, method, path, body, field = place
        message_id = populated.message_ids[0]
        wrong = []
        for name, value in UNSTORABLE.items():
            reply = line.ask(
                method,
                path.format(message_id=message_id, workspace=populated.workspace),
                headers=spoken.sends(populated.keys[spoken.key]),
                body=body.replace(b"{message_id}", message_id.encode()) % value,
            )
            wrong += [f"{name}: {problem}" for problem in spoken.problems(reply, Refusal.INVALID, field)]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize("place", LENIENT_PLACES.values(), ids=LENIENT_PLACES.keys())
    def test_what_is_passed_over_is_warned_of(
        self, line: Connection, populated: PopulatedEnvironment, place: tuple[str, str, bytes, str]
    ) -> None:
        method, path, body, key = place
        wrong = []
        for name, value in UNSTORABLE.items():
            reply = line.ask(method, path, key=populated.keys["api"], body=body % value)
            warnings = reply.json.get("warnings", [])
            if not (reply.status in (200, 201, 202) and [each[: len(key) + 3] for each in warnings] == [f"[{key}] "]):
                wrong.append(f"{name}: {reply}")
        assert not wrong, "\n".join(wrong)

    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("/v1/workflows/welcome/trigger", {"recipients": ["a\0b"]}, "recipients[0]"),
            ("/v1/workflows/welcome/trigger", {"recipients": ["bob", {"id": ""}]}, "recipients[1].id"),
            ("/v1/workflows/welcome/trigger", {"recipients": [{"name": "Bob"}]}, "recipients[0].id"),
            ("/v1/workflows/welcome/trigger", {"recipients": [{"id": "x" * 257}]}, "recipients[0].id"),
            (
                "/v1/workflows/welcome/trigger",
                {"recipients": [{"id": "a", "collection": "$lists"}]},
                "recipients[0].collection",
            ),
            ("/v1/workflows/welcome/trigger", {"recipients": ["ada"], "cancellation_key": "\0"}, "cancellation_key"),
            ("/v1/workflows/welcome/trigger", {"recipients": ["ada"], "tenant": "\0"}, "tenant"),
            ("/v1/workflows/welcome/trigger", {"recipients": ["ada"], "actor": "x" * 257}, "actor"),
            ("/v1/workflows/welcome/cancel", {"cancellation_key": "\0"}, "cancellation_key"),
            ("/v1/workflows/welcome/cancel", {"cancellation_key": "a", "recipients": ["\0"]}, "recipients[0]"),
            ("/v1/messages/batch/seen", {"message_ids": ["\0"]}, "message_ids"),
        ],
    )
    def test_ids_and_keys(
        self, line: Connection, populated: PopulatedEnvironment, path: str, body: Any, field: str
    ) -> None:
        reply = line.ask("POST", path, key=populated.secret_key, body=json.dumps(body).encode())
        assert not SPOKEN_KNOCK.problems(reply, Refusal.INVALID, field)

    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("/event/", {"distinct_id": "a\0b", "$user_operations": []}, "distinct_id"),
            ("/event/", {"distinct_id": "x" * 256, "$user_operations": []}, "distinct_id"),
            ("/event/", {"distinct_id": "ada", "$user_operations": [], "$insert_id": "\0"}, "$insert_id"),
            ("/event/", {"distinct_id": "ada", "$user_operations": [], "tenant_id": "a b"}, "tenant_id"),
            ("/v2/event/", {"event": "\0", "distinct_id": "ada"}, "event"),
            ("/v2/event/", {"event": "$reserved", "distinct_id": "ada"}, "event"),
            ("/v2/event/", {"event": "e", "distinct_id": ".."}, "distinct_id"),
            ("/v2/event/", {"event": "e", "distinct_id": "ada", "$insert_id": "x" * 256}, "$insert_id"),
            ("/trigger/", {"workflow": "\0", "recipients": ["ada"]}, "workflow"),
            ("/trigger/", {"workflow": "welcome", "recipients": ["a\0b"]}, "recipients[0]"),
            ("/trigger/", {"workflow": "welcome", "recipients": ["bob", {"name": "Bob"}]}, "recipients[1]"),
            ("/trigger/", {"workflow": "welcome", "recipients": [{"distinct_id": ""}]}, "recipients[0].distinct_id"),
            (
                "/trigger/",
                {"workflow": "welcome", "recipients": [{"object_type": "$lists", "id": "a"}]},
                "recipients[0].object_type",
            ),
            ("/trigger/", {"workflow": "welcome", "recipients": ["ada"], "cancellation_key": "\0"}, "cancellation_key"),
            ("/trigger/", {"workflow": "welcome", "recipients": ["ada"], "tenant_id": "\0"}, "tenant_id"),
            ("/trigger/", {"workflow": "welcome", "recipients": ["ada"], "actor": {"name": "Bob"}}, "actor"),
            ("/trigger/", {"workflow": "welcome", "recipients": ["ada"], "$idempotency_key": "\0"}, "$idempotency_key"),
            ("/v1/subscriber_list/", {"list_id": "a b"}, "list_id"),
            ("/v1/subscriber_list/readers/subscriber/add/", {"distinct_ids": ["bob", "\0"]}, "distinct_ids[1]"),
            ("/v1/user/ada/merge/", {"from_user_id": "\0"}, "from_user_id"),
            ("/v1/object/projects/lisbon/subscription/", {"recipients": ["bob", "\0"]}, "recipients[1]"),
        ],
    )
    def test_ids_and_keys_of_suprsend(
        self, line: Connection, populated: PopulatedEnvironment, path: str, body: Any, field: str
    ) -> None:
        reply = line.ask("POST", path, key=populated.keys["api"], body=json.dumps(body).encode())
        assert not SPOKEN_SUPRSEND.problems(reply, Refusal.INVALID, field)

    @pytest.mark.usefixtures("unchanged")
    @each(lambda route: route.method != "GET")
    def test_a_repetition_key_has_a_length(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = [
            problem
            for key in ("", "x" * 256)
            for reply in [populated.ask(line, route, headers={"idempotency-key": key})]
            for problem in route.problems(reply, Refusal.INVALID, "Idempotency-Key")
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
    def test_in_bulk_only_the_bad_row_fails(self, line: Connection, stranger: Stranger, value: bytes) -> None:
        key = stranger.keys["secret"]
        body = b'{"users": [{"id": "first"}, {"id": "bad", "trait": %s}, {"id": "last"}]}' % value
        operation = line.ask("POST", "/v1/users/bulk/identify", key=key, body=body).json
        assert (operation["success_count"], operation["error_count"]) == (2, 1)
        assert [item["id"] for item in operation["error_items"]] == ["bad"]
        listed = line.ask("GET", "/v1/users", key=key).json["entries"]
        assert [user["id"] for user in listed] == ["first", "last"]

    @pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
    def test_of_a_list_only_the_bad_record_fails(self, line: Connection, stranger: Stranger, value: bytes) -> None:
        event = b'{"event": "e", "distinct_id": "ada", "properties": {"a": %s}}'
        body = b"[%b, %b, %b]" % (event % b"1", event % value, event % b"2")
        reply = line.ask("POST", "/v2/bulk/event/", key=stranger.keys["api"], body=body)
        assert reply.status == 207
        assert [record["status_code"] for record in reply.json["records"]] == [202, 400, 202]
