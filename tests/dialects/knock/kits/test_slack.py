"""Workspaces of Slack: is one connected, its channels, and the end of it (realtime-knock.md §4.5)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import knockapi
import pytest
from knockapi import AsyncKnock

from tests.channels.chat.slack_workspace import SlackWorkspace
from tests.dialects.knock.kits.conftest import described
from tests.dialects.knock.test_tokens import HOST, refusal, signing_key, token

__all__ = ["signing_key"]

OBJECT = {"object_id": "acme", "collection": "$tenants"}
QUERY = "access_token_object[object_id]=acme&access_token_object[collection]=$tenants"
TOKEN = "xoxb-acme-1"


@pytest.fixture
async def channel_id(channel_ids: dict[str, str]) -> str:
    return channel_ids["slack"]


async def connect(server: AsyncKnock, channel_id: str, **rest: Any) -> None:
    await server.tenants.set("acme")
    data: Any = {"token": {"access_token": TOKEN}, **rest}
    await server.objects.set_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id, data=data)


async def test_a_token_that_is_not_there_is_told_in_the_words_that_components_compare(
    page: httpx.AsyncClient, channel_id: str, workspace: SlackWorkspace
) -> None:
    answer = await page.get(f"/v1/providers/slack/{channel_id}/auth_check?{QUERY}")
    assert (answer.status_code, answer.json()) == (
        403,
        {"code": "authorization", "message": "Access token not set.", "status": 403, "type": "authentication_error"},
    )
    assert workspace.called == []


async def test_a_token_that_works_is_a_connection(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, workspace: SlackWorkspace
) -> None:
    await connect(server, channel_id)
    answer = await page.get(f"/v1/providers/slack/{channel_id}/auth_check?{QUERY}")
    assert described(answer, "providers.slack.check_auth") == {"connection": {"ok": True}}
    by_sdk = await server.providers.slack.check_auth(channel_id, access_token_object=json.dumps(OBJECT))
    assert by_sdk.connection.ok is True
    assert workspace.called == ["auth.test", "auth.test"]


async def test_one_that_slack_does_not_take_is_none(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, workspace: SlackWorkspace
) -> None:
    await connect(server, channel_id)
    workspace.tokens.clear()
    answer = await page.get(f"/v1/providers/slack/{channel_id}/auth_check?{QUERY}")
    assert answer.json() == {"connection": {"ok": False, "reason": "invalid_auth"}}


async def test_while_slack_cannot_answer_nothing_is_said(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, workspace: SlackWorkspace
) -> None:
    await connect(server, channel_id)
    workspace.limited = True
    answer = await page.get(f"/v1/providers/slack/{channel_id}/auth_check?{QUERY}")
    assert refusal(answer) == (503, "service_unavailable")
    assert answer.json()["message"] == "Slack cannot answer now; try again in a moment."


async def test_channels_are_listed_page_by_page(server: AsyncKnock, page: httpx.AsyncClient, channel_id: str) -> None:
    await connect(server, channel_id)
    path = f"/v1/providers/slack/{channel_id}/channels?{QUERY}"
    kinds = "query_options[types]=public_channel,private_channel"
    first = described(await page.get(f"{path}&{kinds}&query_options[limit]=2"), "providers.slack.list_channels")
    assert first == {
        "slack_channels": [
            {"id": "C1", "name": "general", "is_private": False, "is_im": False, "context_team_id": "T1"},
            {"id": "C2", "name": "random", "is_private": False, "is_im": False, "context_team_id": "T1"},
        ],
        "next_cursor": "2",
    }
    second = (await page.get(f"{path}&{kinds}&query_options[limit]=2&query_options[cursor]=2")).json()
    assert ([each["id"] for each in second["slack_channels"]], second["next_cursor"]) == (["G1"], None)


async def test_the_sdk_pages_through_channels(server: AsyncKnock, channel_id: str) -> None:
    await connect(server, channel_id)
    listed = server.providers.slack.list_channels(
        channel_id,
        access_token_object=json.dumps(OBJECT),
        query_options={"limit": 1, "exclude_archived": False},
    )
    assert [channel.name async for channel in listed] == ["general", "random", "old"]


async def test_empty_options_are_none(server: AsyncKnock, page: httpx.AsyncClient, channel_id: str) -> None:
    await connect(server, channel_id)
    options = "&".join(f"query_options[{name}]=" for name in ("cursor", "limit", "types", "team_id"))
    answer = await page.get(f"/v1/providers/slack/{channel_id}/channels?{QUERY}&{options}")
    assert [each["id"] for each in answer.json()["slack_channels"]] == ["C1", "C2"]


async def test_access_is_revoked_at_slack_and_here(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, workspace: SlackWorkspace
) -> None:
    await connect(server, channel_id, connections=[{"channel_id": "C1"}])
    answer = await page.put(f"/v1/providers/slack/{channel_id}/revoke_access?{QUERY}")
    assert (answer.status_code, answer.json()) == (200, "ok")
    assert workspace.tokens == set()
    data = await server.objects.get_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id)
    assert data.to_dict()["data"] == {"connections": [{"channel_id": "C1"}]}
    again = await page.put(f"/v1/providers/slack/{channel_id}/revoke_access?{QUERY}")
    assert (again.status_code, again.json()["message"]) == (403, "Access token not set.")


async def test_a_token_that_is_dead_already_is_forgotten(
    server: AsyncKnock, channel_id: str, workspace: SlackWorkspace
) -> None:
    await connect(server, channel_id)
    workspace.tokens.clear()
    revoked = await server.providers.slack.revoke_access(channel_id, access_token_object=json.dumps(OBJECT))
    assert revoked.ok == "ok"
    with pytest.raises(knockapi.NotFoundError):
        await server.objects.get_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "access_token_object"),
        ("access_token_object=", "access_token_object"),
        ("access_token_object=nonsense", "access_token_object"),
        ("access_token_object[object_id]=acme", "access_token_object"),
        ("access_token_object[object_id]=acme&access_token_object[collection]=$users", "collection"),
        (f"{QUERY}&query_options[limit]=many", "query_options.limit"),
        (f"{QUERY}&query_options[exclude_archived]=maybe", "query_options.exclude_archived"),
    ],
)
async def test_what_is_wrong_is_named(page: httpx.AsyncClient, channel_id: str, query: str, field: str) -> None:
    answer = await page.get(f"/v1/providers/slack/{channel_id}/channels?{query}")
    assert refusal(answer) == (422, "invalid_params")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_channel_of_another_kind_has_no_workspace(page: httpx.AsyncClient, channel_ids: dict[str, str]) -> None:
    for key in ("teams", "email"):
        answer = await page.get(f"/v1/providers/slack/{channel_ids[key]}/auth_check?{QUERY}")
        assert refusal(answer) == (422, "channel_invalid")
    assert refusal(await page.get(f"/v1/providers/slack/in-app/auth_check?{QUERY}")) == (404, "resource_missing")


@pytest.mark.parametrize("what", ["auth_check", "channels", "revoke_access"])
async def test_a_user_token_opens_only_what_it_grants(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, signing_key: str, what: str
) -> None:
    await connect(server, channel_id)
    method = "PUT" if what == "revoke_access" else "GET"
    path = f"/v1/providers/slack/{channel_id}/{what}?{QUERY}"

    async def answer(**grants: Any) -> httpx.Response:
        paths: Any = {
            f"{HOST}/v1/objects/$tenants/{id}": {grant: [] for grant in granted} for id, granted in grants.items()
        }
        return await page.request(method, path, headers=token(signing_key, grants=paths))

    assert refusal(await page.request(method, path)) == (401, "missing_user_token")
    assert refusal(await answer()) == (403, "authorization")
    assert refusal(await answer(other=["slack/channels_read"])) == (403, "authorization")
    assert refusal(await answer(acme=["ms_teams/channels_read", "channel_data/read"])) == (403, "authorization")
    assert (await answer(acme=["slack/channels_read"])).status_code == 200
