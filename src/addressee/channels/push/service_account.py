"""Access tokens for service accounts: OAuth 2.0 with a signed assertion (RFC 7523)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from addressee.channels.private_keys import rsa_key_in
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange, usual
from addressee.channels.sender import Failed, Failure

if TYPE_CHECKING:
    import httpx2

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIFE = timedelta(hours=1)

# A token is not used in its last minute: it could expire on the way.
MARGIN = timedelta(minutes=1)


class ServiceAccount(msgspec.Struct, frozen=True):
    """The fields of a service account's key file that are used."""

    project_id: str
    private_key_id: str
    private_key: str
    client_email: str
    token_uri: str

    def assertion(self, scope: str, now: datetime) -> str:
        import jwt  # here, as commands import this module to check settings only

        claims = {
            "iss": self.client_email,
            "aud": self.token_uri,
            "scope": scope,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
        }
        return jwt.encode(claims, self.private_key, "RS256", {"kid": self.private_key_id})


def read_service_account(text: str) -> ServiceAccount:
    """Reads a key file. Raises a ValueError that repeats nothing of the file."""
    try:
        account = msgspec.json.decode(text, type=ServiceAccount)
    except msgspec.DecodeError as error:
        raise ValueError(f"this must be the JSON of a service account's key: {error}") from None
    if rsa_key_in(account.private_key) is None:
        raise ValueError("'private_key' must be an RSA key in PEM, without a password")
    if not account.token_uri.startswith(("https://", "http://")):
        raise ValueError("'token_uri' must be a URL")
    return account


class Granted(msgspec.Struct):
    access_token: str
    expires_in: int = 300


class Refusal(msgspec.Struct):
    error: str = ""
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class AccessToken:
    text: str = field(repr=False)
    expires_at: datetime


class AccessTokens:
    """Tokens for one scope by service account, each kept until it expires. Who needs one at the same time shares it."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._tokens: dict[ServiceAccount, AccessToken] = {}
        self._asked: dict[ServiceAccount, asyncio.Task[str | Failed]] = {}

    async def get(
        self, account: ServiceAccount, envelope: Mapping[str, Any], client: httpx2.AsyncClient, now: datetime
    ) -> str | Failed:
        """Returns a token. `envelope` is what the delivery log keeps of a message for which there is none."""
        self._tokens = {of: token for of, token in self._tokens.items() if token.expires_at > now + MARGIN}
        if (known := self._tokens.get(account)) is not None:
            return known.text
        if account not in self._asked:
            self._asked[account] = asyncio.create_task(self._ask(account, client, now))
            self._asked[account].add_done_callback(lambda _: self._asked.pop(account))
        answered = await asyncio.shield(self._asked[account])
        if isinstance(answered, str) or answered.call is None:
            return answered
        return replace(answered, call=replace(answered.call, request=envelope))

    def forget(self, account: ServiceAccount) -> None:
        """Drops a token that is refused although it has not expired."""
        self._tokens.pop(account, None)

    async def _ask(self, account: ServiceAccount, client: httpx2.AsyncClient, now: datetime) -> str | Failed:
        answer = await exchange(client, to_request(account, account.assertion(self._scope, now)))
        if isinstance(answer, Failed):
            return answer
        granted = answer.read(Granted)
        if not answer.is_success or granted is None:
            return refused(answer)
        self._tokens[account] = AccessToken(granted.access_token, now + timedelta(seconds=granted.expires_in))
        return granted.access_token


def to_request(account: ServiceAccount, assertion: str) -> ProviderRequest:
    return ProviderRequest(
        service="fcm",
        url=account.token_uri,
        headers={"accept": "application/json", "content-type": "application/x-www-form-urlencoded"},
        content=urlencode({"grant_type": GRANT_TYPE, "assertion": assertion}).encode(),
        envelope={},
        hidden=(assertion, *assertion.split("."), account.private_key, account.private_key_id),
        repeatable=True,
    )


def refused(answer: ProviderAnswer) -> Failed:
    """Returns the failure of an answer without a token. What is refused for good is the account, not the message."""
    said = answer.read(Refusal) or Refusal()
    failure = usual(answer.status)
    words = f"the service account is not accepted: {said.error} {said.error_description}".rstrip(": ")
    return answer.failed(Failure.CREDENTIALS if failure is Failure.PERMANENT else failure, words)
