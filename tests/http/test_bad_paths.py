"""Paths that cannot be read, and ids that are none, on every route.

Where that does not hold, a table says so, and why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.support.populated import PopulatedEnvironment
from tests.support.raw_http import Connection, Reply
from tests.support.refusals import Refusal
from tests.support.routes import Route, each

SEGMENTS = {
    "%00": "NUL",
    "a%00b": "NUL inside",
    "%ff": "no UTF-8",
    "%ED%A0%80": "a surrogate",
    "%": "a bare percent sign",
}
SEGMENTS |= {"%zz": "a broken escape", "%4": "half an escape"}

# As the path has them when it is sent as it is, and as clients send them that leave out what a path resolves.
DOTS = (".", "..", "%2E", "%2e%2e")

# A path that begins with two slashes is one that begins with one: then there is no such variable.
UNREACHABLE = {("workspace", "")}

# What cannot be an id is refused; what looks for one may say instead that there is none. The first
# pattern that fits a path and one of its variables counts.
NO_IDS: Sequence[tuple[str, Refusal | None]] = (
    (r"/(admin|user)/v1/.* (external_id|topic_name)", Refusal.INVALID),
    (r"/(admin|user)/v1/.* (?!handle).*", Refusal.INVALID_PARAMETER),
    (r"/v1/workflows/{key}/cancel key", None),  # there is nothing to cancel
    (r"/v1/users/{user_id}/guides/{channel_id} channel_id", Refusal.INVALID),  # no channel has guides
    (r"/directory/v1/workflows/{key}/simulate key", Refusal.WORKFLOW_MISSING),
    (r"/v1/audiences/{audience_key}(/validate)? audience_key", Refusal.MISSING),
    (r"/v1/channel_groups/.*", Refusal.MISSING),
    (r".*/preferences/.*", Refusal.INVALID),
    (r"/directory/v1/suppressions/.* kind", Refusal.INVALID),
    (r".* (user_id|collection)", Refusal.INVALID),
    (r"(/directory)?/v1/(objects|tenants|audiences)/.* (?!channel_id).*", Refusal.INVALID),
    (r".* (distinct_id|tenant_id|brand_id|object_type|object_id|category)", Refusal.INVALID),
    (r".* workspace", Refusal.UNKNOWN_KEY),
    (r".* (key|handle)", Refusal.WORKFLOW_MISSING),
    (r".*", Refusal.MISSING),
)


def refusal_of_an_id(route: Route, variable: str) -> Refusal | None:
    return next(refusal for pattern, refusal in NO_IDS if re.fullmatch(pattern, f"{route.path} {variable}"))


each_with_variables = each(lambda route: route.variables)


@pytest.mark.usefixtures("unchanged")
class TestPaths:
    @each_with_variables
    def test_one_that_cannot_be_read(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        wrong = [
            f"{variable} is {name}: {problem}"
            for variable in route.variables
            for segment, name in SEGMENTS.items()
            if (variable, segment) not in UNREACHABLE
            for reply in [populated.ask(line, route, path=populated.path(route, **{variable: segment}))]
            for problem in route.problems(reply, Refusal.UNREADABLE)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_variables
    def test_an_empty_id_is_named(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        wrong = [
            problem
            for variable in route.variables
            if (variable, "") not in UNREACHABLE
            for reply in [populated.ask(line, route, path=populated.path(route, **{variable: ""}))]
            for problem in route.problems(reply, Refusal.INVALID, variable)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_variables
    def test_dots_are_no_id(self, line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
        wrong = [
            f"{variable} is {dots}: {problem}"
            for variable in route.variables
            for dots in DOTS
            for reply in [populated.ask(line, route, path=populated.path(route, **{variable: dots}))]
            for problem in problems_of_an_id(route, variable, reply)
        ]
        assert not wrong, "\n".join(wrong)

    @each_with_variables
    def test_an_id_that_is_too_long_is_refused_or_names_nothing(
        self, line: Connection, populated: PopulatedEnvironment, route: Route
    ) -> None:
        wrong = [
            f"{variable} of {length} characters: {problem}"
            for variable in route.variables
            for length in (257, 10_000)
            for reply in [populated.ask(line, route, path=populated.path(route, **{variable: "x" * length}))]
            for problem in problems_of_an_id(route, variable, reply)
        ]
        assert not wrong, "\n".join(wrong)

    def test_one_that_no_server_takes(self, line: Connection, populated: PopulatedEnvironment) -> None:
        """The one answer without an envelope: the HTTP server gives up before there is a request."""
        assert line.ask("GET", f"/v1/users/{'x' * 70_000}", key=populated.secret_key).status == 414


def problems_of_an_id(route: Route, variable: str, reply: Reply) -> list[str]:
    refusal = refusal_of_an_id(route, variable)
    if refusal is not None:
        return route.problems(reply, refusal, variable)
    return [] if (reply.status, reply.body) == (route.operation.status, b"") else [f"{route.title}: {reply}"]
