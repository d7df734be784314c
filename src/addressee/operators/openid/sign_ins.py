"""Signing in by a provider: the browser goes there with a state, and comes back with it and a code.

Nothing is stored meanwhile. The state is sealed for the browser's secret cookie; the nonce of the ID token and the
verifier of the code (PKCE) are derived from it, so that neither is of use in another browser.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.directory.clock import Clock
from addressee.operators.openid.errors import AddressUnverifiedError, DeclinedError, NotTrustedError, StaleSignInError
from addressee.operators.openid.id_tokens import UnknownKeyError, claims_of
from addressee.operators.openid.provider import Provider, Tokens
from addressee.operators.openid.settings import OpenIdSettings

# Whoever has to enter a password and a code there needs a while.
LIFE = timedelta(minutes=15)

RANDOM_BYTES = 16
MAX_NEXT_LENGTH = 1000

# Codes of errors in OAuth 2.0 and OpenID Connect; anything else is not repeated.
ERROR_CODE = re.compile(r"[a-z_]{1,40}")


class State(Struct, frozen=True):
    id: str
    next: str
    begun_at: datetime


class SignedIn(NamedTuple):
    """An identity that the provider has confirmed, and where the browser was to go."""

    email: str
    next: str


class OpenId:
    """Signing in by one provider. Methods raise ProviderUnavailableError."""

    def __init__(self, settings: OpenIdSettings, sealer: Sealer, clock: Clock) -> None:
        self._settings = settings
        self._sealer = sealer
        self._clock = clock
        self._provider = Provider(settings, clock)

    @property
    def name(self) -> str:
        return self._settings.name

    async def begin(self, browser: str, redirect_uri: str, next: str) -> str:
        """Returns the URL of the provider to which a browser is sent."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        metadata = await self._provider.metadata()
        state = State(secrets.token_urlsafe(RANDOM_BYTES), next[:MAX_NEXT_LENGTH], self._clock.now())
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._settings.client_id,
            "code",
            redirect_uri,
            "openid email",
            self._seal(state, browser),
            nonce=self._derived("nonce", state, browser),
            code_challenge=create_s256_code_challenge(self._derived("verifier", state, browser)),
            code_challenge_method="S256",
        )
        return url

    async def finish(self, browser: str, redirect_uri: str, answer: Mapping[str, str]) -> SignedIn:
        """Returns who has signed in, by the parameters with which the browser comes back.

        Raises StaleSignInError, DeclinedError, NotTrustedError, AddressUnverifiedError.
        """
        state = self._open(answer.get("state", ""), browser)
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise NotTrustedError
        if "error" in answer or "code" not in answer:
            code = answer.get("error", "")
            raise DeclinedError(code if ERROR_CODE.fullmatch(code) else "no code")
        verifier = self._derived("verifier", state, browser)
        tokens = await self._provider.tokens(answer["code"], verifier, redirect_uri)
        claims = await self._claims(tokens, self._derived("nonce", state, browser))
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise AddressUnverifiedError
        return SignedIn(email, state.next)

    async def close(self) -> None:
        await self._provider.close()

    async def _claims(self, tokens: Tokens, nonce: str) -> Mapping[str, Any]:
        """Returns what an ID token says; keys that the provider has changed meanwhile are asked for once."""
        for renewed in (False, True):
            keys = await self._provider.keys(renewed=renewed)
            try:
                return claims_of(tokens, keys, self._settings, nonce, self._clock.now())
            except UnknownKeyError:
                continue
        raise NotTrustedError

    def _seal(self, state: State, browser: str) -> str:
        return urlsafe_b64encode(self._sealer.seal(msgspec.json.encode(state), purpose(browser))).decode()

    def _open(self, sealed: str, browser: str) -> State:
        try:
            opened = self._sealer.open(urlsafe_b64decode(sealed.encode()), purpose(browser))
        except (WrongMasterKeyError, Error, ValueError):
            raise StaleSignInError from None
        state = msgspec.json.decode(opened, type=State)
        if state.begun_at <= self._clock.now() - LIFE:
            raise StaleSignInError
        return state

    def _derived(self, what: str, state: State, browser: str) -> str:
        return self._sealer.token(f"openid {what} {state.id} {browser}")


def purpose(browser: str) -> str:
    return f"openid state {browser}"
