"""A tenant of Microsoft that has let an app in: Entra's tokens, and what Microsoft Graph lists with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

APP_ID, APP_PASSWORD = "0000-app", "app-password-4321"
TENANT_ID = "7f1d0b7e-0000-4000-8000-00000000acce"
PAGE = 2


@dataclass
class MsTeamsTenant:
    """`channels` are those of teams, by the id of the team. A page of teams has two, whatever is asked for."""

    server: ProviderServer
    teams: Sequence[Mapping[str, Any]] = ()
    channels: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    consents: bool = True
    token: str = "graph-token-1234"

    def __post_init__(self) -> None:
        self.server.answer = self.answer

    @property
    def called(self) -> list[str]:
        return [request.path for request in self.server.received]

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.path.endswith("/oauth2/v2.0/token"):
            return self.grant(request)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return graph_error(401, "InvalidAuthenticationToken", "Access token is empty.")
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        if request.path == "/v1.0/teams":
            return self.list_teams(query)
        team_id = unquote(request.path.removeprefix("/v1.0/teams/").removesuffix("/channels"))
        if self.channels is None or team_id not in self.channels:
            return graph_error(404, "NotFound", "No team found with Group Id.")
        return Reply(200, {"@odata.count": 1, "value": [*self.channels[team_id]]})

    def grant(self, request: ReceivedRequest) -> Reply:
        form = request.form
        asked = (request.path, form["grant_type"], form["client_id"], form["client_secret"], form["scope"])
        expected = (
            f"/{TENANT_ID}/oauth2/v2.0/token",
            "client_credentials",
            APP_ID,
            APP_PASSWORD,
            "https://graph.microsoft.com/.default",
        )
        if asked != expected or not self.consents:
            return Reply(400, {"error": "unauthorized_client", "error_description": f"AADSTS700016: {APP_PASSWORD}"})
        return Reply(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": self.token})

    def list_teams(self, query: Mapping[str, str]) -> Reply:
        start = int(query.get("$skiptoken", "0"))
        found: dict[str, Any] = {"value": [*self.teams[start : start + PAGE]]}
        if start + PAGE < len(self.teams):
            following = urlencode({**query, "$skiptoken": str(start + PAGE)})
            found["@odata.nextLink"] = f"https://graph.microsoft.com/v1.0/teams?{following}"
        return Reply(200, found)


def graph_error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message, "innerError": {"request-id": "1"}}})
