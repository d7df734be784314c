"""Sends chat messages through Slack: by its Web API, or to incoming webhooks (senders.md §2)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from addressee.channels.chat import slack_data
from addressee.channels.chat.accounts.redirects import redirect_problems
from addressee.channels.chat.kept import Kept
from addressee.channels.chat.message import ACCESS, NO_ADDRESS, ChatMessage, ChatSettings
from addressee.channels.chat.slack_answers import Token, failure, is_outside, judge, judge_webhook, said_in
from addressee.channels.chat.slack_limits import cut_text, problem_with
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.requests.urls import HIDDEN_PATH, secrets_of
from addressee.channels.sender import Failed, Failure, Sent
from addressee.directory.clock import Clock
from addressee.directory.documents import merged_deep
from addressee.directory.recipient import Document

if TYPE_CHECKING:
    import httpx2

API = "https://slack.com/api/"
WEBHOOK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")

TOKEN_TEXT = re.compile(r"[!-~]+")

# For how long it is remembered who has an e-mail address: by endpoint, token and address.
REMEMBERED = timedelta(minutes=10)
MEMBERS: Kept[tuple[str | None, str, str], str] = Kept(10_000)


class SlackSettings(ChatSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Slack channel. `bot_token` is used for addresses without a token of their own.

    Those of the app are needed where customers connect their own workspaces: `client_id` and `client_secret`, and
    `redirect_origins`, to which a customer's browser may be led back afterwards.
    """

    bot_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    redirect_origins: tuple[str, ...] = ()


class SlackSender:
    """Sends messages with the token of their address, or with that of the channel.

    Slack does not recognise a message that is sent again.
    """

    def __init__(self, settings: SlackSettings, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock

    async def send(self, message: ChatMessage, /) -> Sent | Failed:
        if (problem := problem_with(message.blocks)) is not None:
            return Failed(Failure.PERMANENT, f"slack: {problem}")
        if message.webhook is not None:
            return await self._to_webhook(message, message.webhook)
        token = token_for(message.to, self._settings.bot_token)
        if token is None:
            reason = "neither the address nor the run's tenant has an access token, nor has the channel a bot_token"
            return Failed(Failure.PERMANENT, f"slack: {reason}")
        if not TOKEN_TEXT.fullmatch(token.text):
            return Failed(token.dead, "slack: the access token has characters that are in no token")
        channel = await self._channel(message, token)
        return channel if isinstance(channel, Failed) else await self._post(message, token, channel)

    async def close(self) -> None:
        """Does nothing: the client is shared."""

    async def _to_webhook(self, message: ChatMessage, url: str) -> Sent | Failed:
        if (obstacle := self._settings.obstacle("slack", url, WEBHOOK_HOSTS)) is not None:
            return obstacle
        request = ProviderRequest(
            service="slack",
            url=self._settings.at(url),
            headers={"content-type": "application/json; charset=utf-8"},
            content=msgspec.json.encode(body_of(message)),
            envelope=message.envelope,
            hidden=(*secrets_of(url), *message.contents),
            path=HIDDEN_PATH,
        )
        answer = await exchange(self._client, request)
        return answer if isinstance(answer, Failed) else judge_webhook(answer)

    async def _channel(self, message: ChatMessage, token: Token) -> str | Failed:
        """Returns the id that a message is posted to: a channel, or a member, whom Slack sends a direct message."""
        if "email" not in message.to:
            return str(message.to.get("user_id") or message.to.get("channel_id"))
        email = message.to["email"]
        key = (self._settings.endpoint, token.text, email)
        if (known := MEMBERS.get(key, self._clock.now())) is not None:
            return known
        query = urlencode({"email": email})
        answer = await self._call(message, token, f"users.lookupByEmail?{query}", None)
        if isinstance(answer, Failed):
            return answer
        said = said_in(answer)
        if not said.ok or said.user is None:
            return failure(answer, said, token)
        MEMBERS.put(key, said.user.id, self._clock.now() + REMEMBERED)
        return said.user.id

    async def _post(self, message: ChatMessage, token: Token, channel: str) -> Sent | Failed:
        body = {"channel": channel, **body_of(message)}
        answer = await self._call(message, token, "chat.postMessage", body)
        if is_outside(answer) and await self._join(message, token, channel):
            answer = await self._call(message, token, "chat.postMessage", body)
        return answer if isinstance(answer, Failed) else judge(answer, token)

    async def _join(self, message: ChatMessage, token: Token, channel: str) -> bool:
        """Joins a public channel, as far as the token may."""
        answer = await self._call(message, token, "conversations.join", {"channel": channel})
        return not isinstance(answer, Failed) and said_in(answer).ok

    async def _call(
        self, message: ChatMessage, token: Token, method: str, body: dict[str, Any] | None
    ) -> ProviderAnswer | Failed:
        """Calls a method of the Web API. Those that post no message can be repeated."""
        request = ProviderRequest(
            service="slack",
            url=self._settings.at(API + method),
            headers={"authorization": f"Bearer {token.text}", "content-type": "application/json; charset=utf-8"},
            content=b"" if body is None else msgspec.json.encode(body),
            envelope=message.envelope,
            hidden=(token.text, *message.contents),
            repeatable=method != "chat.postMessage",
            method="GET" if body is None else "POST",
        )
        return await exchange(self._client, request)


def token_for(to: Document, bot_token: str | None) -> Token | None:
    """Returns the token for an address: its own, one that it shares, or the channel's; None if there is none.

    An address is dead with its own token. A token that the addresses of a tenant share may be renewed at any time.
    """
    if own := to.get(ACCESS):
        return Token(own, dead=Failure.BOUNCED)
    if shared := slack_data.token_in(to):
        return Token(shared, dead=Failure.TEMPORARY)
    if bot_token is None:
        return None
    return Token(bot_token, Failure.CREDENTIALS, Failure.CREDENTIALS, Failure.RATE_LIMITED)


def body_of(message: ChatMessage) -> dict[str, Any]:
    body: dict[str, Any] = {"text": cut_text(message.text)}
    if message.blocks:
        body["blocks"] = message.blocks
    return merged_deep(body, message.overrides)


SLACK = Provider(
    ChannelType.CHAT,
    "slack",
    SlackSettings,
    lambda settings, context: SlackSender(settings, context.client, context.clock),
    kind="slack",
    missing=NO_ADDRESS,
    secrets=frozenset({"bot_token", "client_secret"}),
    data=slack_data.FORM,
    problems=redirect_problems,
    shows=frozenset({"blocks"}),
)
