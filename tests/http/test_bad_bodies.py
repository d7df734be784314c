"""Bodies of the wrong form, on every route: refused in the dialect's envelope, and nothing of them is kept.

Where that does not hold, a table says so, and why.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from addressee.api.call import RequestInfo
from addressee.api.errors import SlowBodyError
from addressee.directory.access.keys import Kind
from tests.support.populated import PopulatedEnvironment, Stranger, with_user
from tests.support.raw_http import Connection, Reply
from tests.support.refusals import SPOKEN, SPOKEN_NOTIFLOWS_FOR_USERS, SPOKEN_SUPRSEND, Refusal, Spoken
from tests.support.routes import Route, description, each, each_with_body, every_route

MEGABYTE = 1_000_000

UNREADABLE = {
    "cut off": b'{"name": ',
    "no JSON": b"name=Ada",
    "only spaces": b"  ",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "broken UTF-8": b'{"name": "\xff"}',
    "half of a surrogate pair in what is no JSON": rb'{"name": "\ud800"',
    "half of a surrogate pair beside NaN": rb'{"name": "\ud800", "count": NaN}',
    "half of a surrogate pair beside 1e400": rb'{"name": "\ud800", "count": 1e400}',
    "a NUL byte": b'{"name": "\0"}',
    "NaN": b'{"count": NaN}',
    "Infinity": b'{"count": -Infinity}',
    "1e400": b'{"count": 1e400}',
    "a number of 5,000 digits": b'{"count": ' + b"9" * 5000 + b"}",
    "100,000 lists deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


COMPRESSIONS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": lambda body: gzip.compress(body[:1]) + gzip.compress(body[1:]),
    "deflate": zlib.compress,
    "identity": bytes,
}


@cache
def gzipped_spaces(size: int) -> bytes:
    return gzip.compress(b" " * size)


@pytest.mark.usefixtures("unchanged")
class TestBodies:
    @each_with_body
    def test_what_is_no_json_cannot_be_read(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = [
            f"{name}: {problem}"
            for name, body in UNREADABLE.items()
            for problem in route.problems(populated.ask(line, route, body=body), Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_body
    def test_a_body_is_an_object_or_a_list_of_some(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = [
            f"{body!r}: {problem}"
            for body in (b"[]", b'"name"', b"5", b"null", b"true")
            for problem in route.problems(populated.ask(line, route, body=body), Refusal.INVALID, "")
        ]
        assert not wrong, "\n".join(wrong)

    @every_route
    def test_a_length_above_the_limit_is_refused_when_the_body_has_only_begun(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        limit = route.operation.max_body_bytes
        reply = populated.ask(line, route, announced=limit + 1, body=b"{")
        assert not route.problems(reply, Refusal.TOO_LARGE)
        assert route.spoken.message(reply) == f"The body is larger than {limit:,} bytes."

    @every_route
    def test_chunks_above_the_limit_are_refused(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        whole, rest = divmod(route.operation.max_body_bytes + 1, MEGABYTE)
        chunks = [b" " * MEGABYTE] * whole + [b" " * rest]
        assert not route.problems(populated.ask(line, route, body=chunks), Refusal.TOO_LARGE)


@pytest.mark.usefixtures("unchanged")
class TestCompressedBodies:
    @each_with_body
    def test_they_are_read(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        """A number is JSON, and no body of any route."""
        wrong = [
            f"{encoding}: {problem}"
            for encoding, compress in COMPRESSIONS.items()
            for headers in [{"content-encoding": encoding}]
            for reply in [populated.ask(line, route, headers=headers, body=compress(b"5"))]
            for problem in route.problems(reply, Refusal.INVALID, "")
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_body
    def test_what_is_not_compressed_as_it_says_cannot_be_read(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = [
            f"{body[:9]!r}: {problem}"
            for body in (b"{}", gzip.compress(b"{}")[:-9], gzip.compress(b"{}") + b"more", zlib.compress(b"{}"))
            for reply in [populated.ask(line, route, headers={"content-encoding": "gzip"}, body=body)]
            for problem in route.problems(reply, Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @every_route
    def test_no_more_is_inflated_than_a_body_may_have(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        bomb = gzipped_spaces(route.operation.max_body_bytes + 1)
        reply = populated.ask(line, route, headers={"content-encoding": "gzip"}, body=bomb)
        assert not route.problems(reply, Refusal.TOO_LARGE)

    @every_route
    def test_other_compressions_are_refused(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = []
        for encoding in ("br", "zstd", "gzip, gzip", "x" * 100):
            reply = populated.ask(line, route, headers={"content-encoding": encoding}, body=b"{}")
            wrong += [f"{encoding}: {problem}" for problem in route.problems(reply, Refusal.ENCODING)]
            assert reply.headers["accept-encoding"] == "gzip, deflate"
        assert not wrong, "\n".join(wrong)


def test_a_length_beside_chunks_counts_for_nothing(line: Connection, stranger: Stranger) -> None:
    parts = [b'{"name": "Ada"', b"}"]
    length = {"content-length": str(len(parts[0]))}
    reply = line.ask("PUT", "/v1/users/ada", key=stranger.keys["secret"], headers=length, body=parts)
    assert (reply.status, reply.json["name"]) == (200, "Ada")


@pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.name)
def test_a_body_that_does_not_arrive_is_answered_in_the_envelope(spoken: Spoken) -> None:
    answer = spoken.dialect.error(SlowBodyError(), RequestInfo("a-request", "http://localhost"))
    reply = Reply(answer.status, {"x-request-id": "a-request"}, answer.body)
    assert not spoken.problems(reply, Refusal.TOO_SLOW)


@pytest.mark.parametrize("depth", range(300, 1000, 7))
def test_depth_beside_half_of_a_surrogate_pair(line: Connection, stranger: Stranger, depth: int) -> None:
    """Such bodies take another way, on which depth has other ends."""
    deep = b"[" * depth + b"]" * depth
    asked: Sequence[tuple[str, str, Kind, bytes]] = (
        ("PUT", "/v1/users/ada", "secret", rb'{"a": "\ud800", "b": %s}'),
        ("PUT", "/v1/users/ada", "secret", rb'{"b": %s, "a": "\ud800"}'),
        ("POST", "/event/", "api", rb'{"distinct_id": "ada", "$user_operations": [{"$set": {"\ud800": 1, "b": %s}}]}'),
        ("POST", "/v1/batch/users", "secret", rb'{"batch": [{"id": "a", "\ud800": 1, "properties": {"b": %s}}]}'),
    )
    for method, path, kind, body in asked:
        reply = line.ask(method, path, key=stranger.keys[kind], body=body % deep)
        assert reply.status < 500, (path, reply)


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

# An empty text is a filter that the client does not mean (knock.md §2.3), but for whose messages it is about.
NO_FILTER = "POST /v1/channels/{channel_id}/messages/bulk/{action}"
OWNERS = {"recipient_ids", "user_ids"}

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
    @each(lambda route: route.operation.request is not None and route.title not in TAKE_PROFILES)
    def test_one_of_another_type_is_named(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = []
        for form in route.forms:
            for field, value in wrong_fields(form.schema):
                if value == "" and route.title == NO_FILTER and field not in OWNERS:
                    continue
                body = json.dumps(form.of({**populated.body(route), field: value})).encode()
                reply = populated.ask(line, route, body=body)
                is_too_large = len(body) > MOST_BYTES.get(route.title, len(body))
                refusal = Refusal.TOO_LARGE if is_too_large else Refusal.INVALID
                answers_each = form.listed and route.title in ANSWER_EACH
                problems = problems_of_record if answers_each else route.problems
                wrong += [f"{field} = {shown(value)}: {problem}" for problem in problems(reply, refusal, field)]
        assert not wrong, "\n".join(wrong)

    @each(lambda route: route.title in TAKE_PROFILES)
    def test_one_that_is_passed_over_is_warned_of(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        [form] = route.forms
        wrong = []
        for field, value in wrong_fields(form.schema):
            reply = populated.ask(line, route, body=json.dumps({field: value}).encode())
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


@each(lambda route: route.operation.request is not None and route.spoken is not SPOKEN_NOTIFLOWS_FOR_USERS)
def test_of_a_repeated_name_the_last_counts(
    line: Connection, stranger: Stranger, populated: PopulatedEnvironment, route: Route
) -> None:
    """Legal JSON, however odd. Where there is nobody, nobody can be acted for."""
    right = populated.body_bytes(route)
    assert right is not None
    wrong_first = re.sub(rb'{"([^"]+)":', rb'{"\1": false, "\1":', right, count=1)
    path = with_user(route, populated.path(route, workspace=stranger.workspace))
    headers = route.spoken.sends(stranger.key(route))
    reply = line.ask(route.method, path, headers=headers, body=wrong_first)
    assert reply.status // 100 == 2 or reply.status == 404, reply
