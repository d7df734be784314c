"""Tenants of Microsoft: is one connected, its teams and channels, and the end of it (realtime-knock.md §4.5)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from knockapi import AsyncKnock

from tests.channels.chat.ms_teams_tenant import APP_PASSWORD, TENANT_ID, MsTeamsTenant
from tests.dialects.knock.kits.conftest import described
from tests.dialects.knock.test_tokens import HOST, refusal, signing_key, token

__all__ = ["signing_key"]

OBJECT = json.dumps({"object_id": "acme", "collection": "$tenants"})
QUERY = "ms_teams_tenant_object[object_id]=acme&ms_teams_tenant_object[collection]=$tenants"
PATH = "/v1/providers/ms-teams"


@pytest.fixture
async def channel_id(channel_ids: dict[str, str]) -> str:
    return channel_ids["teams"]


async def connect(server: AsyncKnock, channel_id: str, tenant_id: str = TENANT_ID, **rest: Any) -> None:
    await server.tenants.set("acme")
    data: Any = {"ms_teams_tenant_id": tenant_id, **rest}
    await server.objects.set_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id, data=data)


async def test_a_tenant_that_is_not_there_is_told_in_the_words_that_components_compare(
    page: httpx.AsyncClient, channel_id: str, microsoft: MsTeamsTenant
) -> None:
    answer = await page.get(f"{PATH}/{channel_id}/auth_check?{QUERY}")
    assert refusal(answer) == (403, "authorization")
    assert answer.json()["message"] == "Microsoft Teams tenant ID not set."
    assert microsoft.called == []


async def test_a_tenant_that_lets_the_app_in_is_a_connection(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str
) -> None:
    await connect(server, channel_id)
    answer = await page.get(f"{PATH}/{channel_id}/auth_check?{QUERY}")
    connection = {"ok": True, "ms_teams_tenant_id": TENANT_ID}
    assert described(answer, "providers.ms_teams.check_auth") == {"connection": connection}
    by_sdk = await server.providers.ms_teams.check_auth(channel_id, ms_teams_tenant_object=OBJECT)
    assert by_sdk.connection.ms_teams_tenant_id == TENANT_ID


async def test_one_that_does_not_is_none_and_no_secret_is_told(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, microsoft: MsTeamsTenant
) -> None:
    await connect(server, channel_id)
    microsoft.consents = False
    answer = await page.get(f"{PATH}/{channel_id}/auth_check?{QUERY}")
    connection = described(answer, "providers.ms_teams.check_auth")["connection"]
    assert (connection["ok"], connection["ms_teams_tenant_id"]) == (False, TENANT_ID)
    assert "unauthorized_client AADSTS700016" in connection["reason"]
    assert APP_PASSWORD not in answer.text


@pytest.mark.parametrize("tenant_id", ["../common", "a/b", "evil.example/x#", "a b", "acme?x=1"])
async def test_what_cannot_be_a_tenant_is_asked_nowhere(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, microsoft: MsTeamsTenant, tenant_id: str
) -> None:
    """A client wrote it, and it becomes part of the URL to which the app's password goes."""
    await connect(server, channel_id, tenant_id)
    connection = (await page.get(f"{PATH}/{channel_id}/auth_check?{QUERY}")).json()["connection"]
    assert connection["reason"] == "this is neither the id nor the domain of a tenant of Microsoft Entra"
    assert microsoft.called == []


async def test_teams_are_listed_page_by_page(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, microsoft: MsTeamsTenant
) -> None:
    await connect(server, channel_id)
    first = described(
        await page.get(f"{PATH}/{channel_id}/teams?{QUERY}&query_options[$top]=2&query_options[$filter]=a eq 'b'"),
        "providers.ms_teams.list_teams",
    )
    assert first == {
        "ms_teams_teams": [
            {"id": "team-0", "displayName": "Team 0", "description": None},
            {"id": "team-1", "displayName": "Team 1", "description": None},
        ],
        "skip_token": "2",
    }
    assert microsoft.server.received[-1].query == "$filter=a eq 'b'&$top=2"
    second = (await page.get(f"{PATH}/{channel_id}/teams?{QUERY}&query_options[$skiptoken]=2")).json()
    assert ([team["id"] for team in second["ms_teams_teams"]], second["skip_token"]) == (["team-2"], None)


