"""Bad input on every route: refused in the dialect's envelope, and nothing of it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from addressee.database.paging import write_cursor
from addressee.database.pool import Pool
from addressee.dialects.operation import Operation
from addressee.directory.keys import Keys
from addressee.http.openapi import document
from tests.conftest import Environment
from tests.support.exchange import Reply, ask, check_refusal
from tests.support.inhabited import DIALECTS, OPERATIONS, USER, Inhabited, every_operation, everything_stored, title

WITH_BODY = [operation for operation in OPERATIONS if operation.takes is not None]
WITH_QUERY = [operation for operation in OPERATIONS if operation.query]
WITH_PAGES = [operation for operation in WITH_QUERY if "after" in operation.query]
MEGABYTE = 1_000_000

each_with_body = pytest.mark.parametrize("operation", WITH_BODY, ids=title)
each_with_query = pytest.mark.parametrize("operation", WITH_QUERY, ids=title)


@pytest.fixture
async def unchanged(pool: Pool, inhabited: Inhabited) -> Any:
    """Nothing that this test sends may leave a trace."""
    before = await everything_stored(pool, inhabited.id)
    yield
    assert await everything_stored(pool, inhabited.id) == before


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
    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
    def test_what_is_no_json_cannot_be_read(
        self, api: str, inhabited: Inhabited, operation: Operation, body: bytes
    ) -> None:
        reply = ask(api, operation.method, inhabited.path(operation), key=inhabited.secret_key, body=body)
        check_refusal(reply, 400, "invalid_json")

    @each_with_body
    @pytest.mark.parametrize("body", [b"[]", b'"name"', b"5", b"null", b"true"])
    def test_a_body_is_an_object(self, api: str, inhabited: Inhabited, operation: Operation, body: bytes) -> None:
        reply = ask(api, operation.method, inhabited.path(operation), key=inhabited.secret_key, body=body)
        check_refusal(reply, 422, "invalid_params", "")

    @every_operation
    def test_a_length_above_the_limit_is_refused_when_the_body_has_only_begun(
        self, api: str, inhabited: Inhabited, operation: Operation
    ) -> None:
        limit = operation.max_body_bytes
        path = inhabited.path(operation)
        reply = ask(api, operation.method, path, key=inhabited.secret_key, announced=limit + 1, body=b"{")
        check_refusal(reply, 413, "payload_too_large")
        assert reply.json.get("error", reply.json)["message"] == f"The body is larger than {limit:,} bytes."

    @every_operation
    def test_chunks_above_the_limit_are_refused(self, api: str, inhabited: Inhabited, operation: Operation) -> None:
        chunks = [b" " * MEGABYTE] * (operation.max_body_bytes // MEGABYTE) + [b"{}"]
        reply = ask(api, operation.method, inhabited.path(operation), key=inhabited.secret_key, body=chunks)
        check_refusal(reply, 413, "payload_too_large")


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


def wrong_fields() -> Iterator[Any]:
    """Each field of each body with each value that the published description of the API does not allow there."""
    described = document(DIALECTS)
    for operation in WITH_BODY:
        body = described["paths"][operation.path][operation.method.lower()]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        for field, type in described["components"]["schemas"][name]["properties"].items():
            check = Draft202012Validator({**type, "components": described["components"]})
            for value in CANDIDATES:
                if not check.is_valid(value):
                    shown = json.dumps(value)
                    short = shown if len(shown) < 20 else f"{shown[:12]}… of {len(value)}"
                    yield pytest.param(operation, field, value, id=f"{title(operation)} {field} = {short}")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("operation", "field", "value"), [*wrong_fields()])
def test_a_field_of_another_type_is_named(
    api: str, inhabited: Inhabited, operation: Operation, field: str, value: Any
) -> None:
    body = json.dumps({**inhabited.body(operation), field: value}).encode()
    reply = ask(api, operation.method, inhabited.path(operation), key=inhabited.secret_key, body=body)
    check_refusal(reply, 422, "invalid_params", field)


@pytest.fixture
async def key(keys: Keys, environment: Environment) -> str:
    """The key of an environment that a test may write to."""
    return (await keys.create(environment.name, "secret")).key


@each_with_body
def test_of_a_repeated_name_the_last_counts(api: str, key: str, inhabited: Inhabited, operation: Operation) -> None:
    """Legal JSON, however odd."""
    right = json.dumps(inhabited.body(operation)).encode()
    wrong_first = re.sub(rb'{"(\w+)":', rb'{"\1": false, "\1":', right, count=1)
    reply = ask(api, operation.method, inhabited.path(operation), key=key, body=wrong_first)
    assert reply.status in (200, 204, 404)


# JSON that can be read, but not be kept.
UNSTORABLE = {
    "NUL": rb'"a\u0000b"',
    "NUL in a name": rb'{"a\u0000b": 1}',
    "2**70": str(2**70).encode(),
    "-2**63 - 1": str(-(2**63) - 1).encode(),
    "70 levels": b"[" * 70 + b"]" * 70,
}

PLACES = {
    "a trait": ("PUT", "/v1/users/ada", b'{"trait": %s}', "properties.trait"),
    "channel data": ("PUT", "/v1/users/ada", b'{"channel_data": {"push": {"a": %s}}}', "channel_data.push"),
    "an inline preference set": (
        "PUT",
        "/v1/users/ada",
        b'{"preferences": {"default": {"commercial_subscribed": %s}}}',
        "preferences.default.commercial_subscribed",
    ),
    "a preference set": (
        "PUT",
        "/v1/users/ada/preferences/default",
        b'{"commercial_subscribed": {"conditions": [{"variable": "data.a", "operator": "exists", "argument": %s}]}}',
        "commercial_subscribed.conditions[0].argument",
    ),
    "data": ("POST", "/v1/workflows/welcome/trigger", b'{"recipients": ["ada"], "data": {"a": %s}}', "data.a"),
    "data of one recipient": (
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": ["ada", {"id": "bob", "$trigger_data": {"a": %s}}]}',
        "recipients[1].$trigger_data",
    ),
    "an inline recipient": (
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}, {"id": "ada", "trait": %s}]}',
        "properties.trait",
    ),
    "an inline actor": (
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}], "actor": {"id": "ada", "trait": %s}}',
        "properties.trait",
    ),
    "an inline tenant": (
        "POST",
        "/v1/workflows/welcome/trigger",
        b'{"recipients": [{"id": "bob"}], "tenant": {"id": "acme", "trait": %s}}',
        "properties.trait",
    ),
    "what an interaction was": (
        "PUT",
        "/v1/messages/{message_id}/interacted",
        b'{"metadata": {"a": %s}}',
        "metadata",
    ),
    "what interactions were": (
        "POST",
        "/v1/messages/batch/interacted",
        b'{"message_ids": ["{message_id}"], "metadata": {"a": %s}}',
        "metadata",
    ),
}


class TestUnstorableValues:
    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
    @pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
    def test_nothing_of_the_call_is_kept(
        self, api: str, inhabited: Inhabited, place: tuple[str, str, bytes, str], value: bytes
    ) -> None:
        method, path, body, field = place
        message_id = inhabited.message_ids[0]
        sent = body.replace(b"{message_id}", message_id.encode()) % value
        reply = ask(api, method, path.format(message_id=message_id), key=inhabited.secret_key, body=sent)
        check_refusal(reply, 422, "invalid_params", field)

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
    def test_ids_and_keys(self, api: str, inhabited: Inhabited, path: str, body: Any, field: str) -> None:
        reply = ask(api, "POST", path, key=inhabited.secret_key, body=json.dumps(body).encode())
        check_refusal(reply, 422, "invalid_params", field)

    @pytest.mark.usefixtures("unchanged")
    def test_a_repetition_key_has_a_length(self, api: str, inhabited: Inhabited) -> None:
        for key in ("", "x" * 256):
            reply = ask(
                api,
                "POST",
                "/v1/workflows/welcome/trigger",
                key=inhabited.secret_key,
                headers={"idempotency-key": key},
                body=b'{"recipients": ["ada"]}',
            )
            check_refusal(reply, 422, "invalid_params", "Idempotency-Key")

    @pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
    def test_in_bulk_only_the_bad_row_fails(self, api: str, key: str, value: bytes) -> None:
        body = b'{"users": [{"id": "first"}, {"id": "bad", "trait": %s}, {"id": "last"}]}' % value
        operation = ask(api, "POST", "/v1/users/bulk/identify", key=key, body=body).json
        assert (operation["success_count"], operation["error_count"]) == (2, 1)
        assert operation["error_items"] == [{"id": "bad"}]
        listed = ask(api, "GET", "/v1/users", key=key).json["entries"]
        assert [user["id"] for user in listed] == ["first", "last"]


SEGMENTS = {
    "%00": "NUL",
    "a%00b": "NUL inside",
    "%ff": "no UTF-8",
    "%ED%A0%80": "a surrogate",
    "%": "a bare percent sign",
}
SEGMENTS |= {"%zz": "a broken escape", "%4": "half an escape", "": "an empty part"}


def bad_paths() -> Iterator[Any]:
    for operation in OPERATIONS:
        for variable in re.findall(r"{(\w+)}", operation.path):
            for segment, name in SEGMENTS.items():
                yield pytest.param(operation, variable, segment, id=f"{title(operation)} {variable} is {name}")


@pytest.mark.usefixtures("unchanged")
class TestPaths:
    @pytest.mark.parametrize(("operation", "variable", "segment"), [*bad_paths()])
    def test_a_path_that_cannot_be_read(
        self, api: str, inhabited: Inhabited, operation: Operation, variable: str, segment: str
    ) -> None:
        path = inhabited.path(operation, **{variable: segment})
        body = inhabited.body_bytes(operation)
        reply = ask(api, operation.method, path, key=inhabited.secret_key, body=body)
        check_refusal(reply, 400, "invalid_json")

    @every_operation
    @pytest.mark.parametrize("length", [257, 10_000])
    def test_an_id_that_is_too_long_is_refused_or_names_nothing(
        self, api: str, inhabited: Inhabited, operation: Operation, length: int
    ) -> None:
        variables = re.findall(r"{(\w+)}", operation.path)
        body = inhabited.body_bytes(operation)
        for variable in variables:
            path = inhabited.path(operation, **{variable: "x" * length})
            reply = ask(api, operation.method, path, key=inhabited.secret_key, body=body)
            is_object = (
                operation.path.startswith(("/v1/objects/", "/v1/tenants/", "/v1/audiences/", "/directory/v1/objects/"))
                and variable != "channel_id"
            )
            if variable in ("user_id", "collection") or is_object or "/preferences/" in operation.path:
                check_refusal(reply, 422, "invalid_params", variable)
            elif operation.name == "workflows.cancel":
                assert (reply.status, reply.body) == (204, b"")
            else:
                check_refusal(reply, 404, "workflow_missing" if variable == "key" else "resource_missing")

    def test_a_path_that_no_server_takes(self, api: str, inhabited: Inhabited) -> None:
        """The one answer without an envelope: the HTTP server gives up before there is a request."""
        assert ask(api, "GET", f"/v1/users/{'x' * 70_000}", key=inhabited.secret_key).status == 414


# What each query parameter does not take; None: it takes any text.
NONSENSE: dict[str, list[str] | None] = {
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


def bad_parameters() -> Iterator[Any]:
    for operation in WITH_QUERY:
        for name in operation.query:
            for value in NONSENSE[name] or ():
                yield pytest.param(operation, name, value, id=f"{title(operation)} {name}={value[:30]}")


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
    @pytest.mark.parametrize(("operation", "name", "value"), [*bad_parameters()])
    def test_a_value_that_a_parameter_does_not_take_is_named(
        self, api: str, inhabited: Inhabited, operation: Operation, name: str, value: str
    ) -> None:
        path = f"{inhabited.path(operation)}?{quote(name)}={quote(value)}"
        reply = ask(api, operation.method, path, key=inhabited.secret_key, body=inhabited.body_bytes(operation))
        check_refusal(reply, 422, "invalid_params", name.removesuffix("[]"))

    @each_with_query
    @pytest.mark.parametrize(
        "query",
        ["%ff=1", "a=%ED%A0%80", "tenant=%00", "%00=1", "&".join(f"a{number}=1" for number in range(6000))],
        ids=["no UTF-8", "a surrogate", "NUL", "NUL in a name", "6,000 parameters"],
    )
    def test_a_query_that_cannot_be_read(
        self, api: str, inhabited: Inhabited, operation: Operation, query: str
    ) -> None:
        path = f"{inhabited.path(operation)}?{query}"
        reply = ask(api, operation.method, path, key=inhabited.secret_key, body=inhabited.body_bytes(operation))
        check_refusal(reply, 400, "invalid_json")

    @pytest.mark.parametrize("operation", WITH_PAGES, ids=title)
    @pytest.mark.parametrize("cursor", FORGED.values(), ids=FORGED.keys())
    def test_a_forged_cursor(self, api: str, inhabited: Inhabited, operation: Operation, cursor: str) -> None:
        for name in ("after", "before"):
            path = f"{inhabited.path(operation)}?{name}={cursor}"
            reply = ask(api, operation.method, path, key=inhabited.secret_key)
            check_refusal(reply, 422, "invalid_params", name)

    @pytest.mark.parametrize("query", ["message_ids[]=x&" * 51, "", "message_ids[]=x&" * 26])
    def test_a_number_of_ids_that_is_not_taken(self, api: str, inhabited: Inhabited, query: str) -> None:
        path = f"/v1/users/{USER}/messages" if query.count("&") > 50 else "/v1/messages/batch/content"
        check_refusal(
            ask(api, "GET", f"{path}?{query}", key=inhabited.secret_key), 422, "invalid_params", "message_ids"
        )

    @pytest.mark.parametrize("operation", [one for one in WITH_QUERY if one.method == "GET"], ids=title)
    @pytest.mark.parametrize("query", ["", "&&&", "=", "=1", "a", "[]=1", "a[[[=1", "unknown=1", "a=%zz"])
    def test_odd_but_legal_queries_are_taken(
        self, api: str, inhabited: Inhabited, operation: Operation, query: str
    ) -> None:
        ids = "".join(f"message_ids[]={id}&" for id in inhabited.message_ids)
        path = f"{inhabited.path(operation)}?workflow=welcome&{ids}{query}"
        assert ask(api, "GET", path, key=inhabited.secret_key).status == 200


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


def is_understood(reply: Reply) -> bool:
    return reply.status in (200, 400, 422) and (reply.status == 200 or reply.json["status"] == reply.status)


class TestAnything:
    """No body whatever is answered with a server error."""

    few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

    @few
    @given(body=any_json)
    def test_as_a_user(self, api: str, key: str, body: Any) -> None:
        assert is_understood(ask(api, "PUT", "/v1/users/ada", key=key, body=json.dumps(body).encode()))

    @few
    @given(rows=st.lists(any_json | st.dictionaries(st.sampled_from(NAMES), any_json), max_size=3))
    def test_as_rows(self, api: str, key: str, rows: list[Any]) -> None:
        body = json.dumps({"users": [row if isinstance(row, dict) else {"id": row} for row in rows]}).encode()
        assert is_understood(ask(api, "POST", "/v1/users/bulk/identify", key=key, body=body))

    @few
    @given(body=st.dictionaries(st.sampled_from(NAMES), any_json), recipient=any_json)
    def test_as_a_trigger(self, api: str, playground: Inhabited, body: Any, recipient: Any) -> None:
        sent = json.dumps({**body, "recipients": [recipient]}).encode()
        reply = ask(api, "POST", "/v1/workflows/welcome/trigger", key=playground.secret_key, body=sent)
        assert is_understood(reply)
