"""Pages to which Slack and Microsoft send a customer's browser back: what they store, tell and lead to."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from knockapi import AsyncKnock

from addressee.database.pool import Pool
from tests.channels.chat.ms_teams_tenant import TENANT_ID, MsTeamsTenant
from tests.channels.chat.slack_workspace import CLIENT_SECRET, SlackWorkspace
from tests.conftest import Environment
from tests.dialects.knock.test_tokens import HOST, signing_key, token

__all__ = ["signing_key"]

SLACK = "/providers/slack/authenticate"
MS_TEAMS = "/providers/ms-teams/authenticate"
ACME = {"object_id": "acme", "collection": "$tenants"}
CODE, TOKEN = "code-17-of-slack", "xoxb-new-token-17"
REDIRECT = "https://app.example.com/settings?tab=slack"


class Page(HTMLParser):
    """A page: the attributes of its body, its links, its text, and its scripts."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.body: dict[str, str | None] = {}
        self.links: list[str | None] = []
        self.scripts: list[str] = []
        self.text = ""
        self._in = ""
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        if tag == "body":
            self.body = dict(attrs)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif self._in in ("h1", "p"):
            self.text = f"{self.text} {data}".strip()

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    @property
    def message(self) -> Any:
        return json.loads(self.body["data-message"] or "")


@pytest.fixture
def slack(api: str, workspace: SlackWorkspace) -> SlackWorkspace:
    workspace.codes[CODE] = TOKEN
    workspace.redirect_uri = api + SLACK
    return workspace


def state(public_key: str, channel_id: str, **rest: Any) -> dict[str, Any]:
    return {
        "redirect_url": None,
        "channel_id": channel_id,
        "public_key": public_key,
        "user_token": None,
        "branch_slug": None,
        "nonce": "n1",
        **rest,
    }


async def consent(page: httpx.AsyncClient, path: str, given: Any, **query: str) -> tuple[int, Page]:
    """What a browser gets that the provider has sent back. It sends no key."""
    page.headers.pop("authorization", None)
    answer = await page.get(path, params={"state": given if isinstance(given, str) else json.dumps(given), **query})
    return answer.status_code, Page(answer)


async def data_of(server: AsyncKnock, channel_id: str) -> Any:
    data = await server.objects.get_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id)
    return data.to_dict()["data"]


async def test_a_workspace_is_connected_for_a_code(
    server: AsyncKnock, page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str
) -> None:
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME)
    status, shown = await consent(page, SLACK, asked, code=CODE)
    assert (status, shown.text) == (200, "Connected You can close this window.")
    assert shown.message == {"type": "authComplete", "nonce": "n1"}
    assert (shown.body.get("data-redirect"), shown.links) == (None, [])
    data = await data_of(server, channel_ids["slack"])
    assert data == {"connections": [], "token": {"access_token": TOKEN}}
    named = json.dumps(ACME)
    checked = await server.providers.slack.check_auth(channel_ids["slack"], access_token_object=named)
    assert checked.connection.ok is True


async def test_connections_stay_when_a_workspace_is_connected_anew(
    server: AsyncKnock, page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str
) -> None:
    await server.tenants.set("acme")
    had: Any = {"connections": [{"channel_id": "C1"}], "token": {"access_token": "xoxb-old"}}
    channel_id = channel_ids["slack"]
    await server.objects.set_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id, data=had)
    asked = state(public_key, channel_id, access_token_object=ACME, nonce=None)
    status, shown = await consent(page, SLACK, asked, code=CODE)
    assert (status, shown.message) == (200, "authComplete")
    assert await data_of(server, channel_id) == {**had, "token": {"access_token": TOKEN}}


async def test_secrets_stand_neither_in_the_page_nor_in_the_history(
    page: httpx.AsyncClient,
    channel_ids: dict[str, str],
    slack: SlackWorkspace,
    public_key: str,
    pool: Pool,
    environment: Environment,
) -> None:
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME)
    answer = await page.get(SLACK, params={"state": json.dumps(asked), "code": CODE})
    rows = await pool.fetch("SELECT c::text FROM addressee.changes AS c WHERE environment_id = $1", environment.id)
    assert rows
    for text in (answer.text, *(row[0] for row in rows)):
        assert not any(secret in text for secret in (TOKEN, CODE, CLIENT_SECRET, public_key))


@pytest.mark.parametrize(
    ("code", "said"),
    [("another", "invalid_code"), ("", "Slack has sent no code."), (None, "Slack has sent no code.")],
)
async def test_a_code_that_is_none(
    page: httpx.AsyncClient,
    channel_ids: dict[str, str],
    slack: SlackWorkspace,
    public_key: str,
    code: str | None,
    said: str,
) -> None:
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME, redirect_url=REDIRECT)
    status, shown = await consent(page, SLACK, asked, **({} if code is None else {"code": code}))
    assert status in (403, 422)
    assert shown.text.startswith("Not connected ")
    assert shown.text.endswith(said)
    assert shown.message == {"type": "authFailed", "nonce": "n1"}
    assert (shown.body.get("data-redirect"), shown.body.get("data-closes"), shown.links) == (None, None, [])


