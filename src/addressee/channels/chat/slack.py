"""Sends chat messages through Slack: by its Web API, or to incoming webhooks (senders.md §2)."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from addressee.channels.chat import slack_data
from addressee.channels.chat.kept import Kept
from addressee.channels.chat.message import (
    ACCESS,
    HIDDEN_PATH,
    NO_ADDRESS,
    ChatMessage,
    ChatSettings,
    secrets_of,
)
from addressee.channels.chat.slack_limits import cut_text, problem_with
from addressee.channels.http_exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.sender import Failed, Failure, Sent
from addressee.directory.clock import Clock
from addressee.directory.documents import merged_deep
from addressee.directory.recipient import Document

if TYPE_CHECKING:
    import httpx2

API = "https://slack.com/api/"
WEBHOOK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")

# Errors of the Web API, by what they say: of the address, of the token, of what the token may do, of the moment.
DEAD = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "cannot_dm_bot",
        "messages_tab_disabled",
    }
)
DEAD_TOKEN = frozenset(
    {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "org_login_required"}
)
FORBIDDEN = frozenset(
    {"missing_scope", "no_permission", "not_allowed_token_type", "access_denied", "team_access_not_granted"}
)
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TEMPORARY = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"})

# What an incoming webhook answers when it does not exist any more, or must not be used any more.
DEAD_WEBHOOK_STATUSES = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)
DEAD_WEBHOOK = frozenset({"no_team", "team_disabled", "user_not_found"})

# For how long it is remembered who has an e-mail address: by endpoint, token and address.
REMEMBERED = timedelta(minutes=10)
MEMBERS: Kept[tuple[str | None, str, str], str] = Kept(10_000)


class SlackSettings(ChatSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Slack channel. `bot_token` is used for addresses without a token of their own."""

    bot_token: str | None = None


class Token(NamedTuple):
    """A token, with what it means that it does not work any more (`dead`), or may not do something (`forbidden`)."""

    text: str
    dead: Failure
    forbidden: Failure


class SlackUser(msgspec.Struct):
    id: str


class SlackAnswer(msgspec.Struct):
    ok: bool = False
    error: str = ""
    needed: str = ""
    channel: Any = None
    ts: str | None = None
    user: SlackUser | None = None

    @property
    def words(self) -> str:
        return f"{self.error} (needed: {self.needed})" if self.needed else self.error


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
            reason = (
                "slack: the address has no access token, nor has the recipient's tenant; set the channel's bot_token"
            )
            return Failed(Failure.PERMANENT, reason)
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
        said = answer.read(SlackAnswer) or SlackAnswer()
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
        return not isinstance(answer, Failed) and (answer.read(SlackAnswer) or SlackAnswer()).ok

    async def _call(
        self, message: ChatMessage, token: Token, method: str, body: dict[str, Any] | None
    ) -> ProviderAnswer | Failed:
        """Calls a method of the Web API. Those that post nothing can be repeated."""
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
        return Token(own, Failure.BOUNCED, Failure.PERMANENT)
    if shared := slack_data.token_in(to):
        return Token(shared, Failure.TEMPORARY, Failure.PERMANENT)
    return None if bot_token is None else Token(bot_token, Failure.CREDENTIALS, Failure.CREDENTIALS)


def body_of(message: ChatMessage) -> dict[str, Any]:
    body: dict[str, Any] = {"text": cut_text(message.text)}
    if message.blocks:
        body["blocks"] = message.blocks
    return merged_deep(body, message.overrides)


def is_outside(answer: ProviderAnswer | Failed) -> bool:
    """Returns whether the app is no member of the channel that it posted to."""
    return not isinstance(answer, Failed) and (answer.read(SlackAnswer) or SlackAnswer()).error == "not_in_channel"


def judge(answer: ProviderAnswer, token: Token) -> Sent | Failed:
    """The message is known by its channel and its time there."""
    said = answer.read(SlackAnswer) or SlackAnswer()
    if answer.is_success and said.ok:
        return answer.sent(f"{said.channel}:{said.ts}" if said.ts else None)
    return failure(answer, said, token)


def failure(answer: ProviderAnswer, said: SlackAnswer, token: Token) -> Failed:
    if said.error in DEAD:
        return answer.failed(Failure.BOUNCED, said.words)
    if said.error in DEAD_TOKEN:
        return answer.failed(token.dead, said.words)
    if said.error in FORBIDDEN:
        return answer.failed(token.forbidden, said.words)
    if said.error in LIMITED:
        return answer.failed(Failure.RATE_LIMITED, said.words)
    if said.error in TEMPORARY:
        return answer.failed(Failure.TEMPORARY, said.words)
    usual = answer.usual_failure(said.words)
    return answer.failed(token.forbidden, said.words) if usual.failure is Failure.CREDENTIALS else usual


def judge_webhook(answer: ProviderAnswer) -> Sent | Failed:
    words = answer.text.strip()
    if answer.is_success:
        return answer.sent()
    if answer.status in DEAD_WEBHOOK_STATUSES or words in DEAD_WEBHOOK:
        return answer.failed(Failure.BOUNCED, words)
    return answer.usual_failure(words)


SLACK = Provider(
    ChannelType.CHAT,
    "slack",
    SlackSettings,
    lambda settings, context: SlackSender(settings, context.client, context.clock),
    kind="slack",
    missing=NO_ADDRESS,
    secrets=frozenset({"bot_token"}),
    data=slack_data.FORM,
    shows=frozenset({"blocks"}),
)
