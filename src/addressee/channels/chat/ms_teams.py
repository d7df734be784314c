"""Sends chat messages through Microsoft Teams: to webhooks of Workflows, or as a bot (senders.md §2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from addressee.channels.chat import ms_teams_data
from addressee.channels.chat.accounts.redirects import redirect_problems
from addressee.channels.chat.bot_tokens import TOKENS, BotTokens
from addressee.channels.chat.message import NO_ADDRESS, ChatMessage, ChatSettings
from addressee.channels.chat.ms_teams_activities import MAX_BYTES, activity_of, card_of, opening, too_large
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.requests.urls import HIDDEN_PATH, is_on, secrets_of
from addressee.channels.sender import Failed, Failure, Sent
from addressee.directory.clock import Clock
from addressee.directory.documents import merged_deep

if TYPE_CHECKING:
    import httpx2

WEBHOOK_HOSTS = (
    "*.logic.azure.com",
    "*.logic.azure.us",
    "*.environment.api.powerplatform.com",
    "*.environment.api.gov.powerplatform.microsoft.us",
    "*.environment.api.high.powerplatform.microsoft.us",
    "api.powerautomate.com",
)
RETIRED_HOSTS = ("*.webhook.office.com", "webhook.office.com", "outlook.office.com", "outlook.office365.com")
RETIRED = (
    "ms_teams: this is a webhook of an Office 365 connector, which Microsoft has retired; create one with Workflows in"
    " the Teams channel, and store its URL instead"
)

# Where Teams' conversations of all regions are, for addresses that do not name theirs.
SERVICE = "https://smba.trafficmanager.net/teams/"
SERVICE_HOSTS = ("smba.trafficmanager.net",)

TENANT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")

# Errors by which Teams says that a conversation or a person cannot be reached by this bot.
DEAD = frozenset(
    {
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ConversationNotFound",
        "MessageWritesBlocked",
        "BotDisabledByAdmin",
        "UserNotFound",
        "ActivityNotFoundInConversation",
    }
)
DEAD_WEBHOOK_STATUSES = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)


class MsTeamsSettings(ChatSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Teams channel. Those of the bot are not needed for webhooks.

    `tenant_id` is the tenant of Microsoft Entra that the bot is registered in; without one it is a bot of many tenants.
    `redirect_origins` are those to which the browser of a customer who has connected a tenant may be led back.
    """

    app_id: str | None = None
    app_password: str | None = None
    tenant_id: str = "botframework.com"
    redirect_origins: tuple[str, ...] = ()


class TeamsError(msgspec.Struct):
    code: str = ""
    message: str = ""

    @property
    def words(self) -> str:
        return ": ".join(filter(None, (self.code, self.message)))


class TeamsAnswer(msgspec.Struct):
    id: str | None = None
    error: TeamsError = msgspec.field(default_factory=TeamsError)


