"""A refusal says which field of which row is wrong, in the words of the caller's API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.populated import PopulatedEnvironment, Stranger
from tests.support.raw_http import Connection

ZONE = "must be a name of the IANA time zone database, like Europe/Berlin."
WRONG = {"id": "carl", "timezone": "Mars/Base"}


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        (
            "POST",
            "/v1/workflows/welcome/trigger",
            {"recipients": ["ada", {"id": "bob"}, WRONG]},
            "recipients[2].timezone",
        ),
        ("POST", "/v1/workflows/welcome/trigger", {"recipients": ["ada"], "actor": WRONG}, "actor.timezone"),
        ("POST", "/v1/workflows/welcome/trigger", {"recipients": ["ada"], "tenant": WRONG}, "tenant.timezone"),
        (
            "POST",
            "/v1/schedules",
            {"workflow": "welcome", "recipients": [{"id": "bob"}, WRONG]},
            "recipients[1].timezone",
        ),
        (
            "POST",
            "/v1/objects/projects/lisbon/subscriptions",
            {"recipients": ["ada", WRONG]},
            "recipients[1].timezone",
        ),
        ("POST", "/v1/audiences/beta/members", {"members": [{"user": WRONG}]}, "members[0].user.timezone"),
        (
            "POST",
            "/v1/workflows/welcome/trigger",
            {"recipients": [{"id": "bob", "channel_data": {"nowhere": {}}}]},
            "recipients[0].channel_data.nowhere",
        ),
        (
            "POST",
            "/v1/workflows/welcome/trigger",
            {"recipients": [{"id": "bob", "preferences": {"default": 5}}]},
            "recipients[0].preferences.default",
        ),
        ("PUT", "/v1/users/ada", WRONG, "timezone"),
        ("PUT", "/v1/users/ada", {"plan": 2**70}, "plan"),
        ("PUT", "/v1/objects/projects/lisbon", {"plan": {"a": "\0"}}, "plan.a"),
    ],
)
def test_knock_names_the_field_of_the_row(
    line: Connection, populated: PopulatedEnvironment, method: str, path: str, body: Any, field: str
) -> None:
    reply = line.ask(method, path, key=populated.secret_key, body=json.dumps(body).encode())
    assert reply.status == 422
    [error] = reply.json["errors"]
    assert error["field"] == field
    assert error["message"].startswith(field)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/trigger/", {"workflow": "welcome", "recipients": ["ada", {"distinct_id": ".."}]}, "recipients[1]"),
        ("/v1/object/projects/lisbon/subscription/", {"recipients": ["ada", {"id": "bob"}]}, "recipients[1]"),
        ("/v1/user/ada/merge/", {"from_user_id": ".."}, "from_user_id"),
    ],
)
def test_suprsend_names_the_field_of_the_row(
    line: Connection, populated: PopulatedEnvironment, path: str, body: Any, field: str
) -> None:
    reply = line.ask("POST", path, key=populated.keys["api"], body=json.dumps(body).encode())
    assert reply.status == 400
    assert [name.partition(".")[0] for name in reply.json["detail"]] == [field]


def test_the_rows_of_a_bulk_call_say_why(line: Connection, stranger: Stranger) -> None:
    rows = [{"id": "ada"}, {"id": "bob", "email": 5}, {"id": ".."}, {"id": "carl", "plan": "\0"}]
    body = json.dumps({"users": rows}).encode()
    operation = line.ask("POST", "/v1/users/bulk/identify", key=stranger.keys["secret"], body=body).json
    assert sorted(operation["error_items"], key=lambda item: str(item["message"])) == [
        {"id": "bob", "message": "users[1].email must be a string or null."},
        {"id": "..", "message": "users[2].id must not be '..': no client can write it into a path."},
        {"id": "carl", "message": "users[3].plan contains a NUL character, which cannot be stored."},
    ]


@pytest.mark.parametrize(
    ("path", "body", "items"),
    [
        (
            "/v1/objects/c/bulk/subscriptions/add",
            {"subscriptions": [{"id": "o", "recipients": ["ada", WRONG]}]},
            [{"id": "o", "collection": "c", "message": f"subscriptions[0].recipients[1].timezone {ZONE}"}],
        ),
        (
            "/v1/schedules/bulk/create",
            {"schedules": [{"workflow": "welcome", "recipient": WRONG, "scheduled_at": "2031-01-01T00:00:00Z"}]},
            [{"id": "carl", "message": f"schedules[0].recipient.timezone {ZONE}"}],
        ),
        (
            "/v1/tenants/bulk/set",
            {"tenants": ["a", {"id": "b", "name": 5}]},
            [{"id": "b", "collection": "$tenants", "message": "tenants[1].name must be a string or null."}],
        ),
        (
            "/v1/users/bulk/delete",
            {"user_ids": ["nobody", ""]},
            [{"id": "", "message": "user_ids[1] must be a string of 1 to 256 characters."}],
        ),
    ],
)
def test_so_do_those_of_others(
    line: Connection, playground: PopulatedEnvironment, path: str, body: Any, items: list[dict[str, str]]
) -> None:
    reply = line.ask("POST", path, key=playground.secret_key, body=json.dumps(body).encode())
    assert reply.json["error_items"] == items


@pytest.mark.parametrize(
    ("operations", "warning"),
    [
        ([{"$append": {"$email": "x"}}], "[$email] must be an e-mail address of 6 to 127 characters."),
        (
            [{"$append": {"$slack": {"email": "a@b.co", "access_token": "a"}}}],
            "[$slack] access_token must start with xox, in 1 to 4,096 characters.",
        ),
        ([{"$set": {"plan": {"a": 2**70}}}], "[plan] a is not a number between -2^63 and 2^63."),
        ([{"$set": {"$timezone": "Mars/Base"}}], f"[$timezone] {ZONE}"),
        ([{"$increment": {"n": "3"}}], "[n] cannot be added to: the amount is not a number."),
        ([{"$set": {"n": "x"}}, {"$add": {"n": 3}}], "[n] cannot be added to: what is stored is not a number."),
    ],
)
def test_suprsend_warns_in_its_own_words(
    line: Connection, stranger: Stranger, operations: list[Any], warning: str
) -> None:
    body = json.dumps({"operations": operations}).encode()
    reply = line.ask("PATCH", "/v1/user/ada/", key=stranger.keys["api"], body=body)
    assert reply.json["warnings"] == [warning]


class TestNumbersAsIds:
    def test_a_whole_number_is_taken(self, line: Connection, stranger: Stranger) -> None:
        body = json.dumps({"users": [{"id": 5, "a": 1}, {"id": -7}]}).encode()
        operation = line.ask("POST", "/v1/users/bulk/identify", key=stranger.keys["secret"], body=body).json
        assert operation["success_count"] == 2
        listed = line.ask("GET", "/v1/users", key=stranger.keys["secret"]).json["entries"]
        assert [user["id"] for user in listed] == ["5", "-7"]

    @pytest.mark.parametrize("id", ["5.0", "1e3", "true", "null", "[5]"])
    def test_nothing_else_is(self, line: Connection, stranger: Stranger, id: str) -> None:
        body = b'{"users": [{"id": %s}]}' % id.encode()
        reply = line.ask("POST", "/v1/users/bulk/identify", key=stranger.keys["secret"], body=body)
        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "users[0].id")
