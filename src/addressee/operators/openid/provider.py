"""Answers of the provider: its metadata, its keys, and tokens for codes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import structlog
from msgspec import Struct

from addressee.channels.requests.authorization import basic
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange, open_client
from addressee.channels.requests.forms import CONTENT_TYPE, form_of
from addressee.directory.clock import Clock
from addressee.operators.openid.errors import ProviderUnavailableError
from addressee.operators.openid.settings import OpenIdSettings, is_safe

if TYPE_CHECKING:
    import httpx2

SERVICE = "OpenID Connect"

# The path below the issuer at which providers describe themselves (OpenID Connect Discovery 1.0).
METADATA_PATH = "/.well-known/openid-configuration"

TIMEOUT_SECONDS = 10.0

# What is published is asked for again after this time; keys also when one is unknown, once in a minute.
KEPT = timedelta(hours=1)
KEYS_RENEWED_AFTER = timedelta(minutes=1)

Form = TypeVar("Form")

log = structlog.get_logger()


class Metadata(Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: Sequence[str] = ("client_secret_basic",)


class Keys(Struct, frozen=True):
    keys: Sequence[Mapping[str, Any]]


class Tokens(Struct, frozen=True):
    id_token: str
    access_token: str | None = None


class Provider:
    """The provider. Methods raise ProviderUnavailableError, and the log says why, without secrets."""

    def __init__(self, settings: OpenIdSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._asking = asyncio.Lock()
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, Keys] | None = None
        self._client: httpx2.AsyncClient | None = None

    async def metadata(self) -> Metadata:
        async with self._asking:
            if self._metadata is None or self._metadata[0] <= self._clock.now() - KEPT:
                url = self._settings.issuer.rstrip("/") + METADATA_PATH
                found = await self._read(ProviderRequest(SERVICE, url, {}, b"", {}, method="GET"), Metadata)
                self._check(found)
                self._metadata = (self._clock.now(), found)
            return self._metadata[1]

    async def keys(self, *, renewed: bool = False) -> Keys:
        """Returns the provider's public keys; with `renewed`, those of the last minute."""
        url = (await self.metadata()).jwks_uri
        kept = KEYS_RENEWED_AFTER if renewed else KEPT
        async with self._asking:
            if self._keys is None or self._keys[0] <= self._clock.now() - kept:
                found = await self._read(ProviderRequest(SERVICE, url, {}, b"", {}, method="GET"), Keys)
                self._keys = (self._clock.now(), found)
            return self._keys[1]

    async def tokens(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Returns the tokens for a code, which the provider gives once."""
        metadata, settings = await self.metadata(), self._settings
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"content-type": CONTENT_TYPE, "accept": "application/json"}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            headers["authorization"] = basic(quote(settings.client_id, safe=""), quote(settings.client_secret, safe=""))
        else:
            fields |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
        hidden = (code, verifier, settings.client_secret)
        request = ProviderRequest(SERVICE, metadata.token_endpoint, headers, form_of(fields), {}, hidden)
        return await self._read(request, Tokens)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _check(self, metadata: Metadata) -> None:
        """Makes sure that a provider speaks for itself, and that secrets go to https only."""
        urls = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        if metadata.issuer != self._settings.issuer:
            raise self._unavailable("the metadata are of another issuer")
        if not all(is_safe(url.partition("?")[0]) for url in urls):
            raise self._unavailable("the metadata name URLs that are not of https")

    async def _read(self, request: ProviderRequest, form: type[Form]) -> Form:
        if self._client is None:
            self._client = open_client()
        answer = await exchange(self._client, request, TIMEOUT_SECONDS)
        path = urlsplit(request.url).path
        if not isinstance(answer, ProviderAnswer):
            raise self._unavailable(f"{path} was not answered: {answer.reason}")
        found = answer.read(form) if answer.is_success else None
        if found is None:
            raise self._unavailable(f"{path} was answered by {answer.status}, not as expected")
        return found

    def _unavailable(self, reason: str) -> ProviderUnavailableError:
        log.warning("OpenID provider unavailable", reason=reason)
        return ProviderUnavailableError()