class MsTeamsSender:
    """Sends Adaptive Cards to webhooks; as a bot, texts and cards to conversations and persons."""

    def __init__(
        self, settings: MsTeamsSettings, client: httpx2.AsyncClient, clock: Clock, tokens: BotTokens = TOKENS
    ) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._tokens = tokens

    async def send(self, message: ChatMessage, /) -> Sent | Failed:
        url = message.webhook
        answer = await (self._by_bot(message) if url is None else self._by_webhook(message, url))
        if url is None:
            return answer if isinstance(answer, Failed) else judge(answer)
        result = answer if isinstance(answer, Failed) else judge_webhook(answer)
        return result if isinstance(result, Sent) else result.of_one_address()

    async def close(self) -> None:
        """Does nothing: the client is shared."""

    async def _by_webhook(self, message: ChatMessage, url: str) -> ProviderAnswer | Failed:
        if is_on(url, RETIRED_HOSTS):
            return Failed(Failure.BOUNCED, RETIRED)
        if (obstacle := self._settings.obstacle("ms_teams", url, WEBHOOK_HOSTS)) is not None:
            return obstacle
        content = msgspec.json.encode(
            merged_deep({"type": "message", "attachments": [card_of(message)]}, message.overrides)
        )
        if len(content) > MAX_BYTES:
            return too_large(content)
        request = ProviderRequest(
            service="ms_teams",
            url=self._settings.at(url),
            headers={"content-type": "application/json"},
            content=content,
            envelope=message.envelope,
            hidden=(*secrets_of(url), *message.contents),
            path=HIDDEN_PATH,
        )
        return await exchange(self._client, request)

    async def _by_bot(self, message: ChatMessage) -> ProviderAnswer | Failed:
        settings, to = self._settings, message.to
        if settings.app_id is None or settings.app_password is None:
            reason = "ms_teams: this address needs a bot; set the channel's app_id and app_password"
            return Failed(Failure.PERMANENT, reason)
        service = to.get("service_url") or SERVICE
        if settings.endpoint is None and not is_on(service, SERVICE_HOSTS):
            return Failed(
                Failure.PERMANENT, f"ms_teams: service_url must be on {SERVICE_HOSTS[0]}, as the bot's token goes there"
            )
        activity = activity_of(message, settings.app_id)
        if len(content := msgspec.json.encode(activity)) > MAX_BYTES:
            return too_large(content)
        token = await self._tokens.get(settings, message.envelope, self._client, self._clock.now())
        if isinstance(token, Failed):
            return token
        conversation = to.get("conversation_id")
        if conversation is None:
            opened = await self._post(message, token, service, "v3/conversations", opening(to, settings.app_id))
            if isinstance(opened, Failed) or not opened.is_success:
                return opened
            conversation = (opened.read(TeamsAnswer) or TeamsAnswer()).id
            if conversation is None:
                return opened.failed(Failure.TEMPORARY, "the conversation has no id")
        path = f"v3/conversations/{quote(str(conversation), safe=':@')}/activities"
        return await self._post(message, token, service, path, activity)

    async def _post(
        self, message: ChatMessage, token: str, service: str, path: str, body: Mapping[str, Any]
    ) -> ProviderAnswer | Failed:
        """Posts to Teams. To open a conversation with somebody again returns the same one."""
        request = ProviderRequest(
            service="ms_teams",
            url=self._settings.at(f"{service.rstrip('/')}/{path}"),
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
            content=msgspec.json.encode(body),
            envelope=message.envelope,
            hidden=(token, self._settings.app_password or "", *message.contents),
            repeatable=path == "v3/conversations",
        )
        answer = await exchange(self._client, request)
        if not isinstance(answer, Failed) and answer.status == HTTPStatus.UNAUTHORIZED:
            self._tokens.forget(self._settings)
        return answer


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(TeamsAnswer) or TeamsAnswer()
    if answer.is_success:
        return answer.sent(said.id)
    if said.error.code in DEAD:
        return answer.failed(Failure.BOUNCED, said.error.words)
    if answer.status == HTTPStatus.PRECONDITION_FAILED:
        return answer.failed(Failure.TEMPORARY, said.error.words)
    if answer.status == HTTPStatus.FORBIDDEN:
        return answer.failed(Failure.PERMANENT, said.error.words)
    return answer.usual_failure(said.error.words)


def judge_webhook(answer: ProviderAnswer) -> Sent | Failed:
    """Returns what a webhook's answer means.

    One that was deleted, or whose signature was renewed, has another URL from then on.
    """
    said = answer.read(TeamsAnswer) or TeamsAnswer()
    if answer.is_success:
        return answer.sent()
    if answer.status in DEAD_WEBHOOK_STATUSES:
        return answer.failed(Failure.BOUNCED, said.error.words)
    return answer.usual_failure(said.error.words)


def ms_teams_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a Teams channel: the setting, and what it must be."""
    yield from redirect_problems(settings)
    given = [name for name in ("app_id", "app_password") if settings.get(name) is not None]
    if len(given) == 1:
        yield given[0], "a bot needs both app_id and app_password"
    if not is_tenant(str(settings.get("tenant_id", "botframework.com"))):
        yield "tenant_id", "this must be the id or the domain of a tenant of Microsoft Entra"


def is_tenant(text: str) -> bool:
    return TENANT.fullmatch(text) is not None


MS_TEAMS = Provider(
    ChannelType.CHAT,
    "ms_teams",
    MsTeamsSettings,
    lambda settings, context: MsTeamsSender(settings, context.client, context.clock),
    kind="ms_teams",
    missing=NO_ADDRESS,
    secrets=frozenset({"app_password"}),
    data=ms_teams_data.FORM,
    problems=ms_teams_problems,
    shows=frozenset({"card"}),
)
