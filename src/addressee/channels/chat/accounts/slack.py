"""A workspace of Slack, by the token that it gave a product: Slack's Web API (realtime-knock.md §4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec

from addressee.channels.chat.accounts.errors import AccountRefusedError, not_answered, refused
from addressee.channels.chat.slack import API, TOKEN_TEXT, SlackSettings
from addressee.channels.chat.slack_answers import DEAD_TOKEN, LIMITED, TEMPORARY
from addressee.channels.requests.exchange import ProviderRequest, exchange
from addressee.channels.sender import Failed

if TYPE_CHECKING:
    import httpx2

SLACK = "Slack"

# Slack's advice; a page of more channels may be longer than what is read of an answer.
MAX_LISTED = 200


class Said(msgspec.Struct, kw_only=True):
    """An answer of the Web API. Errors are answered with 200, too."""

    ok: bool = False
    error: str = ""
    needed: str = ""

    @property
    def words(self) -> str:
        return f"{self.error} (needed: {self.needed})" if self.needed else self.error


class ListedChannel(msgspec.Struct, kw_only=True):
    """A conversation. One with a single person has no name, but is with a `user`."""

    id: str
    name: str | None = None
    user: str | None = None
    is_private: bool = False
    is_im: bool = False
    context_team_id: str | None = None


class NextPage(msgspec.Struct):
    next_cursor: str | None = None


class Listed(Said, kw_only=True):
    channels: list[ListedChannel] = []
    response_metadata: NextPage | None = None


class Granted(Said, kw_only=True):
    access_token: str | None = None


class ChannelPage(NamedTuple):
    """A page of channels. `next_cursor` leads to the next one; None at the end."""

    channels: Sequence[ListedChannel]
    next_cursor: str | None


class ChannelFilter(NamedTuple):
    """The channels that are asked for. `types` are separated by commas, as Slack has them; without, public ones."""

    limit: int = MAX_LISTED
    cursor: str | None = None
    exclude_archived: bool = True
    types: str | None = None
    team_id: str | None = None


Answer = TypeVar("Answer", bound=Said)


class SlackAccount:
    """A workspace. Its methods raise UnavailableError while Slack cannot answer."""

    def __init__(self, settings: SlackSettings, client: httpx2.AsyncClient, token: str) -> None:
        self._settings = settings
        self._client = client
        self.token = token

    async def check(self) -> None:
        """Raises AccountRefusedError when the token does not work any more."""
        await self._call("auth.test", {}, Said)

    async def channels(self, asked: ChannelFilter) -> ChannelPage:
        """Returns a page of the workspace's channels. Raises AccountRefusedError."""
        parameters = {
            "limit": str(asked.limit),
            "cursor": asked.cursor,
            "exclude_archived": str(asked.exclude_archived).lower(),
            "types": asked.types,
            "team_id": asked.team_id,
        }
        listed = await self._call("conversations.list", parameters, Listed)
        following = listed.response_metadata.next_cursor if listed.response_metadata else None
        return ChannelPage(listed.channels, following or None)

    async def revoke(self) -> None:
        """Has Slack forget the token, if it is still one. Raises AccountRefusedError."""
        try:
            await self._call("auth.revoke", {}, Said)
        except AccountRefusedError as error:
            if str(error) not in DEAD_TOKEN:
                raise

    async def _call(self, method: str, parameters: Mapping[str, str | None], form: type[Answer]) -> Answer:
        if not TOKEN_TEXT.fullmatch(self.token):
            raise AccountRefusedError("invalid_auth")
        headers = {"authorization": f"Bearer {self.token}"}
        return await call(self._settings, self._client, method, parameters, headers, (self.token,), form)


async def exchange_code(settings: SlackSettings, client: httpx2.AsyncClient, code: str, redirect_uri: str) -> str:
    """Returns the token that a workspace gives for a code. Raises AccountRefusedError or UnavailableError."""
    secret = settings.client_secret or ""
    parameters = {
        "client_id": settings.client_id,
        "client_secret": secret,
        "code": code,
        "redirect_uri": redirect_uri,
    }
    granted = await call(settings, client, "oauth.v2.access", parameters, {}, (secret, code), Granted)
    if not granted.access_token or not TOKEN_TEXT.fullmatch(granted.access_token):
        raise AccountRefusedError("Slack gave no access token for a bot")
    return granted.access_token


async def call(
    settings: SlackSettings,
    client: httpx2.AsyncClient,
    method: str,
    parameters: Mapping[str, str | None],
    headers: Mapping[str, str],
    hidden: Sequence[str],
    form: type[Answer],
) -> Answer:
    """Calls a method of the Web API, and returns its answer if that is a success."""
    request = ProviderRequest(
        service="slack",
        url=settings.at(API + method),
        headers={"content-type": "application/x-www-form-urlencoded", **headers},
        content=urlencode({name: value for name, value in parameters.items() if value is not None}).encode(),
        envelope={},
        hidden=hidden,
        repeatable=True,
    )
    answer = await exchange(client, request)
    if isinstance(answer, Failed):
        raise not_answered(SLACK, answer)
    said = answer.read(form) or form()
    if answer.is_success and said.ok:
        return said
    raise refused(SLACK, answer, said.words, passes=said.error in LIMITED | TEMPORARY)