async def test_a_customer_who_declines(
    page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str
) -> None:
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME)
    status, shown = await consent(page, SLACK, asked, error="access_denied")
    assert (status, shown.text) == (403, "Not connected The provider says: access_denied")
    _, shown = await consent(page, SLACK, asked, error="Call 0900 1234", error_description="Call 0900 1234")
    assert shown.text == "Not connected The provider says: error"


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [
        (REDIRECT, True),
        ("https://app.example.com", True),
        ("https://evil.example.com/", False),
        ("https://app.example.com.evil.example/", False),
        ("https://app.example.com@evil.example/", False),
        ("https://evil.example\\@app.example.com/", False),
        ("http://app.example.com/", False),
        ("//app.example.com/", False),
        ("javascript:alert(1)", False),
        ("https://app.example.com/\nx", False),
    ],
)
async def test_a_browser_is_led_to_the_channels_own_origins_only(
    page: httpx.AsyncClient,
    channel_ids: dict[str, str],
    slack: SlackWorkspace,
    public_key: str,
    url: str,
    is_followed: bool,
) -> None:
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME, redirect_url=url)
    status, shown = await consent(page, SLACK, asked, code=CODE)
    followed = url if is_followed else None
    assert (status, shown.body.get("data-redirect")) == (200, followed)
    assert shown.links == ([url] if is_followed else [])


async def test_the_page_runs_its_own_script_and_nothing_that_a_state_holds(
    page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str
) -> None:
    evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME, nonce=evil)
    answer = await page.get(SLACK, params={"state": json.dumps(asked), "code": CODE})
    shown = Page(answer)
    assert shown.message == {"type": "authComplete", "nonce": evil}
    [script] = shown.scripts
    policy = answer.headers["content-security-policy"]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert re.search(r"script-src ([^;]*)", policy)[1] == f"'sha256-{digest}'"  # type: ignore[index]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-store")
    assert "<img" not in answer.text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 422),
        ("nonsense", 422),
        ("[]", 422),
        ('{"channel_id": "x"}', 422),
        ("[" * 5000, 422),
        (json.dumps({"channel_id": "x", "public_key": "pk_unknown", "access_token_object": ACME}), 401),
    ],
)
async def test_a_state_that_is_none(page: httpx.AsyncClient, given: str, status: int) -> None:
    for path in (SLACK, MS_TEAMS):
        answered, shown = await consent(page, path, given, code=CODE)
        assert (answered, shown.text.split(" ")[0]) == (status, "Not")


async def test_a_state_that_names_what_is_not_there(
    page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str, secret_key: str
) -> None:
    async def status(key: str, channel_id: str, **rest: Any) -> int:
        return (await consent(page, SLACK, state(key, channel_id, **rest), code=CODE))[0]

    named = {"access_token_object": ACME}
    assert await status(secret_key, channel_ids["slack"], **named) == 401
    assert await status(public_key, channel_ids["slack"]) == 422
    assert await status(public_key, channel_ids["teams"], **named) == 404
    assert await status(public_key, "no-uuid", **named) == 404
    users = {"access_token_object": {"object_id": "ada", "collection": "$users"}}
    assert await status(public_key, channel_ids["slack"], **users) == 422
    assert CODE in slack.codes


async def test_a_state_needs_a_token_that_grants_it(
    page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str, signing_key: str
) -> None:
    async def status(user_token: str | None) -> int:
        asked = state(public_key, channel_ids["slack"], access_token_object=ACME, user_token=user_token)
        return (await consent(page, SLACK, asked, code=CODE))[0]

    def granted(tenant: str, **claims: Any) -> str:
        grants: Any = {f"{HOST}/v1/objects/$tenants/{tenant}": {"slack/channels_read": [{}]}}
        return token(signing_key, grants=grants, **claims)["x-knock-user-token"]

    assert await status(None) == 401
    assert await status(granted("acme", exp=1)) == 401
    assert await status(token(signing_key)["x-knock-user-token"]) == 403
    assert await status(granted("other")) == 403
    assert CODE in slack.codes
    assert await status(granted("acme")) == 200


async def test_a_tenant_of_microsoft_is_connected_once_it_lets_the_app_in(
    server: AsyncKnock,
    page: httpx.AsyncClient,
    channel_ids: dict[str, str],
    microsoft: MsTeamsTenant,
    public_key: str,
) -> None:
    channel_id = channel_ids["teams"]
    asked = state(public_key, channel_id, ms_teams_tenant_object=ACME, redirect_url=REDIRECT)
    microsoft.consents = False
    status, shown = await consent(page, MS_TEAMS, asked, tenant=TENANT_ID, admin_consent="True")
    assert (status, shown.message) == (403, {"type": "authFailed", "nonce": "n1"})
    microsoft.consents = True
    status, shown = await consent(page, MS_TEAMS, asked, tenant=TENANT_ID)
    assert (status, shown.message) == (422, {"type": "authFailed", "nonce": "n1"})
    status, shown = await consent(page, MS_TEAMS, asked, tenant=TENANT_ID, admin_consent="True")
    assert (status, shown.body["data-redirect"]) == (200, REDIRECT)
    assert await data_of(server, channel_id) == {"connections": [], "ms_teams_tenant_id": TENANT_ID}


async def test_while_slack_cannot_answer_the_page_says_so(
    page: httpx.AsyncClient, channel_ids: dict[str, str], slack: SlackWorkspace, public_key: str
) -> None:
    slack.limited = True
    asked = state(public_key, channel_ids["slack"], access_token_object=ACME)
    status, shown = await consent(page, SLACK, asked, code=CODE)
    assert (status, shown.text) == (503, "Not connected Slack cannot answer now; try again in a moment.")
