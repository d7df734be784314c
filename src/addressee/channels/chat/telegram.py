"""Sends chat messages through Telegram's Bot API (senders.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from addressee.channels.channel_data import Form, TenantData, checked_object, checked_text, entries, need_one_of
from addressee.channels.chat.connections import connected
from addressee.channels.chat.message import NO_ADDRESS, ChatMessage, ChatSettings
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.texts import cut
from addressee.directory.addresses.forms import chat_key
from addressee.directory.documents import merged_deep
from addressee.directory.recipient import Document

if TYPE_CHECKING:
    import httpx2

API = "https://api.telegram.org"

MAX_TEXT = 4_096

CHAT_ID = "chat_id"

# What Telegram says of a chat that there is not any more, or in which the bot may not write. Its errors have no codes.
DEAD = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "bot was blocked",
    "bot was kicked",
    "bot is not a member",
    "bot can't initiate conversation",
    "bot can't send messages to bots",
    "group chat was deleted",
    "have no rights to send",
    "not enough rights to send text messages",
)


class TelegramSettings(ChatSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Telegram channel."""

    bot_token: str


class Parameters(msgspec.Struct):
    migrate_to_chat_id: int | None = None
    retry_after: int | None = None


class TelegramMessage(msgspec.Struct):
    message_id: int


class TelegramAnswer(msgspec.Struct):
    ok: bool = False
    description: str = ""
    result: TelegramMessage | None = None
    parameters: Parameters = msgspec.field(default_factory=Parameters)

    @property
    def is_dead(self) -> bool:
        return any(words in self.description for words in DEAD)


class TelegramSender:
    """Sends plain texts: a value of a template cannot be taken for markup. `overrides` can set a `parse_mode`."""

    def __init__(self, settings: TelegramSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def send(self, message: ChatMessage, /) -> Sent | Failed:
        """Sends to the chat, or to the one that it has become: a group that grew has another id."""
        chat = message.to[CHAT_ID]
        answer = await exchange(self._client, self._request(message, chat))
        moved = None if isinstance(answer, Failed) else said_in(answer).parameters.migrate_to_chat_id
        if moved is not None:
            chat = str(moved)
            answer = await exchange(self._client, self._request(message, chat))
        return answer if isinstance(answer, Failed) else judge(answer, chat)

    async def close(self) -> None:
        """Does nothing: the client is shared."""

    def _request(self, message: ChatMessage, chat: str) -> ProviderRequest:
        body: Mapping[str, Any] = {CHAT_ID: chat, "text": cut(message.text, MAX_TEXT)}
        return ProviderRequest(
            service="telegram",
            url=self._settings.at(f"{API}/bot{self._settings.bot_token}/sendMessage"),
            headers={"content-type": "application/json"},
            content=msgspec.json.encode(merged_deep(dict(body), message.overrides)),
            envelope=message.envelope,
            hidden=(self._settings.bot_token, *message.contents),
            path="/bot[...]/sendMessage",
        )


def said_in(answer: ProviderAnswer) -> TelegramAnswer:
    return answer.read(TelegramAnswer) or TelegramAnswer()


def judge(answer: ProviderAnswer, chat: str) -> Sent | Failed:
    """Returns what Telegram's answer means. A wrong token is a path that does not exist (404), as that contains it."""
    said = said_in(answer)
    if answer.is_success and said.ok:
        return answer.sent(None if said.result is None else f"{chat}:{said.result.message_id}")
    if said.is_dead:
        return answer.failed(Failure.BOUNCED, said.description)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return answer.failed(
            Failure.RATE_LIMITED, said.description, retry_after=answer.pause(said.parameters.retry_after)
        )
    if answer.status == HTTPStatus.NOT_FOUND:
        return answer.failed(Failure.CREDENTIALS, said.description)
    if answer.status == HTTPStatus.FORBIDDEN:
        return answer.failed(Failure.PERMANENT, said.description)
    return answer.usual_failure(said.description)


def checked(data: Document, path: str) -> Document:
    """Takes one chat, or a list of connections with one each; ids may be numbers, and are stored as texts."""
    need_one_of(data, (CHAT_ID, "connections"), path)
    connections = [
        with_text_id(checked_object(given, at), at, required=True) for given, at in entries(data, "connections", path)
    ]
    return with_text_id({**data, "connections": connections}, path, required=False)


def with_text_id(given: Document, path: str, *, required: bool) -> Document:
    if given.get(CHAT_ID) is None and not required:
        return given
    id = given.get(CHAT_ID)
    text = str(id) if isinstance(id, int) and not isinstance(id, bool) else id
    return {**given, CHAT_ID: checked_text(text, f"{path}.{CHAT_ID}")}


def address(connection: Document, data: Document, of_tenant: Document) -> Document:
    return {CHAT_ID: connection[CHAT_ID]}


CONNECTED = connected(checked, chat_key, address)


def destinations(data: Document, tenant: TenantData) -> list[Destination]:
    """Returns the chat of the data, and those of its connections."""
    alone = [{CHAT_ID: data[CHAT_ID]}] if isinstance(data.get(CHAT_ID), str) else []
    connections = data.get("connections")
    listed = connections if isinstance(connections, list) else []
    return CONNECTED.destinations({"connections": [*alone, *listed]}, tenant)


TELEGRAM = Provider(
    ChannelType.CHAT,
    "telegram",
    TelegramSettings,
    lambda settings, context: TelegramSender(settings, context.client),
    kind="chat",
    missing=NO_ADDRESS,
    secrets=frozenset({"bot_token"}),
    data=Form(checked, destinations=destinations),
)
