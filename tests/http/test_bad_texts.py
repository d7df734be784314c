"""Texts that JSON can write and PostgreSQL cannot hold, in every place of every route's body.

They are refused by name, or passed over with a word about it: with the whole request, or with their row alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from tests.http.conftest import new_inhabited
from tests.support.populated import GUEST, LIST, OBJECT, TENANT, PopulatedEnvironment, Stranger
from tests.support.raw_http import Connection, Reply
from tests.support.refusals import USER, Refusal
from tests.support.routes import Route, each_with_body

NUL = "a\0b"
HALF = "a\ud83db"
BAD_TEXTS = (NUL, HALF)

# What is not looked at: what ends something needs to know what, and nothing else.
IGNORE = {
    ("DELETE /v1/audiences/{audience_key}/members", "members[0].user.name"),
    ("POST /v1/objects/{collection}/bulk/subscriptions/delete", "subscriptions[0].properties.name"),
    ("POST /{workspace}/trigger/", "name"),  # the template names the workflow
    ("POST /{workspace}/trigger/", "[0].name"),
}

# An id that no list can have is not there.
LOOK_FOR_IT = {("POST /{workspace}/broadcast/", "list_id")}

# What is passed over of an edit stands in a notice.
NOTED = {"POST /event/"}


@pytest.fixture(scope="module")
async def place(api: str, worker: None, pool: Pool, installation: Installation) -> PopulatedEnvironment:
    """Changes as the walks go."""
    return await new_inhabited(api, pool, installation)


def below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def with_a_bad_text(value: Any, bad: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """The value with one of its texts replaced, and where that is; each text in turn."""
    if isinstance(value, str):
        yield path, bad
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from ((where, {**value, name: one}) for where, one in with_a_bad_text(item, bad, below(path, name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for where, one in with_a_bad_text(item, bad, f"{path}[{index}]"):
                yield where, [*value[:index], one, *value[index + 1 :]]


def with_a_bad_name(value: Any, bad: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """The value with a name more in one of the objects in it, and where that is; each object in turn."""
    if isinstance(value, Mapping):
        yield path, {**value, bad: 1}
        for name, item in value.items():
            yield from ((where, {**value, name: one}) for where, one in with_a_bad_name(item, bad, below(path, name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for where, one in with_a_bad_name(item, bad, f"{path}[{index}]"):
                yield where, [*value[:index], one, *value[index + 1 :]]


def says_so(route: Route, reply: Reply) -> bool:
    """Whether an answer to what was taken says that a part of it was not."""
    answer = {} if route.title in NOTED else reply.json
    return (
        route.title in NOTED
        or answer.get("error_count", 0) > 0
        or "warnings" in answer
        or any(record.get("error") for record in answer.get("records", ()))
    )


@each_with_body
def test_a_bad_text_is_refused(line: Connection, place: PopulatedEnvironment, route: Route) -> None:
    wrong = []
    for form in route.forms:
        for bad in BAD_TEXTS:
            for where, body in with_a_bad_text(form.of(place.body(route)), bad):
                reply = place.ask(line, route, body=json.dumps(body).encode())
                if reply.status >= 300:
                    refusal = Refusal.MISSING if (route.title, where) in LOOK_FOR_IT else Refusal.INVALID
                    wrong += [f"{bad!r} in {where}: {problem}" for problem in route.problems(reply, refusal)]
                elif (route.title, where) not in IGNORE and not says_so(route, reply):
                    wrong.append(f"{bad!r} in {where}: {route.title} is answered {reply}")
    assert not wrong, "\n".join(wrong)


@each_with_body
def test_a_bad_name_is_an_error_of_nobodys_but_the_callers(
    line: Connection, place: PopulatedEnvironment, route: Route
) -> None:
    """Where other names are ignored, these are as well."""
    wrong = []
    for form in route.forms:
        for bad in BAD_TEXTS:
            for where, body in with_a_bad_name(form.of(place.body(route)), bad):
                reply = place.ask(line, route, body=json.dumps(body).encode())
                if reply.status >= 500:
                    wrong.append(f"{bad!r} in {where}: {route.title} is answered {reply}")
                elif reply.status >= 300:
                    msgspec.json.decode(reply.body, type=route.spoken.envelope)
    assert not wrong, "\n".join(wrong)


IDS = {USER, GUEST, OBJECT, TENANT, LIST}


def with_another_id(value: Any, other: Any) -> Iterator[tuple[str, Any]]:
    """The value with one of the ids in it replaced, and where that is; each in turn."""
    for where, marked in with_a_bad_text(value, MARK):
        if original(value, marked) in IDS:
            yield where, json.loads(json.dumps(marked).replace(json.dumps(MARK), json.dumps(other)))


MARK = "\u2603"


def original(value: Any, marked: Any) -> Any:
    """What stands in `value` where `marked` has the mark."""
    if marked == MARK:
        return value
    if isinstance(value, dict):
        return next((found for name in value if (found := original(value[name], marked[name])) is not None), None)
    if isinstance(value, list):
        pairs = zip(value, marked, strict=True)
        return next((found for one, other in pairs if (found := original(one, other)) is not None), None)
    return None


@each_with_body
def test_dots_are_no_id(line: Connection, place: PopulatedEnvironment, route: Route) -> None:
    wrong = []
    for form in route.forms:
        for dots in (".", ".."):
            for where, body in with_another_id(form.of(place.body(route)), dots):
                reply = place.ask(line, route, body=json.dumps(body).encode())
                if reply.status >= 300:
                    refusal = Refusal.MISSING if (route.title, where) in LOOK_FOR_IT else Refusal.INVALID
                    wrong += [f"{dots} in {where}: {problem}" for problem in route.problems(reply, refusal)]
                elif not says_so(route, reply):
                    wrong.append(f"{dots} in {where}: {route.title} is answered {reply}")
    assert not wrong, "\n".join(wrong)


@each_with_body
def test_a_number_is_the_id_that_its_digits_are(line: Connection, place: PopulatedEnvironment, route: Route) -> None:
    wrong = []
    for form in route.forms:
        as_numbers = with_another_id(form.of(place.body(route)), 5)
        as_texts = with_another_id(form.of(place.body(route)), "5")
        for (where, number), (_, text) in zip(as_numbers, as_texts, strict=True):
            expected = place.ask(line, route, body=json.dumps(text).encode())
            reply = place.ask(line, route, body=json.dumps(number).encode())
            if reply.status in (400, 422) and reply.status != expected.status:
                wrong.append(f"{where}: {route.title} is answered {reply}, and {expected} to the text")
    assert not wrong, "\n".join(wrong)


class TestRows:
    """The neighbours of a row with a bad text are written."""

    @pytest.mark.parametrize("bad", BAD_TEXTS)
    @pytest.mark.parametrize(
        ("path", "body", "listed"),
        [
            ("/v1/users/bulk/identify", {"users": [{"id": "good"}, {"id": "BAD"}]}, "/v1/users/good"),
            ("/v1/users/bulk/identify", {"users": [{"id": "good"}, {"id": "x", "a": "BAD"}]}, "/v1/users/good"),
            ("/v1/users/bulk/identify", {"users": [{"id": "good"}, {"id": "x", "BAD": 1}]}, "/v1/users/good"),
            ("/v1/batch/users", {"batch": [{"id": "good"}, {"id": "x", "properties": {"BAD": 1}}]}, "/v1/users/good"),
            ("/v1/users/bulk/preferences", {"user_ids": ["good", "BAD"], "preferences": {}}, "/v1/users/good"),
            ("/v1/objects/c/bulk/set", {"objects": [{"id": "good"}, {"id": "BAD"}]}, "/v1/objects/c/good"),
            ("/v1/tenants/bulk/set", {"tenants": [{"id": "good"}, {"id": "BAD"}]}, "/v1/tenants/good"),
            ("/v1/users/bulk/delete", {"user_ids": ["good", "BAD"]}, None),
            ("/v1/objects/c/bulk/delete", {"object_ids": ["good", "BAD"]}, None),
        ],
    )
    def test_in_bulk(
        self, line: Connection, stranger: Stranger, path: str, body: Any, listed: str | None, bad: str
    ) -> None:
        key = stranger.keys["secret"]
        sent = json.dumps(body).replace("BAD", json.dumps(bad)[1:-1]).encode()
        operation = line.ask("POST", path, key=key, body=sent).json
        assert (operation["success_count"], operation["error_count"]) == (1, 1)
        kept = line.ask("GET", operation["progress_path"], key=key).json
        assert kept["error_items"] == operation["error_items"]
        if listed is not None:
            assert line.ask("GET", listed, key=key).status == 200

    def test_an_id_that_cannot_be_kept_is_shown_escaped(self, line: Connection, stranger: Stranger) -> None:
        body = json.dumps({"user_ids": [NUL, HALF]}).encode()
        operation = line.ask("POST", "/v1/users/bulk/delete", key=stranger.keys["secret"], body=body).json
        assert [item["id"] for item in operation["error_items"]] == ["a\\u0000b", "a\\ud83db"]

    @pytest.mark.parametrize("bad", BAD_TEXTS)
    @pytest.mark.parametrize("operator", ["$set", "$append", "$add", "$set_once"])
    def test_of_asynchronous_edits(self, line: Connection, stranger: Stranger, operator: str, bad: str) -> None:
        """Its other properties are written too, and a notice names the bad one."""
        key = stranger.keys["api"]
        operations = [{"$set": {"ok": 1}}, {operator: {bad: 1}}]
        entries = [{"distinct_id": id, "$user_operations": operations} for id in ("ada", "bob")]
        assert line.ask("POST", "/event/", key=key, body=json.dumps(entries).encode()).status == 202
        for id in ("ada", "bob"):
            properties = line.ask("GET", f"/v1/user/{id}/", key=key).json["properties"]
            assert {name: value for name, value in properties.items() if name != "created_at"} == {"ok": 1}
        notices = line.ask("GET", "/directory/v1/notices", key=stranger.keys["secret"]).json["notices"]
        shown = json.dumps(bad)[1:-1]
        assert [notice["messages"][0].partition(" ")[0] for notice in notices] == [f"[{shown}]", f"[{shown}]"]

    def test_a_name_is_shown_in_the_refusal(self, line: Connection, stranger: Stranger) -> None:
        for bad, shown in ((NUL, "a\\u0000b"), (HALF, "a\\ud83db")):
            body = json.dumps({bad: 1}).encode()
            reply = line.ask("PUT", "/v1/users/ada", key=stranger.keys["secret"], body=body)
            assert (reply.status, reply.json["errors"][0]["field"]) == (422, shown)

    def test_a_word_that_is_none_is_named(self, line: Connection, stranger: Stranger) -> None:
        body = json.dumps({"__persistence_strategy__": HALF}).encode()
        path = "/v1/users/ada/preferences/default"
        reply = line.ask("PUT", path, key=stranger.keys["secret"], body=body)
        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "__persistence_strategy__")
