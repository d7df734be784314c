"""Access tokens of bots of Microsoft Teams: OAuth 2.0 with client credentials (RFC 6749, section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import msgspec

from addressee.channels.chat.kept import Kept
from addressee.channels.requests.exchange import ProviderRequest, exchange
from addressee.channels.sender import Failed, Failure

if TYPE_CHECKING:
    import httpx2

LOGIN = "https://login.microsoftonline.com"
SCOPE = "https://api.botframework.com/.default"

# A token is not used in its last minutes: it could expire on the way.
MARGIN = timedelta(minutes=5)

MAX_TOKENS = 1_000

# Microsoft answers 400 too when the bot or its tenant does not exist.
REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

BotKey = tuple[str | None, str, str | None, str | None]


class Bot(Protocol):
    """The settings of a channel that name a bot."""

    @property
    def app_id(self) -> str | None: ...

    @property
    def app_password(self) -> str | None: ...

    @property
    def tenant_id(self) -> str: ...

    @property
    def endpoint(self) -> str | None: ...

    def at(self, url: str) -> str: ...


class Granted(msgspec.Struct):
    access_token: str
    expires_in: int = 300


class Refusal(msgspec.Struct):
    error: str = ""
    error_description: str = ""


class BotTokens:
    """Tokens of bots for what a scope names, each kept until it expires."""

    def __init__(self, scope: str = SCOPE) -> None:
        self._scope = scope
        self._kept: Kept[BotKey, str] = Kept(MAX_TOKENS)

    async def get(
        self, bot: Bot, envelope: Mapping[str, Any], client: httpx2.AsyncClient, now: datetime
    ) -> str | Failed:
        """Returns a token. `envelope` is what the delivery log keeps of a message for which there is none."""
        if (known := self._kept.get(key_of(bot), now)) is not None:
            return known
        form = {
            "grant_type": "client_credentials",
            "client_id": bot.app_id,
            "client_secret": bot.app_password,
            "scope": self._scope,
        }
        request = ProviderRequest(
            service="ms_teams",
            url=bot.at(f"{LOGIN}/{bot.tenant_id}/oauth2/v2.0/token"),
            headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            content=urlencode(form).encode(),
            envelope=envelope,
            hidden=(bot.app_password or "",),
            repeatable=True,
        )
        answer = await exchange(client, request)
        if isinstance(answer, Failed):
            return answer
        granted = answer.read(Granted)
        if answer.is_success and granted is not None:
            self._kept.put(key_of(bot), granted.access_token, now + timedelta(seconds=granted.expires_in) - MARGIN)
            return granted.access_token
        refusal = answer.read(Refusal) or Refusal()
        words = f"{refusal.error} {refusal.error_description}".strip()
        if answer.status in REFUSED:
            return answer.failed(Failure.CREDENTIALS, words)
        return answer.usual_failure(words)

    def forget(self, bot: Bot) -> None:
        """Drops a token that is refused although it has not expired."""
        self._kept.forget(key_of(bot))


def key_of(bot: Bot) -> BotKey:
    return bot.endpoint, bot.tenant_id, bot.app_id, bot.app_password


TOKENS = BotTokens()
