"""Bad input on every route: refused in the dialect's envelope, and nothing of it is kept.

Where that does not hold, a table says so, and why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from addressee.database.paging import write_cursor
from tests.support.exchange import Connection, Reply
from tests.support.inhabited import Inhabited, Stranger
from tests.support.refusals import (
    SPOKEN_KNOCK,
    SPOKEN_NOTIFLOWS,
    SPOKEN_NOTIFLOWS_FOR_USERS,
    SPOKEN_SUPRSEND,
    USER,
    Refusal,
    Spoken,
)
from tests.support.routes import Route, description, each, each_with_body, every_route

MEGABYTE = 1_000_000

each_with_query = each(lambda route: route.query)
each_with_pages = each(lambda route: "after" in route.query)


UNREADABLE = {
    "cut off": b'{"name": ',
    "no JSON": b"name=Ada",
    "only spaces": b"  ",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "broken UTF-8": b'{"name": "\xff"}',
    "half of a surrogate pair": rb'{"name": "\ud800"}',
    "half of a surrogate pair as a name": rb'{"\udfff": 1}',
    "a NUL byte": b'{"name": "\0"}',
    "NaN": b'{"count": NaN}',
    "Infinity": b'{"count": -Infinity}',
    "1e400": b'{"count": 1e400}',
    "a number of 5,000 digits": b'{"count": ' + b"9" * 5000 + b"}",
    "100,000 lists deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.usefixtures("unchanged")
class TestBodies:
    @each_with_body
    def test_what_is_no_json_cannot_be_read(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = [
            f"{name}: {problem}"
            for name, body in UNREADABLE.items()
            for problem in route.problems(inhabited.ask(line, route, body=body), Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_body
    def test_a_body_is_an_object_or_a_list_of_some(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = [
            f"{body!r}: {problem}"
            for body in (b"[]", b'"name"', b"5", b"null", b"true")
            for problem in route.problems(inhabited.ask(line, route, body=body), Refusal.INVALID, "")
        ]
        assert not wrong, "\n".join(wrong)

    @every_route
    def test_a_length_above_the_limit_is_refused_when_the_body_has_only_begun(
        self, line: Connection, inhabited: Inhabited, route: Route
    ) -> None:
        limit = route.operation.max_body_bytes
        reply = inhabited.ask(line, route, announced=limit + 1, body=b"{")
        assert not route.problems(reply, Refusal.TOO_LARGE)
        assert route.spoken.message(reply) == f"The body is larger than {limit:,} bytes."

    @every_route
    def test_chunks_above_the_limit_are_refused(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        whole, rest = divmod(route.operation.max_body_bytes + 1, MEGABYTE)
        chunks = [b" " * MEGABYTE] * whole + [b" " * rest]
        assert not route.problems(inhabited.ask(line, route, body=chunks), Refusal.TOO_LARGE)


# What a field of any type may wrongly hold.
CANDIDATES: list[Any] = [
    5,
    True,
    None,
    "text",
    "",
    "x" * 257,
    [],
    [5],
    [None],
    [[]],
    ["ada"] * 1001,
    [{"id": "ada"}] * 1001,
    {},
    {"a": 5},
    dict.fromkeys("abcdef", 5),
]

# Wrong parts of a profile are passed over by contract, and the answer warns of them (suprsend.md §3.3, §4).
TAKE_PROFILES = {
    "POST /v1/user/{distinct_id}/",
    "POST /v1/user/{distinct_id}/tenant/{tenant_id}/",
    "POST /v1/object/{object_type}/{object_id}/",
}

# Where one of what a body may hold has a limit of its own, in bytes (suprsend.md §2.0).
MOST_BYTES = {"POST /event/": 10_240}

# Each entry of a list has an outcome of its own, in an answer that says that the list was taken (suprsend.md §2.3).
ANSWER_EACH = {"POST /v2/bulk/event/", "POST /trigger/"}


@cache
def wrong_fields(schema: str) -> Sequence[tuple[str, Any]]:
    """Each field with each value that the published description of the API does not allow there."""
    components = description()["components"]
    fields = components["schemas"][schema.rpartition("/")[2]]["properties"]
    checks = [(field, Draft202012Validator({**type, "components": components})) for field, type in fields.items()]
    return [(field, value) for field, check in checks for value in CANDIDATES if not check.is_valid(value)]


def shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 20 else f"{text[:12]}… of {len(value)}"


@pytest.mark.usefixtures("unchanged")
class TestFields:
    @each(lambda route: route.operation.takes is not None and route.title not in TAKE_PROFILES)
    def test_one_of_another_type_is_named(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = []
        for form in route.forms:
            for field, value in wrong_fields(form.schema):
                body = json.dumps(form.of({**inhabited.body(route), field: value})).encode()
                reply = inhabited.ask(line, route, body=body)
                is_too_large = len(body) > MOST_BYTES.get(route.title, len(body))
                refusal = Refusal.TOO_LARGE if is_too_large else Refusal.INVALID
                answers_each = form.listed and route.title in ANSWER_EACH
                problems = problems_of_record if answers_each else route.problems
                wrong += [f"{field} = {shown(value)}: {problem}" for problem in problems(reply, refusal, field)]
        assert not wrong, "\n".join(wrong)

    @each(lambda route: route.title in TAKE_PROFILES)
    def test_one_that_is_passed_over_is_warned_of(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        [form] = route.forms
        wrong = []
        for field, value in wrong_fields(form.schema):
            reply = inhabited.ask(line, route, body=json.dumps({field: value}).encode())
            wrong += [f"{field} = {shown(value)}: {problem}" for problem in problems_of_warning(route, reply, field)]
        assert not wrong, "\n".join(wrong)


def problems_of_record(reply: Reply, refusal: Refusal, field: str) -> list[str]:
    """What is wrong with the answer to a list of one, which must refuse that one."""
    status, type, _ = SPOKEN_SUPRSEND.words[refusal]
    match reply.json:
        case {"status": "success", "records": [{"status": "error", "status_code": code, "error": error}]}:
            if (reply.status, code, error["type"]) == (207, status, type) and field in error["message"]:
                return []
    return [f"{reply.status} {reply.body!r} does not refuse the record for its {field}"]


def problems_of_warning(route: Route, reply: Reply, key: str) -> list[str]:
    """What is wrong with an answer that must say that a part of a profile was passed over."""
    if reply.status == route.operation.status:
        warnings = reply.json.get("warnings")
        if warnings and all(warning.startswith(f"[{key}] ") for warning in warnings):
            return []
    return [f"{route.title}: {reply.status} {reply.body!r} does not warn of {key}"]


@each(lambda route: route.operation.takes is not None and route.spoken is not SPOKEN_NOTIFLOWS_FOR_USERS)
def test_of_a_repeated_name_the_last_counts(
    line: Connection, stranger: Stranger, inhabited: Inhabited, route: Route
) -> None:
    """Legal JSON, however odd. Where there is nobody, nobody can be acted for."""
    right = inhabited.body_bytes(route)
    assert right is not None
    wrong_first = re.sub(rb'{"([^"]+)":', rb'{"\1": false, "\1":', right, count=1)
    path = inhabited.path(route, workspace=stranger.workspace)
    headers = route.spoken.sends(stranger.key(route))
    reply = line.ask(route.method, path, headers=headers, body=wrong_first)
    assert reply.status // 100 == 2 or reply.status == 404, reply


# JSON that can be read, but not be kept.
UNSTORABLE = {
    "NUL": rb'"a\u0000b"',
    "NUL in a name": rb'{"a\u0000b": 1}',
    "2**70": str(2**70).encode(),
    "-2**63 - 1": str(-(2**63) - 1).encode(),
    "70 levels": b"[" * 70 + b"]" * 70,
}

PLACES: Mapping[str, tuple[Spoken, str, str, bytes, str]] = {
    "a trait": (SPOKEN_KNOCK, "PUT", "/v1/users/ada", b'{"trait": %s}', "properties.trait"),
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
        "properties.trait",
    ),
    "an inline actor": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}], "actor": {"id": "ada", "trait": %s}}',
        "properties.trait",
    ),
    "an inline tenant": (
        SPOKEN_KNOCK,
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}], "tenant": {"id": "acme", "trait": %s}}',
        "properties.trait",
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
        self, line: Connection, inhabited: Inhabited, place: tuple[Spoken, str, str, bytes, str]
    ) -> None:
        spoken, method, path, body, field = place
        message_id = inhabited.message_ids[0]
        wrong = []
        for name, value in UNSTORABLE.items():
            reply = line.ask(
                method,
                path.format(message_id=message_id, workspace=inhabited.workspace),
                headers=spoken.sends(inhabited.keys[spoken.key]),
                body=body.replace(b"{message_id}", message_id.encode()) % value,
            )
            wrong += [f"{name}: {problem}" for problem in spoken.problems(reply, Refusal.INVALID, field)]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize("place", LENIENT_PLACES.values(), ids=LENIENT_PLACES.keys())
    def test_what_is_passed_over_is_warned_of(
        self, line: Connection, inhabited: Inhabited, place: tuple[str, str, bytes, str]
    ) -> None:
        method, path, body, key = place
        wrong = []
        for name, value in UNSTORABLE.items():
            reply = line.ask(method, path, key=inhabited.keys["api"], body=body % value)
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
    def test_ids_and_keys(self, line: Connection, inhabited: Inhabited, path: str, body: Any, field: str) -> None:
        reply = line.ask("POST", path, key=inhabited.secret_key, body=json.dumps(body).encode())
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
        self, line: Connection, inhabited: Inhabited, path: str, body: Any, field: str
    ) -> None:
        reply = line.ask("POST", path, key=inhabited.keys["api"], body=json.dumps(body).encode())
        assert not SPOKEN_SUPRSEND.problems(reply, Refusal.INVALID, field)

    @pytest.mark.usefixtures("unchanged")
    @each(lambda route: route.method != "GET")
    def test_a_repetition_key_has_a_length(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = [
            problem
            for key in ("", "x" * 256)
            for reply in [inhabited.ask(line, route, headers={"idempotency-key": key})]
            for problem in route.problems(reply, Refusal.INVALID, "Idempotency-Key")
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
    def test_in_bulk_only_the_bad_row_fails(self, line: Connection, stranger: Stranger, value: bytes) -> None:
        key = stranger.keys["secret"]
        body = b'{"users": [{"id": "first"}, {"id": "bad", "trait": %s}, {"id": "last"}]}' % value
        operation = line.ask("POST", "/v1/users/bulk/identify", key=key, body=body).json
        assert (operation["success_count"], operation["error_count"]) == (2, 1)
        assert operation["error_items"] == [{"id": "bad"}]
        listed = line.ask("GET", "/v1/users", key=key).json["entries"]
        assert [user["id"] for user in listed] == ["first", "last"]

    @pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
    def test_of_a_list_only_the_bad_record_fails(self, line: Connection, stranger: Stranger, value: bytes) -> None:
        event = b'{"event": "e", "distinct_id": "ada", "properties": {"a": %s}}'
        body = b"[%b, %b, %b]" % (event % b"1", event % value, event % b"2")
        reply = line.ask("POST", "/v2/bulk/event/", key=stranger.keys["api"], body=body)
        assert reply.status == 207
        assert [record["status_code"] for record in reply.json["records"]] == [202, 400, 202]


SEGMENTS = {
    "%00": "NUL",
    "a%00b": "NUL inside",
    "%ff": "no UTF-8",
    "%ED%A0%80": "a surrogate",
    "%": "a bare percent sign",
}
SEGMENTS |= {"%zz": "a broken escape", "%4": "half an escape", "": "an empty part"}

# A path that begins with two slashes is one that begins with one: then there is no such variable.
UNREACHABLE = {("workspace", "")}

# What names something that is too long is refused; what looks for it may say instead that there is none. The first
# pattern that fits a path and one of its variables counts.
LONG_IDS: Sequence[tuple[str, Refusal | None]] = (
    (r"/(admin|user)/v1/.* (external_id|topic_name)", Refusal.INVALID),
    (r"/(admin|user)/v1/.* (?!handle).*", Refusal.INVALID_PARAMETER),
    (r"/v1/workflows/{key}/cancel key", None),  # there is nothing to cancel
    (r".*/preferences/.*", Refusal.INVALID),
    (r".* (user_id|collection)", Refusal.INVALID),
    (r"(/directory)?/v1/(objects|tenants|audiences)/.* (?!channel_id).*", Refusal.INVALID),
    (r".* (distinct_id|tenant_id|brand_id|object_type|object_id|category)", Refusal.INVALID),
    (r".* workspace", Refusal.UNKNOWN_KEY),
    (r".* (key|handle)", Refusal.WORKFLOW_MISSING),
    (r".*", Refusal.MISSING),
)


def refusal_of_a_long_id(route: Route, variable: str) -> Refusal | None:
    return next(refusal for pattern, refusal in LONG_IDS if re.fullmatch(pattern, f"{route.path} {variable}"))


each_with_variables = each(lambda route: route.variables)


@pytest.mark.usefixtures("unchanged")
class TestPaths:
    @each_with_variables
    def test_one_that_cannot_be_read(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = [
            f"{variable} is {name}: {problem}"
            for variable in route.variables
            for segment, name in SEGMENTS.items()
            if (variable, segment) not in UNREACHABLE
            for reply in [inhabited.ask(line, route, path=inhabited.path(route, **{variable: segment}))]
            for problem in route.problems(reply, Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_variables
    def test_an_id_that_is_too_long_is_refused_or_names_nothing(
        self, line: Connection, inhabited: Inhabited, route: Route
    ) -> None:
        wrong = [
            f"{variable} of {length} characters: {problem}"
            for variable in route.variables
            for length in (257, 10_000)
            for reply in [inhabited.ask(line, route, path=inhabited.path(route, **{variable: "x" * length}))]
            for problem in problems_of_a_long_id(route, variable, reply)
        ]
        assert not wrong, "\n".join(wrong)

    def test_one_that_no_server_takes(self, line: Connection, inhabited: Inhabited) -> None:
        """The one answer without an envelope: the HTTP server gives up before there is a request."""
        assert line.ask("GET", f"/v1/users/{'x' * 70_000}", key=inhabited.secret_key).status == 414


def problems_of_a_long_id(route: Route, variable: str, reply: Reply) -> list[str]:
    refusal = refusal_of_a_long_id(route, variable)
    if refusal is not None:
        return route.problems(reply, refusal, variable)
    return [] if (reply.status, reply.body) == (route.operation.status, b"") else [f"{route.title}: {reply}"]


# What each query parameter does not take; None: it takes any text.
KNOCK_NONSENSE: Mapping[str, list[str] | None] = {
    "after": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA", ""],
    "before": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA", ""],
    "page_size": ["abc", "", "1.5", "1e3", "9" * 30],
    "order": ["", "sideways"],
    "user_shape": ["round"],
    "status": ["", "lost"],
    "status[]": ["", "lost"],
    "archived": ["yes"],
    "mode": ["poor"],
    "engagement_status[]": ["bored"],
    "has_tenant": ["maybe", "1"],
    "channel_id": ["in-app", "182bd5e5"],
    "workflow_run_id": ["in-app"],
    "workflow_recipient_run_id": ["in-app"],
    "trigger_data": [
        "x",
        "[]",
        "5",
        "null",
        '{"a": {}}',
        '{"a": 1e400}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        f'{{"a": {2**70}}}',
        "[" * 5000,
    ],
    "inserted_at.gt": ["yesterday", "2025-13-01", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00"],
    "inserted_at.gte": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "inserted_at.lt": ["yesterday", "0001-01-01T00:00:00+14:00"],
    "inserted_at.lte": ["yesterday", "9999-12-31T23:59:59.999999Z"],
    "message_ids[]": None,
    "include[]": None,
    "name": None,
    "tenant_id": ["", "x" * 257],
    "tenant_ids[]": None,
    "resolve_full_preference_settings": ["maybe"],
    "objects[]": ["", "x" * 257],
    "tenant": None,
    "source": None,
    "workflow": None,
    "create_audience": ["maybe", "1"],
    "has_errors": ["maybe", "1"],
    "recipient": ["x" * 257],
    "recipients[]": ["x" * 257],
    "schedule_ids[]": None,
    "starting_at": ["yesterday", "9999-12-31T23:59:59.999999Z"],
    "ending_at": ["yesterday", "0001-01-01T00:00:00+14:00"],
    "workflow_categories[]": None,
    "exclude": None,
    "locale": None,
}

# An empty value is none here.
SUPRSEND_NONSENSE: Mapping[str, list[str] | None] = {
    "after": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "before": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "limit": ["abc", "1.5", "1e3", "9" * 30, "١"],
    "offset": ["abc", "1.5", "1e3", "9" * 30],
    "tenant_id": ["a b", "é", "x" * 65],
    "show_opt_out_channels": ["maybe", "1"],
    "include_disabled": ["maybe", "1"],
    "tags": ["{", "{}", '{"or": 5}', '{"a": "b"}', '{"exists": 1}', '{"not": ' * 1000],
    "locale": None,
    "message_id": None,
    "idempotency_key": None,
    "recipient_id[]": ["", "..", "x" * 256],
    "object_type": None,  # wrong without an object_id
    "object_id": ["lisbon"],
    "workflow_slug": None,
    "execution_id": ["in-app", "182bd5e5"],
    "channel": ["pigeon"],
    "status[]": ["", "lost"],
    "category[]": None,
    "is_campaign": ["maybe", "1"],
    "created_at_gte": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "created_at_lte": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
}

# An empty value is none here either.
NOTIFLOWS_NONSENSE: Mapping[str, list[str] | None] = {
    "after": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "before": ["nonsense!", "bm8", "é", "x" * 10_000, "bnVsbA"],
    "limit": ["abc", "1.5", "1e3", "9" * 30, "١"],
    "created_after": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "created_before": ["yesterday", "2025-13-01", "0001-01-01T00:00:00+14:00"],
    "status": ["lost"],
    "channel_id": ["a b", "x" * 65],
    "notiflow_run_id": ["a b", "x" * 65],
    "topic": None,
    "external_id_prefix": None,
    "purge": ["maybe", "1"],
    "archived": ["maybe", "1"],
    "expand": ["lost"],
}

NONSENSE = {
    "knock": KNOCK_NONSENSE,
    "native": KNOCK_NONSENSE,
    "suprsend": SUPRSEND_NONSENSE,
    "notiflows": NOTIFLOWS_NONSENSE,
}

UNREADABLE_QUERIES = {
    "no UTF-8": "%ff=1",
    "a surrogate": "a=%ED%A0%80",
    "NUL": "tenant=%00",
    "NUL in a name": "%00=1",
    "6,000 parameters": "&".join(f"a{number}=1" for number in range(6000)),
}


# Cursors that look like ours, and are positions of no list.
FORGED = {
    "NUL": write_cursor("\0"),
    "NUL in a position": write_cursor(("2025-01-02T03:04:05Z", "\0")),
    "a time without a zone": write_cursor(("2025-01-02T03:04:05", "a")),
    "a time at the end of time": write_cursor(("9999-12-31T23:59:59.999999-12:00", "a")),
    "a number": write_cursor(5),
    "an object": write_cursor({"a": 1}),
}


@pytest.mark.usefixtures("unchanged")
class TestQueries:
    @each_with_query
    def test_a_value_that_a_parameter_does_not_take_is_named(
        self, line: Connection, inhabited: Inhabited, route: Route
    ) -> None:
        nonsense = NONSENSE[route.spoken.dialect.name]
        wrong = [
            f"{name}={value[:30]}: {problem}"
            for name in route.query
            for value in nonsense[name] or ()
            for reply in [inhabited.ask(line, route, query=f"?{quote(name)}={quote(value)}")]
            for problem in route.problems(reply, Refusal.INVALID_PARAMETER, name.removesuffix("[]"))
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_query
    def test_one_that_cannot_be_read(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = [
            f"{name}: {problem}"
            for name, query in UNREADABLE_QUERIES.items()
            for problem in route.problems(inhabited.ask(line, route, query=f"?{query}"), Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_pages
    def test_a_forged_cursor(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        wrong = [
            f"{name} is {what}: {problem}"
            for what, cursor in FORGED.items()
            for name in {"after", "before"} & {*route.query}
            for reply in [inhabited.ask(line, route, query=f"?{name}={cursor}")]
            for problem in route.problems(reply, Refusal.INVALID_PARAMETER, name)
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("query", ["message_ids[]=x&" * 51, "", "message_ids[]=x&" * 26])
    def test_a_number_of_ids_that_is_not_taken(self, line: Connection, inhabited: Inhabited, query: str) -> None:
        path = f"/v1/users/{USER}/messages" if query.count("&") > 50 else "/v1/messages/batch/content"
        reply = line.ask("GET", f"{path}?{query}", key=inhabited.secret_key)
        assert not SPOKEN_KNOCK.problems(reply, Refusal.INVALID, "message_ids")

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("recipient_id=x&" * 101, "recipient_id"),
            ("object_type=projects", "object_id"),
            ("object_type=$users&object_id=ada", "object_type"),
            ("object_type=projects&object_id=..", "object_id"),
        ],
    )
    def test_recipients_that_are_not_taken(
        self, line: Connection, inhabited: Inhabited, query: str, field: str
    ) -> None:
        reply = line.ask("GET", f"/v1/message/?{query}", key=inhabited.keys["api"])
        assert not SPOKEN_SUPRSEND.problems(reply, Refusal.INVALID, field)

    @each(lambda route: route.query and route.method == "GET")
    def test_odd_but_legal_ones_are_taken(self, line: Connection, inhabited: Inhabited, route: Route) -> None:
        ids = "".join(f"message_ids[]={id}&" for id in inhabited.message_ids)
        wrong = [
            f"{query}: {reply}"
            for query in ("", "&&&", "=", "=1", "a", "[]=1", "a[[[=1", "unknown=1", "a=%zz")
            for reply in [inhabited.ask(line, route, query=f"?workflow=welcome&{ids}{query}")]
            if reply.status != 200
        ]
        assert not wrong, "\n".join(wrong)


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

    few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

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
    def test_as_a_trigger(self, line: Connection, playground: Inhabited, body: Any, recipient: Any) -> None:
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
    def test_as_recipients(self, line: Connection, playground: Inhabited, recipients: list[Any], actor: Any) -> None:
        body = json.dumps({"workflow": "welcome", "recipients": recipients, "actor": actor}).encode()
        assert is_taken_or_refused(line.ask("POST", "/trigger/", key=playground.keys["api"], body=body), 202)
