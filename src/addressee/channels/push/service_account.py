"""Access tokens for service accounts: OAuth 2.0 with a signed assertion (RFC 7523)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from addressee.channels.sender import READ_LENGTH, without
from addressee.directory.clock import Clock

if TYPE_CHECKING:
    import httpx2

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIFE = timedelta(hours=1)

# A token is not used in its last minute: it could expire on the way.
MARGIN = timedelta(minutes=1)

ERROR_CODE = re.compile(r"[a-z_]{1,60}")


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
    try:
        key = load_pem_private_key(account.private_key.encode(), None)
    except (TypeError, ValueError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("'private_key' must be an RSA key in PEM, without a password")
    if not account.token_uri.startswith(("https://", "http://")):
        raise ValueError("'token_uri' must be a URL")
    return account


class TokenRefusedError(Exception):
    """The service refused a token. The message and the service's own `words` contain no secrets."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"the service account is not accepted: {status} {code}".rstrip())
        self.status = status
        self.words = words


class Granted(msgspec.Struct):
    access_token: str
    expires_in: int


class Refusal(msgspec.Struct):
    error: str
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class AccessToken:
    text: str = field(repr=False)
    expires_at: datetime


class AccessTokens:
    """Tokens for one scope by service account, each kept until it expires."""

    def __init__(self, scope: str, clock: Clock | None = None) -> None:
        self._scope = scope
        self._clock = clock or Clock()
        self._tokens: dict[ServiceAccount, AccessToken] = {}

    async def get(self, account: ServiceAccount, client: httpx2.AsyncClient) -> str:
        """Returns a token. Raises TokenRefusedError, or httpx2.HTTPError when the service does not answer."""
        now = self._clock.now()
        self._tokens = {of: token for of, token in self._tokens.items() if token.expires_at > now + MARGIN}
        if account not in self._tokens:
            self._tokens[account] = await self._ask(account, client, now)
        return self._tokens[account].text

    def forget(self, account: ServiceAccount) -> None:
        """Drops a token that is refused although it has not expired."""
        self._tokens.pop(account, None)

    async def _ask(self, account: ServiceAccount, client: httpx2.AsyncClient, now: datetime) -> AccessToken:
        assertion = account.assertion(self._scope, now)
        form = {"grant_type": GRANT_TYPE, "assertion": assertion}
        answer = await client.post(account.token_uri, data=form)
        try:
            if answer.status_code == HTTPStatus.OK:
                granted = msgspec.json.decode(answer.content, type=Granted)
                return AccessToken(granted.access_token, now + timedelta(seconds=granted.expires_in))
            refusal = msgspec.json.decode(answer.content, type=Refusal)
        except msgspec.DecodeError:
            refusal = Refusal("", answer.content[:READ_LENGTH].decode(errors="replace"))
        code = refusal.error if ERROR_CODE.fullmatch(refusal.error) else ""
        hidden = (assertion, *assertion.split("."), account.private_key, account.private_key_id)
        raise TokenRefusedError(answer.status_code, code, without(refusal.error_description, hidden))
