"""Edits of users: their forms, many in one request, and their entries."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
import pytest
from suprsend import Suprsend

from addressee.database.installation import Installation
from tests.dialects.suprsend.model import own
from tests.dialects.suprsend.test_users import values
from tests.support.api import API
from tests.support.waiting import eventually


class TestFormsOfAnEdit:
    """The same operations by every way that there is lead to the same user."""

    calls = (
        ("add_email", "A@Example.com"),
        ("add_email", "not an address"),
        ("set", {"plan": "pro", "$bad": 1, "SS_x": 2, "$email": "b@example.com"}),
        ("increment", {"visits": 2}),
        ("append", {"tags": "x", "$whatsapp": "+91 98765 43210"}),
        ("set_locale", "en_GB"),
        ("set_timezone", "Mars/Olympus"),
    )
    warned = ("$email", "$bad", "SS_x", "$email", "$timezone")

    def helped(self, instance: Any) -> Any:
        for name, *arguments in self.calls:
            getattr(instance, name)(*arguments)
        return instance

    def keys_of(self, warnings: list[str]) -> list[str]:
        return sorted(warning.partition("]")[0][1:] for warning in warnings)

    def shown(self, client: Suprsend, id: str) -> dict[str, Any]:
        found = client.users.get(id)
        return {
            key: value
            for key, value in {**found, "properties": own(found)}.items()
            if key not in {"distinct_id", "created_at", "updated_at", "$inbox"}
        }

    def test_are_equal(self, suprsend: Suprsend) -> None:
        suprsend.users.async_edit(self.helped(suprsend.users.get_edit_instance("async")))
        answered = suprsend.users.edit(self.helped(suprsend.users.get_edit_instance("sync")))
        self.helped(suprsend.user.get_instance("old")).save()
        bulk = suprsend.users.get_bulk_edit_instance()
        bulk.append(self.helped(suprsend.users.get_edit_instance("bulk")))
        bulk.save()
        older = suprsend.bulk_users.new_instance()
        older.append(self.helped(suprsend.user.get_instance("old-bulk")))
        older.save()

        users = [self.shown(suprsend, id) for id in ("async", "sync", "old", "bulk", "old-bulk")]
        assert users == [users[0]] * 5
        assert users[0]["properties"] == {"plan": "pro", "visits": 2, "tags": ["x"], "$locale": "en_GB"}
        assert (values(users[0], "$email"), values(users[0], "$whatsapp")) == (["A@Example.com"], ["+919876543210"])
        assert self.keys_of(answered["warnings"]) == sorted(self.warned)

    def test_what_was_passed_over_can_be_asked_for(self, suprsend: Suprsend, native: httpx.Client) -> None:
        suprsend.users.async_edit(self.helped(suprsend.users.get_edit_instance("u")))
        [notice] = native.get("/directory/v1/notices").raise_for_status().json()["notices"]
        assert notice["recipient_id"] == "u"
        assert self.keys_of(notice["messages"]) == sorted(self.warned)
        assert "not an address" not in str(notice)


class TestManyEdits:
    def test_401_go_in_two_requests(self, suprsend: Suprsend) -> None:
        bulk = suprsend.users.get_bulk_edit_instance()
        for number in range(401):
            user = suprsend.users.get_edit_instance(f"u{number}")
            user.set("number", number)
            bulk.append(user)
        answer = bulk.save()
        assert (answer.status, answer.success, answer.failure) == ("success", 401, 0)
        assert suprsend.users.list()["meta"]["count"] == 401
        assert own(suprsend.users.get("u400")) == {"number": 400}

    def test_a_request_just_below_the_limit_is_taken(self, suprsend: Suprsend) -> None:
        """A chunk is filled up to 819,200 bytes of edits of up to 10,240."""
        bulk = suprsend.users.get_bulk_edit_instance()
        for number in range(80):
            user = suprsend.users.get_edit_instance(f"u{number}")
            user.set("text", "x" * 9_700)
            bulk.append(user)
        answer = bulk.save()
        assert (answer.status, answer.success) == ("success", 80)

    def test_edits_of_one_user_keep_their_order(self, suprsend: Suprsend) -> None:
        bulk = suprsend.users.get_bulk_edit_instance()
        for number in range(50):
            user = suprsend.users.get_edit_instance("u")
            user.append("numbers", number)
            bulk.append(user)
        bulk.save()
        assert own(suprsend.users.get("u")) == {"numbers": [*range(50)]}


class TestEntries:
    """Of `/event/`, as no SDK would write them."""

    counter = itertools.count()

    def test_those_that_can_be_written_are(self, rest: httpx.Client, suprsend: Suprsend) -> None:
        entries = [
            {"distinct_id": "a", "$user_operations": [{"$set": {"n": 1}}]},
            {"distinct_id": "", "$user_operations": []},
            {"distinct_id": "b", "$user_operations": "set"},
            {"distinct_id": "c", "$set": {"n": 3}, "$unset": ["m"]},
            {"distinct_id": "d", "env": "another-workspace-altogether", "$user_operations": []},
            {"distinct_id": "e"},
            "nothing",
        ]
        answer = rest.post("/event/", json=entries)
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (202, "OK", "text/plain")
        assert {user["distinct_id"] for user in suprsend.users.list()["results"]} == {"a", "c"}

    def test_the_log_says_which_were_refused(self, rest: httpx.Client, installation: Installation) -> None:
        entries = [
            {"distinct_id": "a", "$user_operations": []},
            {"distinct_id": "secret@example.com", "$user_operations": "set"},
            {"distinct_id": "b", "event": "$mine"},
            {"distinct_id": "c", "$user_operations": [], "tenant_id": "nowhere"},
        ]
        answer = rest.post("/event/", json=entries)
        assert answer.status_code == 202
        log = installation.data_dir / f"{API}.log"

        def refused() -> list[dict[str, Any]]:
            lines = [
                json.loads(line) for line in log.read_text().splitlines() if answer.headers["x-request-id"] in line
            ]
            return [line for line in lines if line["event"] == "record refused"]

        eventually(lambda: len(refused()) == 3)
        assert sorted((line["index"], line["status"]) for line in refused()) == [(1, 400), (2, 400), (3, 404)]
        assert "secret@example.com" not in log.read_text()

    @pytest.mark.parametrize(
        "body",
        [
            [],
            [{"distinct_id": "a"}] * 401,
            [{"distinct_id": ".", "$user_operations": []}],
            {"distinct_id": "a", "$user_operations": [5]},
            {"distinct_id": "a", "$user_operations": [{"$sett": {}}]},
            {"distinct_id": "a", "$user_operations": [{"$set": 5}]},
            {"distinct_id": "a", "$user_operations": [{"$unset": "k"}]},
            {"distinct_id": "a", "$user_operations": [{"$set": {"a": 1}}, {"$unset": [1]}]},
        ],
    )
    def test_when_none_can_that_is_said(self, rest: httpx.Client, body: Any) -> None:
        answer = rest.post("/event", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == answer.json()["message"]
        assert rest.get("/v1/user/").json()["meta"]["count"] == 0

    def test_one_above_the_size_of_an_edit_is_refused(self, rest: httpx.Client) -> None:
        body = {"distinct_id": "a", "$user_operations": [{"$set": {"text": "x" * 10_240}}]}
        assert rest.post("/event/", json=body).status_code == 413

    def test_a_repetition_is_answered_and_not_applied(self, rest: httpx.Client, suprsend: Suprsend) -> None:
        body = {"distinct_id": "a", "$insert_id": "x" * 36, "$user_operations": [{"$add": {"n": 1}}]}
        for entry in (body, [body, body], {**body, "$user_operations": [{"$add": {"n": 5}}]}):
            assert rest.post("/event/", json=entry).status_code == 202
        assert own(suprsend.users.get("a")) == {"n": 1}
        rest.post("/event/", json={**body, "$insert_id": "y" * 36}).raise_for_status()
        assert own(suprsend.users.get("a")) == {"n": 2}


def test_an_edit_that_says_nothing_is_refused(rest: httpx.Client) -> None:
    answer = rest.patch("/v1/user/u/", json={})
    assert (answer.status_code, answer.json()["message"]) == (400, "Request body must not be empty")
