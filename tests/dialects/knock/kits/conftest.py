"""Channels of Slack and Teams whose providers answer on loopback.

The clients are asynchronous: the service asks the provider while it is being asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from knockapi import AsyncKnock, DefaultAsyncHttpxClient

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.chat.ms_teams_tenant import APP_ID, APP_PASSWORD, MsTeamsTenant
from tests.channels.chat.slack_workspace import CLIENT_ID, CLIENT_SECRET, SlackWorkspace, channel
from tests.channels.provider_server import provider_server
from tests.conftest import Environment
from tests.messaging.office import write_files
from tests.support.routes import ROUTES

SLACK = """
type: chat
provider: slack
settings:
  endpoint: "${SLACK_URL}"
  client_id: "${CLIENT_ID}"
  client_secret: "${CLIENT_SECRET}"
  redirect_origins: [https://app.example.com]
"""
MS_TEAMS = """
type: chat
provider: ms_teams
settings:
  endpoint: "${MICROSOFT_URL}"
  app_id: "${APP_ID}"
  app_password: "${APP_PASSWORD}"
  redirect_origins: [https://app.example.com]
"""
EMAIL = "type: email\nprovider: outbox\nsettings: {from: a@example.com}"
SETTINGS = {
    "CLIENT_ID": CLIENT_ID,
    "CLIENT_SECRET": CLIENT_SECRET,
    "APP_ID": APP_ID,
    "APP_PASSWORD": APP_PASSWORD,
}


def described(answer: httpx.Response, operation: str) -> Any:
    """Returns what an answer says, which must be as the published description has it."""
    (route,) = [route for route in ROUTES if route.operation.name == operation]
    assert not route.problems_of_json(answer.status_code, answer.content)
    return answer.json()


@pytest.fixture
async def workspace() -> AsyncIterator[SlackWorkspace]:
    listed = [
        channel("C1", "general"),
        channel("C2", "random"),
        channel("C3", "old", is_archived=True),
        channel("G1", "board", is_private=True),
    ]
    async with provider_server() as server:
        yield SlackWorkspace(server, listed, tokens={"xoxb-acme-1"})


@pytest.fixture
async def microsoft() -> AsyncIterator[MsTeamsTenant]:
    teams = [{"id": f"team-{number}", "displayName": f"Team {number}", "description": None} for number in range(3)]
    general = {
        "id": "19:abc@thread.tacv2",
        "displayName": "General",
        "description": "Everybody",
        "membershipType": "standard",
        "isArchived": False,
        "createdDateTime": "2026-01-02T03:04:05Z",
    }
    async with provider_server() as server:
        yield MsTeamsTenant(server, teams, {"team-1": [general]})


@pytest.fixture
async def channel_ids(
    pool: Pool,
    installation: Installation,
    environment: Environment,
    workspace: SlackWorkspace,
    microsoft: MsTeamsTenant,
    tmp_path: Path,
) -> dict[str, str]:
    """The ids of the channels `slack`, `teams` and `email`."""
    files = {"channels/slack.yaml": SLACK, "channels/teams.yaml": MS_TEAMS, "channels/email.yaml": EMAIL}
    urls = {"SLACK_URL": workspace.server.url, "MICROSOFT_URL": microsoft.server.url}
    configuration = read_configuration(write_files(tmp_path, files), {**SETTINGS, **urls})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    return {each.key: str(each.id) for each in await channels.all_channels(pool, environment.id)}


@pytest.fixture
async def server(api: str, secret_key: str) -> AsyncIterator[AsyncKnock]:
    """The official SDK, strict, with a secret key."""
    async with AsyncKnock(
        api_key=secret_key,
        base_url=api,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(verify=False),
        _strict_response_validation=True,
    ) as client:
        yield client


@pytest.fixture
async def page(api: str, public_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A page with the components, with a public key."""
    headers = {"authorization": f"Bearer {public_key}"}
    async with httpx.AsyncClient(base_url=api, headers=headers, verify=False) as client:
        yield client
