"""Requests that describe newcomers and are refused for something else, on every route that writes: none is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import msgspec

from addressee.database.pool import Pool
from tests.support.populated import PopulatedEnvironment, everything_stored, taken
from tests.support.raw_http import Connection
from tests.support.routes import Route, each

NOBODY = "nobody-here"
NOWHERE = "nowhere"

SHOWN = 200


def newcomer() -> dict[str, Any]:
    """Somebody whom no request named before, in the words of all dialects."""
    id = f"newcomer-{uuid4()}"
    return {"id": id, "distinct_id": id, "external_id": id, "name": "New"}


def wrong_newcomer() -> dict[str, Any]:
    """One that no dialect takes."""
    return {**newcomer(), "distinct_id": "", "timezone": "Mars/Olympus"}


def described() -> Mapping[str, Any]:
    return {
        "recipients": [newcomer()],
        "users": [newcomer()],
        "members": [{"user": newcomer()}],
        "tenant": {"id": f"tenant-{uuid4()}"},
    }


def wrong() -> Mapping[str, list[Any]]:
    """What a field may be refused for, most of it only where something is looked up."""
    return {
        "recipients": [[newcomer(), wrong_newcomer()], [newcomer(), NOBODY], [newcomer(), {}]],
        "users": [[newcomer(), wrong_newcomer()], [newcomer(), {}]],
        "members": [[{"user": newcomer()}, {"user": wrong_newcomer()}], [{"user": newcomer()}, {"user": {}}]],
        "actor": [NOBODY, {}, wrong_newcomer()],
        "tenant": [{}, {"id": f"tenant-{uuid4()}", "timezone": "Mars/Olympus"}],
        "tenant_id": [""],
        "workflow": ["nothing"],
        "template": ["nothing"],
        "list_id": ["nothing"],
        "data": [{"a": "\0"}],
        "properties": [{"a": "\0"}, {"a": "x" * 300_000}],
        "scheduled_at": ["tomorrow", None],
        "ending_at": ["tomorrow"],
        "cancellation_key": ["\0"],
        "delay": [-1],
        "from_user_id": [NOBODY],
        "from": [NOBODY],
    }


# What requests write, and jobs only take away from.
WRITTEN_BY_REQUESTS = {"recipients", "subscriptions", "schedules", "notices"}


def fields_of(route: Route) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(taken(route.operation.request))}


def wrong_requests(populated: PopulatedEnvironment, route: Route) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is wrong, and the path and the body that are wrong by it alone."""
    fields = fields_of(route)

    def right() -> dict[str, Any]:
        return {**populated.body(route), **{name: value for name, value in described().items() if name in fields}}

    for field, values in wrong().items():
        for value in values if field in fields else ():
            yield f"{field} = {str(value)[:SHOWN]}", populated.path(route), {**right(), field: value}
    for variable in route.variables:
        yield f"{variable} names nothing", populated.path(route, **{variable: NOWHERE}), right()


async def stored(pool: Pool, populated: PopulatedEnvironment) -> set[tuple[str, str]]:
    return {row for row in await everything_stored(pool, populated.id) if row[0] in WRITTEN_BY_REQUESTS}


@each(lambda route: route.operation.request is not None and route.method != "GET")
async def test_a_refused_request_writes_nobody(
    line: Connection, workshop: PopulatedEnvironment, pool: Pool, route: Route
) -> None:
    before = await stored(pool, workshop)
    refused, traces = [], []
    for what, path, body in wrong_requests(workshop, route):
        reply = workshop.ask(line, route, path=path, body=json.dumps(route.forms[0].of(body)).encode())
        assert reply.status < 500, (route.title, what, reply)
        after = await stored(pool, workshop)
        if reply.status >= 400:
            refused.append(what)
            traces += [f"{what}: {reply.status}, and wrote {row[0]} {row[1][:SHOWN]}" for row in after - before]
        before = after
    assert not traces, "\n".join(traces)
    describes = fields_of(route) & described().keys() and "bulk" not in route.path
    assert refused or not describes, f"{route.title} is refused for nothing of all this"
