"""Sends chat messages through Discord: to webhooks, or to channels as a bot (senders.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec

from addressee.channels.channel_data import need_one_of
from addressee.channels.chat.connections import connected, with_connections
from addressee.channels.chat.message import NO_ADDRESS, ChatMessage, ChatSettings
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.requests.urls import HIDDEN_PATH, secrets_of
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.texts import cut, length, texts_in
from addressee.directory.addresses.forms import discord_key
from addressee.directory.documents import merged_deep
from addressee.directory.recipient import Document

if TYPE_CHECKING:
    import httpx2

API = "https://discord.com/api/v10"
WEBHOOK_HOSTS = ("discord.com", "discordapp.com", "*.discord.com")

MAX_TEXT = 2_000
MAX_EMBEDS = 10
MAX_EMBEDS_TEXT = 6_000

# Codes of errors: an unknown channel, an unknown webhook, no access to a channel, a person who takes no messages.
UNKNOWN_CHANNEL, UNKNOWN_WEBHOOK, NO_ACCESS, TAKES_NO_MESSAGES = 10003, 10015, 50001, 50007
DEAD = frozenset({UNKNOWN_CHANNEL, UNKNOWN_WEBHOOK, NO_ACCESS, TAKES_NO_MESSAGES})

# Codes that say that the bot lacks a permission in this channel, or that a webhook's URL is not complete.
NO_PERMISSION, WRONG_WEBHOOK_TOKEN = 50013, 50027


class DiscordSettings(ChatSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Discord channel. `bot_token` is for channels by their ids; webhooks need none."""

    bot_token: str | None = None


class DiscordAnswer(msgspec.Struct):
    id: str | None = None
    code: int = 0
    message: str = ""
    retry_after: float | None = None


class DiscordSender:
    """Sends messages in which nobody is mentioned, whatever the values of a template say."""

    def __init__(self, settings: DiscordSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def send(self, message: ChatMessage, /) -> Sent | Failed:
        if (problem := problem_with(message)) is not None:
            return Failed(Failure.PERMANENT, f"discord: {problem}")
        request = self._to_channel(message) if message.webhook is None else self._to_webhook(message, message.webhook)
        if isinstance(request, Failed):
            return request
        answer = await exchange(self._client, request)
        return answer if isinstance(answer, Failed) else judge(answer, is_webhook=message.webhook is not None)

    async def close(self) -> None:
        """Does nothing: the client is shared."""

    def _to_webhook(self, message: ChatMessage, url: str) -> ProviderRequest | Failed:
        if (obstacle := self._settings.obstacle("discord", url, WEBHOOK_HOSTS)) is not None:
            return obstacle
        return ProviderRequest(
            service="discord",
            url=self._settings.at(with_id(url)),
            headers={"content-type": "application/json"},
            content=msgspec.json.encode(body_of(message)),
            envelope=message.envelope,
            hidden=(*secrets_of(url), *message.contents),
            path=HIDDEN_PATH,
        )

    def _to_channel(self, message: ChatMessage) -> ProviderRequest | Failed:
        token = self._settings.bot_token
        if token is None:
            return Failed(
                Failure.PERMANENT, "discord: a channel's id needs the setting bot_token; a webhook needs none"
            )
        return ProviderRequest(
            service="discord",
            url=self._settings.at(f"{API}/channels/{quote(message.to['channel_id'], safe='')}/messages"),
            headers={"authorization": f"Bot {token}", "content-type": "application/json"},
            content=msgspec.json.encode(body_of(message)),
            envelope=message.envelope,
            hidden=(token, *message.contents),
        )


def with_id(url: str) -> str:
    """Returns the URL of a webhook that answers with the message's id, and only when the message is there."""
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), "wait": "true"}
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def body_of(message: ChatMessage) -> dict[str, Any]:
    body: dict[str, Any] = {"content": cut(message.text, MAX_TEXT), "allowed_mentions": {"parse": []}}
    if message.embeds:
        body["embeds"] = message.embeds
    return merged_deep(body, message.overrides)


def problem_with(message: ChatMessage) -> str | None:
    """Returns why Discord would refuse a message's embeds, None if it would not for their number or their length."""
    if len(message.embeds) > MAX_EMBEDS:
        return f"a message has at most {MAX_EMBEDS} embeds; this one has {len(message.embeds)}"
    said = sum(length(text) for embed in message.embeds for text in texts_in(told(embed)))
    if said > MAX_EMBEDS_TEXT:
        return f"the texts of all embeds have at most {MAX_EMBEDS_TEXT:,} characters; these have {said:,}"
    return None


def told(embed: Document) -> list[Any]:
    """Returns the parts of an embed whose characters Discord counts."""
    fields = embed.get("fields")
    names = [part.get("name") for part in (embed.get("author"),) if isinstance(part, Mapping)]
    footers = [part.get("text") for part in (embed.get("footer"),) if isinstance(part, Mapping)]
    said = [
        [field.get("name"), field.get("value")]
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, Mapping)
    ]
    return [embed.get("title"), embed.get("description"), *names, *footers, *said]


def judge(answer: ProviderAnswer, *, is_webhook: bool) -> Sent | Failed:
    said = answer.read(DiscordAnswer) or DiscordAnswer()
    words = f"{said.code} {said.message}".strip() if said.code else said.message
    if answer.is_success:
        return answer.sent(said.id)
    if said.code in DEAD:
        return answer.failed(Failure.BOUNCED, words)
    if is_webhook and (
        said.code == WRONG_WEBHOOK_TOKEN or answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}
    ):
        return answer.failed(Failure.BOUNCED, words)
    if said.code == NO_PERMISSION or (is_webhook and answer.status == HTTPStatus.FORBIDDEN):
        return answer.failed(Failure.PERMANENT, words)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return answer.failed(Failure.RATE_LIMITED, words, retry_after=answer.pause(said.retry_after))
    return answer.usual_failure(words)


def checked(data: Document, path: str) -> Document:
    need_one_of(data, ("connections",), path)
    return with_connections(data, path, ("channel_id",), required=("channel_id",))


def address(connection: Document, data: Document, of_tenant: Document) -> Document:
    return {"channel_id": connection["channel_id"]}


DISCORD = Provider(
    ChannelType.CHAT,
    "discord",
    DiscordSettings,
    lambda settings, context: DiscordSender(settings, context.client),
    kind="discord",
    missing=NO_ADDRESS,
    secrets=frozenset({"bot_token"}),
    data=connected(checked, discord_key, address),
    shows=frozenset({"embeds"}),
)
