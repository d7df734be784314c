"""Audiences, as the official SDK sees them (knock.md §2.3, §3.7)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import knockapi
import pytest
from knockapi import Knock

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.dialects.knock.test_workflows import Pushed, wait_for_messages
from tests.messaging.office import write_files

START = datetime.now(UTC)


def members(knock: Knock, key: str = "beta") -> list[tuple[str, str | None]]:
    return [(member.user_id, member.tenant) for member in knock.audiences.list_members(key).entries]


def test_members_are_identified_and_listed_newest_first(knock: Knock) -> None:
    knock.users.update("ada", extra_body={"plan": "pro"})
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada", "name": "Ada"}}])
    knock.audiences.add_members("beta", members=[{"user": {"id": "bob"}, "tenant": "acme"}], create_audience=False)
    bob, ada = knock.audiences.list_members("beta").entries
    assert (bob.user_id, bob.tenant, ada.tenant, ada.api_typename) == ("bob", "acme", None, "AudienceMember")
    assert ada.user.to_dict() == knock.users.get("ada").to_dict()
    assert (ada.user.name, ada.user.to_dict()["plan"]) == ("Ada", "pro")
    assert START <= ada.added_at <= datetime.now(UTC)


def test_adding_again_changes_the_tenant_only(knock: Knock) -> None:
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada"}, "tenant": "acme"}])
    (before,) = knock.audiences.list_members("beta").entries
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada"}, "tenant": "zeta"}, {"user": {"id": "bob"}}])
    assert members(knock) == [("bob", None), ("ada", "zeta")]
    assert knock.audiences.list_members("beta").entries[1].added_at == before.added_at


def test_removing_passes_over_who_is_no_member(knock: Knock) -> None:
    knock.users.update("eve")
    knock.audiences.add_members("beta", members=[{"user": {"id": id}} for id in ("ada", "bob")])
    knock.audiences.remove_members("beta", members=[{"user": {"id": id}} for id in ("ada", "eve", "nobody")])
    assert members(knock) == [("bob", None)]
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("nobody")


def test_who_is_deleted_is_no_member(knock: Knock) -> None:
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada"}}])
    knock.users.delete("ada")
    knock.users.update("ada")
    assert members(knock) == []


def test_an_audience_that_is_not_there(knock: Knock) -> None:
    one: Any = [{"user": {"id": "ada"}}]
    for call in (
        lambda: knock.audiences.list_members("none"),
        lambda: knock.audiences.remove_members("none", members=one),
        lambda: knock.audiences.add_members("none", members=one, create_audience=False),
    ):
        with pytest.raises(knockapi.NotFoundError):
            call()
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("ada")


def test_a_member_that_would_grow_too_large_is_found_before_others_are_written(
    knock: Knock, http: httpx.Client
) -> None:
    http.put("/v1/users/ada", json={"notes": "x" * 200_000}).raise_for_status()
    members = [{"user": {"id": "bob"}}, {"user": {"id": "ada", "more": "x" * 100_000}}]
    answer = http.post("/v1/audiences/beta/members", json={"members": members})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "members[1].user.properties")
    assert [user.id for user in knock.users.list()] == ["ada"]
    assert http.get("/v1/audiences/beta/members").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "members"),
        ({"members": [{}]}, "members[0]"),
        ({"members": [{"user": {}}]}, "members[0].user.id"),
        ({"members": [{"user": "ada"}]}, "members[0].user"),
        ({"members": [{"user": {"id": "ada"}, "tenant": ""}]}, "members[0].tenant"),
        ({"members": [{"user": {"id": "ada"}}] * 1001}, "members"),
        ({"members": [{"user": {"id": "ada", "timezone": "Mars"}}]}, "members[0].user.timezone"),
    ],
)
def test_what_is_not_taken_is_named(http: httpx.Client, body: Any, field: str) -> None:
    answer = http.post("/v1/audiences/beta/members", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert http.get("/v1/audiences/beta/members").status_code == 404


def test_pages(knock: Knock, http: httpx.Client) -> None:
    for id in ("ada", "bob", "eve"):
        knock.audiences.add_members("beta", members=[{"user": {"id": id}}])
    path = "/v1/audiences/beta/members"
    first = http.get(path, params={"page_size": 2}).json()
    assert [entry["user_id"] for entry in first["entries"]] == ["eve", "bob"]
    rest = http.get(path, params={"after": first["entries"][1]["__cursor"]}).json()
    assert [entry["user_id"] for entry in rest["entries"]] == ["ada"]
    assert rest["page_info"]["after"] is None


def test_an_audience_is_no_object_that_one_subscribes_to(knock: Knock, http: httpx.Client) -> None:
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada"}}])
    knock.objects.set("projects", "beta")
    knock.objects.add_subscriptions("projects", "beta", recipients=["ada"])
    knock.objects.add_subscriptions("$tenants", knock.tenants.set("acme").id, recipients=["ada"])
    subscribed = [each.object.collection for each in knock.users.list_subscriptions("ada")]
    assert subscribed == ["$tenants", "projects"]
    named = {"objects[][id]": "beta", "objects[][collection]": "$audiences"}
    assert http.get("/v1/users/ada/subscriptions", params=named).json()["entries"] == []
    assert http.get("/v1/objects/$audiences/beta").status_code == 422


def test_conditions_ask_who_is_a_member(knock: Knock, pushed: Pushed) -> None:
    asked = {"variable": "recipient", "operator": "is_audience_member", "argument": "beta"}
    for id in ("ada", "bob"):
        knock.users.update(id, name=id)
        members_only: Any = {"new-comment": {"conditions": [asked]}}
        knock.users.set_preferences(id, "default", workflows=members_only)
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada"}}])
    knock.workflows.trigger("new-comment", recipients=["bob", "ada"], data={"thread": 1})
    wait_for_messages(knock, "ada", 1)
    wait_for_messages(knock, "bob", 0)


def test_a_client_that_asks_for_no_page_gets_a_thousand_members(knock: Knock) -> None:
    """The SDK sends no paging."""
    for start in range(0, 1200, 600):
        numbers = range(start, start + 600)
        knock.audiences.add_members("crowd", members=[{"user": {"id": f"m{number}"}} for number in numbers])
    listed = knock.audiences.list_members("crowd")
    assert len(listed.entries) == 1000
    following = knock.audiences.list_members("crowd", extra_query={"after": listed.page_info.after})
    assert (len(following.entries), following.page_info.after) == (200, None)


@pytest.fixture
async def defined(pool: Pool, environment: Environment, tmp_path: Path) -> None:
    """The audiences `beta`, a static one, and `paying`, a dynamic one."""
    paying = {"property": "recipient.plan", "operator": "equal_to", "argument": "pro"}
    audiences: dict[str, dict[str, Any]] = {
        "beta": {"name": "Beta", "type": "static"},
        "paying": {"name": "Paying", "type": "dynamic", "segments": [{"conditions": [paying]}]},
    }
    files = {f"audiences/{key}/audience.json": json.dumps(each) for key, each in audiences.items()}
    configuration = read_configuration(write_files(tmp_path, files), {})
    await deploy(pool, Sealer(bytes(32)), environment.id, configuration, datetime.now(UTC))


def test_an_audience_that_a_file_defines_is_there_without_members(knock: Knock, defined: None) -> None:
    assert members(knock) == []
    knock.audiences.remove_members("beta", members=[{"user": {"id": "ada"}}])
    knock.audiences.add_members("beta", members=[{"user": {"id": "ada"}}], create_audience=False)
    assert members(knock) == [("ada", None)]


def test_the_members_of_a_dynamic_audience_follow_its_conditions(knock: Knock, defined: None) -> None:
    for id, plan in (("ada", "pro"), ("bob", "free"), ("eve", "pro")):
        knock.users.update(id, name=id.title(), extra_body={"plan": plan})
    eve, ada = knock.audiences.list_members("paying").entries
    assert (eve.user_id, ada.user_id, ada.tenant, ada.user.name) == ("eve", "ada", None, "Ada")
    assert ada.added_at == ada.user.updated_at
    first = knock.audiences.list_members("paying", extra_query={"page_size": 1})
    rest = knock.audiences.list_members("paying", extra_query={"after": first.page_info.after})
    assert [each.user_id for each in (*first.entries, *rest.entries)] == ["eve", "ada"]
    knock.users.update("ada", extra_body={"plan": "free"})
    assert members(knock, "paying") == [("eve", None)]


def test_nobody_is_added_to_a_dynamic_audience(knock: Knock, http: httpx.Client, defined: None) -> None:
    for method in ("POST", "DELETE"):
        body = {"members": [{"user": {"id": "ada"}}]}
        answer = http.request(method, "/v1/audiences/paying/members", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {
                "field": "audience_key",
                "message": "The members of the audience 'paying' follow its conditions: change these, or the users.",
                "type": None,
            }
        ]
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("ada")
