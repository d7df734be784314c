"""A tenant of Microsoft, in which an administrator has let a product in: Microsoft Graph (realtime-knock.md §4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec
from msgspec import structs

from addressee.channels.chat.accounts.errors import AccountRefusedError, not_answered, refused
from addressee.channels.chat.bot_tokens import BotTokens
from addressee.channels.chat.ms_teams import MsTeamsSettings, TeamsAnswer, is_tenant
from addressee.channels.requests.exchange import ProviderRequest, exchange
from addressee.channels.sender import Failed

if TYPE_CHECKING:
    import httpx2

MICROSOFT = "Microsoft"
GRAPH = "https://graph.microsoft.com/v1.0/"
SCOPE = "https://graph.microsoft.com/.default"

TOKENS = BotTokens(SCOPE)


class Team(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    display_name: str = ""
    description: str | None = None


class TeamChannel(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    display_name: str = ""
    description: str | None = None
    membership_type: str | None = None
    is_archived: bool | None = None
    created_date_time: str | None = None


class Teams(msgspec.Struct, kw_only=True):
    value: list[Team]
    next: str | None = msgspec.field(name="@odata.nextLink", default=None)


class TeamChannels(msgspec.Struct, kw_only=True):
    value: list[TeamChannel]


class TeamPage(NamedTuple):
    """A page of teams. `skip_token` leads to the next one; None at the end."""

    teams: Sequence[Team]
    skip_token: str | None


Answer = TypeVar("Answer")


class MsTeamsAccount:
    """A tenant. Its methods raise AccountRefusedError, and UnavailableError while Microsoft cannot answer."""

    def __init__(
        self,
        settings: MsTeamsSettings,
        client: httpx2.AsyncClient,
        tenant_id: str,
        now: datetime,
        tokens: BotTokens = TOKENS,
    ) -> None:
        self._app = structs.replace(settings, tenant_id=tenant_id)
        self._client = client
        self._now = now
        self._tokens = tokens
        self.tenant_id = tenant_id

    async def check(self) -> None:
        """Raises AccountRefusedError when the app is not let in any more."""
        await self._token()

    async def teams(self, asked: Mapping[str, str]) -> TeamPage:
        """Returns a page of the tenant's teams; `asked` are parameters of OData."""
        found = await self._get("teams", asked, Teams)
        return TeamPage(found.value, skip_token_of(found.next))

    async def channels(self, team_id: str, asked: Mapping[str, str]) -> Sequence[TeamChannel]:
        """Returns the channels of a team, which Graph lists on one page."""
        return (await self._get(f"teams/{quote(team_id, safe='')}/channels", asked, TeamChannels)).value

    async def _token(self) -> str:
        if not is_tenant(self.tenant_id):
            raise AccountRefusedError("this is neither the id nor the domain of a tenant of Microsoft Entra")
        token = await self._tokens.get(self._app, {}, self._client, self._now)
        if isinstance(token, Failed):
            raise not_answered(MICROSOFT, token)
        return token

    async def _get(self, path: str, asked: Mapping[str, str], form: type[Answer]) -> Answer:
        token = await self._token()
        query = f"?{urlencode(asked, quote_via=quote)}" if asked else ""
        request = ProviderRequest(
            service="ms_teams",
            url=self._app.at(f"{GRAPH}{path}{query}"),
            headers={"authorization": f"Bearer {token}", "accept": "application/json"},
            content=b"",
            envelope={},
            hidden=(token, self._app.app_password or ""),
            repeatable=True,
            method="GET",
        )
        answer = await exchange(self._client, request)
        if isinstance(answer, Failed):
            raise not_answered(MICROSOFT, answer)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._tokens.forget(self._app)
        found = answer.read(form) if answer.is_success else None
        if found is None:
            raise refused(MICROSOFT, answer, (answer.read(TeamsAnswer) or TeamsAnswer()).error.words)
        return found


def skip_token_of(link: str | None) -> str | None:
    """Returns the parameter that leads to the next page, of the link to it."""
    found = parse_qs(urlsplit(link or "").query)
    return next(iter(found.get("$skiptoken", ())), None)
