"""The management API over HTTP: environments of keys, drafts, commits and promotion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.support.raw_http import Reply, ask

FOOTER = "/v1/partials/footer"


class Client:
    """Sends requests with one service key."""

    def __init__(self, api: str, key: str) -> None:
        self._api = api
        self._key = key

    def __call__(self, method: str, path: str, body: Any = None, *, repetition: str | None = None) -> Reply:
        headers = {} if repetition is None else {"idempotency-key": repetition}
        content = None if body is None else json.dumps(body).encode()
        return ask(self._api, method, path, key=self._key, headers=headers, body=content)

    def put_footer(self, content: str, query: str) -> Reply:
        partial = {"name": "Footer", "type": "html", "content": content}
        return self("PUT", f"{FOOTER}?{query}", {"partial": partial})

    def footer(self, query: str) -> Any:
        return self("GET", f"{FOOTER}?{query}").json.get("content")


@pytest.fixture
async def client(api: str, keys: Keys) -> Client:
    """One whose key opens all environments."""
    return Client(api, (await keys.create(None, "service", name="laptop")).key)


@pytest.fixture
async def limited(api: str, keys: Keys, environment: Environment) -> Client:
    """One whose key opens one environment."""
    return Client(api, (await keys.create(environment.name, "service")).key)


async def test_a_key_of_one_environment_means_that_one_and_refuses_others(
    limited: Client, environment: Environment
) -> None:
    assert limited.put_footer("One", "").json["partial"]["environment"] == environment.name
    assert limited.footer(f"environment={environment.name}") == "One"
    refused = limited("GET", f"{FOOTER}?environment=development")
    assert (refused.status, refused.json) == (
        422,
        {
            "code": "invalid_params",
            "message": "This key does not open the environment 'development'.",
            "errors": [{"field": "environment", "message": f"must be one of {environment.name}"}],
        },
    )
    assert [each["slug"] for each in limited("GET", "/v1/environments").json["entries"]] == [environment.name]


async def test_a_key_of_all_environments_means_development_unless_one_is_named(
    client: Client, environment: Environment
) -> None:
    assert client("GET", "/v1/partials?limit=1").status == 200
    assert client.put_footer("One", f"environment={environment.name}").json["partial"]["environment"] == (
        environment.name
    )
    assert client("GET", "/v1/partials/nowhere").status == 404


async def test_a_branch_is_refused(client: Client) -> None:
    refused = client("GET", "/v1/partials?branch=mine")
    assert refused.json["errors"] == [
        {"field": "branch", "message": "branch: there are no branches here; leave it out."}
    ]


@pytest.mark.parametrize("path", ["/v1/broadcasts", "/v1/variables/a", "/v1/commits/a/b/c", "/v1/whoami/who"])
async def test_a_path_without_a_route_is_answered_with_a_list_of_errors(client: Client, path: str) -> None:
    reply = client("GET", path)
    assert (reply.status, reply.json["errors"]) == (404, [])


async def test_a_draft_is_read_until_committed_changes_are_asked_for(limited: Client) -> None:
    limited.put_footer("One", "commit=true")
    limited.put_footer("Two", "")
    assert limited.footer("") == "Two"
    assert limited.footer("hide_uncommitted_changes=true") == "One"
    assert limited("PUT", "/v1/commits?commit_message=Changed").json == {"result": "success"}
    assert limited.footer("hide_uncommitted_changes=true") == "Two"
    commits = limited("GET", "/v1/commits").json["entries"]
    assert [each["commit_message"] for each in commits] == ["Changed", ""]


async def test_what_is_pushed_again_is_no_commit(limited: Client) -> None:
    for _ in range(2):
        limited.put_footer("One", "commit=true")
    assert len(limited("GET", "/v1/commits").json["entries"]) == 1


async def test_checking_stores_nothing(limited: Client) -> None:
    partial = {"partial": {"name": "Footer", "type": "html", "content": "{% if %}"}}
    refused = limited("PUT", f"{FOOTER}/validate", partial)
    assert [error["field"] for error in refused.json["errors"]] == ["content"]
    assert refused.json["message"] == "The partial 'footer' has a problem, and nothing was changed."
    partial["partial"]["content"] = "Bye"
    assert limited("PUT", f"{FOOTER}/validate", partial).status == 200
    assert limited("GET", FOOTER).status == 404


async def test_commits_are_promoted_once_for_each_key_of_repetition(
    client: Client, environment: Environment, other_environment: Environment
) -> None:
    here, there = f"environment={environment.name}", f"environment={other_environment.name}"
    client.put_footer("One", f"{here}&commit=true")
    [commit] = client("GET", f"/v1/commits?{here}&promoted=false").json["entries"]
    path = f"/v1/commits/{commit['id']}/promote"
    first, again = (client("PUT", path, repetition="one") for _ in range(2))
    assert (first.status, again.body, again.headers["idempotent-replayed"]) == (200, first.body, "true")
    assert first.json["commit"]["environment"] == other_environment.name
    assert client.footer(there) == "One"
    assert client("PUT", path).status == 409
    assert client("GET", f"/v1/commits?{here}&promoted=false").json["entries"] == []

    client.put_footer("Two", f"{here}&commit=true")
    path = f"/v1/commits/promote?to_environment={other_environment.name}"
    first, again = (client("PUT", path, repetition="all") for _ in range(2))
    assert (first.json, again.headers["idempotent-replayed"]) == ({"result": "success"}, "true")
    assert client.footer(there) == "Two"


async def test_nothing_is_promoted_past_an_environment_that_cannot_be_used(
    client: Client, pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    here = f"environment={environment.name}"
    client.put_footer("One", f"{here}&commit=true")
    [commit] = client("GET", f"/v1/commits?{here}").json["entries"]
    change = "UPDATE addressee.environments SET settings = $2 WHERE id = $1"
    await pool.execute(change, other_environment.id, b'{"timezone": 1}')
    try:
        refused = client("PUT", f"/v1/commits/{commit['id']}/promote")
        assert (refused.status, refused.json["message"]) == (
            409,
            f"The environment {other_environment.name!r} has settings that are not valid; correct them first.",
        )
    finally:
        await pool.execute(change, other_environment.id, b"{}")


async def test_a_limited_key_promotes_nothing(limited: Client, environment: Environment) -> None:
    limited.put_footer("One", "commit=true")
    [commit] = limited("GET", "/v1/commits").json["entries"]
    assert limited("PUT", f"/v1/commits/{commit['id']}/promote").status == 409
    refused = limited("PUT", f"/v1/commits/promote?to_environment={environment.name}")
    assert [error["field"] for error in refused.json["errors"]] == ["to_environment"]


async def test_a_workflow_is_run_and_switched(limited: Client) -> None:
    step = {"ref": "wait", "type": "delay", "settings": {"delay_for": {"unit": "seconds", "value": 1}}}
    workflow = {"workflow": {"name": "Wait", "steps": [step]}}
    assert limited("PUT", "/v1/workflows/wait", workflow).json["workflow"]["active"] is False
    run = {"recipients": ["ada", {"collection": "projects", "id": "lisbon"}], "data": {"a": 1}}
    assert limited("PUT", "/v1/workflows/wait/run", run).status == 404
    assert limited("PUT", "/v1/workflows/wait?commit=true", workflow).json["workflow"]["active"] is True
    assert limited("PUT", "/v1/workflows/wait/run", run).json["workflow_run_id"]
    switched = limited("PUT", "/v1/workflows/wait/activate?status=false")
    assert switched.json["workflow"]["active"] is False
    assert limited("PUT", "/v1/workflows/wait/run", run).json["code"] == "workflow_inactive"
    assert limited("PUT", "/v1/workflows/wait?commit=true", workflow).json["workflow"]["active"] is False


async def test_translations_are_read_in_either_format(limited: Client) -> None:
    content = {"translation": {"content": '{"hello": "Hallo"}', "format": "json"}}
    assert limited("PUT", "/v1/translations/nl?namespace=shop", content).status == 200
    found = limited("GET", "/v1/translations/nl?namespace=shop").json
    assert (found["content"], found["translation"]["content"]) == ('{"hello": "Hallo"}',) * 2
    as_po = limited("GET", "/v1/translations/nl?namespace=shop&format=po").json
    assert 'msgid "hello"\nmsgstr "Hallo"' in as_po["content"]
    assert limited("GET", "/v1/translations/nl").status == 404


async def test_translations_are_listed_by_locale_and_namespace(limited: Client) -> None:
    for path in ("nl_BE?namespace=shop", "nl?namespace=shop", "nl?"):
        content = {"translation": {"content": '{"hello": "Hallo"}', "format": "json"}}
        assert limited("PUT", f"/v1/translations/{path}", content).status == 200

    def listed(query: str) -> list[tuple[str, str]]:
        entries = limited("GET", f"/v1/translations?{query}").json["entries"]
        return [(each["namespace"], each["locale_code"]) for each in entries]

    assert listed("") == [("", "nl"), ("shop", "nl"), ("shop", "nl_BE")]
    assert listed("locale_code=nl") == [("", "nl"), ("shop", "nl")]
    assert listed("locale_code=nl-BE") == listed("locale_code=nl_be") == [("shop", "nl_BE")]
    assert listed("namespace=shop&limit=1") == [("shop", "nl")]
    [entry] = limited("GET", "/v1/translations?locale_code=nl-BE&format=po").json["entries"]
    assert 'msgid "hello"\nmsgstr "Hallo"' in entry["content"]


async def test_a_draft_too_many_is_refused(limited: Client, pool: Pool, environment: Environment) -> None:
    assert limited.put_footer("One", "").status == 200
    copies = """INSERT INTO addressee.drafts
      SELECT environment_id, kind, key || number, document, files, author, created_at, updated_at
      FROM addressee.drafts CROSS JOIN generate_series(1, 499) AS number WHERE environment_id = $1"""
    await pool.execute(copies, environment.id)
    assert limited.put_footer("Two", "").status == 200
    partial = {"partial": {"name": "Other", "type": "html", "content": "Hi"}}
    refused = limited("PUT", "/v1/partials/other", partial)
    assert (refused.status, [error["message"] for error in refused.json["errors"]]) == (
        422,
        ["an environment has at most 500 drafts of partials; commit some of them first"],
    )
    assert limited("PUT", "/v1/partials/other?commit=true", partial).status == 200