async def test_the_sdk_pages_through_teams(server: AsyncKnock, channel_id: str) -> None:
    await connect(server, channel_id)
    listed = server.providers.ms_teams.list_teams(channel_id, ms_teams_tenant_object=OBJECT)
    assert [team.display_name async for team in listed] == ["Team 0", "Team 1", "Team 2"]


async def test_channels_of_a_team(server: AsyncKnock, page: httpx.AsyncClient, channel_id: str) -> None:
    await connect(server, channel_id)
    answer = await page.get(f"{PATH}/{channel_id}/channels?{QUERY}&team_id=team-1")
    assert described(answer, "providers.ms_teams.list_channels") == {
        "ms_teams_channels": [
            {
                "id": "19:abc@thread.tacv2",
                "displayName": "General",
                "description": "Everybody",
                "membershipType": "standard",
                "isArchived": False,
                "createdDateTime": "2026-01-02T03:04:05Z",
            }
        ]
    }


async def test_a_team_that_is_not_there(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, microsoft: MsTeamsTenant
) -> None:
    await connect(server, channel_id)
    answer = await page.get(f"{PATH}/{channel_id}/channels?{QUERY}&team_id=../users")
    assert refusal(answer) == (403, "authorization")
    assert answer.json()["message"] == "The provider refuses this: NotFound: No team found with Group Id."
    assert microsoft.called[-1] == "/v1.0/teams/..%2Fusers/channels"
    assert refusal(await page.get(f"{PATH}/{channel_id}/channels?{QUERY}")) == (422, "invalid_params")


async def test_a_token_that_graph_does_not_take_any_more_is_asked_for_anew(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, microsoft: MsTeamsTenant
) -> None:
    await connect(server, channel_id)
    assert (await page.get(f"{PATH}/{channel_id}/teams?{QUERY}")).status_code == 200
    microsoft.token = "graph-token-5678"
    assert refusal(await page.get(f"{PATH}/{channel_id}/teams?{QUERY}")) == (403, "authorization")
    assert (await page.get(f"{PATH}/{channel_id}/teams?{QUERY}")).status_code == 200


async def test_access_is_forgotten(server: AsyncKnock, page: httpx.AsyncClient, channel_id: str) -> None:
    await connect(server, channel_id, connections=[{"ms_teams_channel_id": "19:abc"}])
    answer = await page.put(f"{PATH}/{channel_id}/revoke_access?{QUERY}")
    assert (answer.status_code, answer.json()) == (200, "ok")
    data = await server.objects.get_channel_data(collection="$tenants", object_id="acme", channel_id=channel_id)
    assert data.to_dict()["data"] == {"connections": [{"ms_teams_channel_id": "19:abc"}]}
    again = await server.providers.ms_teams.revoke_access(channel_id, ms_teams_tenant_object=OBJECT)
    assert again.ok == "ok"


@pytest.mark.parametrize("what", ["auth_check", "teams", "channels", "revoke_access"])
async def test_a_user_token_opens_only_what_it_grants(
    server: AsyncKnock, page: httpx.AsyncClient, channel_id: str, signing_key: str, what: str
) -> None:
    await connect(server, channel_id)
    method = "PUT" if what == "revoke_access" else "GET"

    async def answer(id: str, grant: str) -> httpx.Response:
        headers = token(signing_key, grants={f"{HOST}/v1/tenants/{id}": {grant: [{}]}})
        return await page.request(method, f"{PATH}/{channel_id}/{what}?{QUERY}&team_id=team-1", headers=headers)

    assert refusal(await answer("other", "ms_teams/channels_read")) == (403, "authorization")
    assert refusal(await answer("acme", "slack/channels_read")) == (403, "authorization")
    assert (await answer("acme", "ms_teams/channels_read")).status_code == 200
