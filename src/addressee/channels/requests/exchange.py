"""Exchanges with providers by HTTP: one request, its answer, and what every answer means the same for all of them.

All senders of a worker share two clients, which keep connections, by HTTP/2 where the provider offers it: one for
providers, and one for URLs that recipients or clients give, which connects to public hosts only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from addressee.channels.hiding import without
from addressee.channels.requests.public_hosts import PUBLIC, AllowedHosts, NotPublicError, Resolver, resolve
from addressee.channels.sender import (
    READ_LENGTH,
    SENDING_SECONDS,
    Delivered,
    Failed,
    Failure,
    ProviderCall,
    Sent,
)

if TYPE_CHECKING:
    import httpx2

# The limit for one exchange: a message may need two, the first for an access token.
TIMEOUT_SECONDS = SENDING_SECONDS / 2

# Connections of each client of a worker.
MAX_CONNECTIONS = 200
KEPT_SECONDS = 60.0

# Answers with more are cut: no provider has anything to say that is longer.
MAX_ANSWER_BYTES = 1_000_000

# Answers are asked for as they are: a few compressed bytes may be many.
HEADERS = {"user-agent": "addressee", "accept-encoding": "identity"}

# No provider asks for longer pauses, and nobody waits so long.
MAX_PAUSE_SECONDS = 1_000_000

SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,9})?")
UNAVAILABLE_STATUSES = frozenset({502, 503, 504, *range(520, 531)})
TEMPORARY_STATUSES = frozenset({408, 425, *range(500, 600)}) - UNAVAILABLE_STATUSES

Form = TypeVar("Form")


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """A request to a provider.

    `envelope` is what the delivery log keeps of it: ids and addresses, no contents. `hidden` are texts that must not
    appear in a reason or a log, should the provider repeat them: secrets and contents. With `repeatable`, the provider
    recognises the message when it is sent again, so that a lost answer leaves no doubt. `path` is what the log names
    instead of the URL's path, where that contains a secret.
    """

    service: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    envelope: Mapping[str, Any]
    hidden: Sequence[str] = field(default=(), repr=False)
    repeatable: bool = False
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH"] = "POST"
    path: str | None = None

    @property
    def host(self) -> str:
        """The host and port of the URL, without a user and a password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def call(self, status: int | None, answer: str) -> ProviderCall:
        path = urlsplit(self.url).path if self.path is None else self.path
        return ProviderCall(
            self.service, self.method, self.host, path, self.envelope, status, without(answer, self.hidden)
        )

    def failed(self, failure: Failure, reason: str) -> Failed:
        """Returns the failure of a request that was not answered."""
        return Failed(failure, reason, self.call(None, reason))


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """The answer to a request. Its results tell the provider's words without what the request hides."""

    request: ProviderRequest
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.content[:READ_LENGTH].decode(errors="replace")

    @property
    def is_success(self) -> bool:
        return self.status in range(200, 300)

    def read(self, form: type[Form]) -> Form | None:
        """Returns the JSON of the answer in this form, None if it has another one."""
        try:
            return msgspec.json.decode(self.content, type=form, strict=False)
        except msgspec.DecodeError:
            return None

    def sent(self, provider_id: str | None = None) -> Sent:
        return Sent(self._call(), provider_id)

    def delivered(self, provider_id: str | None = None) -> Delivered:
        return Delivered(self._call(), provider_id)

    def failed(
        self,
        failure: Failure,
        words: str = "",
        *,
        retry_after: timedelta | None = None,
        dead_since: datetime | None = None,
    ) -> Failed:
        """Returns a failure with the provider's own `words`. The pause is that of `Retry-After` if none is given."""
        reason = f"{self.request.service} {self.status} {without(words, self.request.hidden)}".rstrip()
        pause = pause_in(self.headers.get("retry-after")) if retry_after is None else retry_after
        return Failed(failure, reason, self._call(), pause, dead_since)

    def pause(self, seconds: float | None) -> timedelta | None:
        """Returns the pause that the body asks for, None without one, or if the header has one."""
        if seconds is None or "retry-after" in self.headers:
            return None
        return timedelta(seconds=min(max(seconds, 0), MAX_PAUSE_SECONDS))

    def usual_failure(self, words: str = "") -> Failed:
        """Returns what the status alone says: 401 and 403 refuse the credentials, 429 asks for a pause, and so on."""
        return self.failed(usual(self.status), words)

    def _call(self) -> ProviderCall:
        # As a whole: a text to hide may be longer than what is read of an answer.
        return self.request.call(self.status, self.content.decode(errors="replace"))


def usual(status: int) -> Failure:
    """Returns what a status of HTTP means where a provider gives it no meaning of its own."""
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Failure.CREDENTIALS
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure.RATE_LIMITED
    if status in UNAVAILABLE_STATUSES:
        return Failure.UNAVAILABLE
    return Failure.TEMPORARY if status in TEMPORARY_STATUSES else Failure.PERMANENT


async def exchange(
    client: httpx2.AsyncClient, request: ProviderRequest, seconds: float | None = None
) -> ProviderAnswer | Failed:
    """Returns the answer to a request, or the failure when there is none within `seconds`, or TIMEOUT_SECONDS.

    Follows no redirect. A request that was not sent as a whole leaves no doubt. After that the provider may have taken
    the message.
    """
    import httpx2  # here, as commands import senders to check settings only

    seconds = TIMEOUT_SECONDS if seconds is None else seconds
    never_sent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    lost = Failure.UNAVAILABLE if request.repeatable else Failure.UNCONFIRMED
    try:
        async with asyncio.timeout(seconds):
            async with client.stream(
                request.method,
                request.url,
                content=request.content,
                headers=dict(request.headers),
                timeout=timeouts(seconds),
            ) as answer:
                content = await beginning(answer)
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        return request.failed(Failure.PERMANENT, f"{request.service}: this is no URL that can be called")
    except NotPublicError as refused:
        return request.failed(Failure.PERMANENT, f"{request.service}: {refused}")
    except never_sent as error:
        return request.failed(Failure.UNAVAILABLE, f"{request.host} cannot be reached: {type(error).__name__}")
    except TimeoutError:
        return request.failed(lost, f"{request.host} did not answer within {seconds:g} seconds")
    except (httpx2.HTTPError, OSError) as error:
        return request.failed(lost, f"{request.host} did not answer: {type(error).__name__}")
    return ProviderAnswer(request, answer.status_code, answer.headers, content)


async def beginning(answer: httpx2.Response) -> bytes:
    """Returns the first MAX_ANSWER_BYTES of an answer, as no more may be kept of what anybody's server says."""
    content = bytearray()
    async for part in answer.aiter_raw():
        content += part
        if len(content) >= MAX_ANSWER_BYTES:
            break
    return bytes(content[:MAX_ANSWER_BYTES])


def pause_in(retry_after: str | None) -> timedelta | None:
    """Returns the pause in a header `Retry-After` (seconds or a date), None when it has neither."""
    if retry_after is None:
        return None
    if SECONDS.fullmatch(retry_after):
        return timedelta(seconds=float(retry_after))
    try:
        return max(parsedate_to_datetime(retry_after) - datetime.now(UTC), timedelta())
    except (TypeError, ValueError):
        return None


def timeouts(seconds: float = TIMEOUT_SECONDS) -> httpx2.Timeout:
    """Returns limits by which a host that cannot be connected to is told apart from one that does not answer."""
    import httpx2

    return httpx2.Timeout(seconds, connect=seconds / 3, pool=seconds / 3)


def open_client(verify: SSLContext | None = None) -> httpx2.AsyncClient:
    """Returns the client of a worker, to be closed when that ends. Proxies of the environment are used."""
    import httpx2

    return httpx2.AsyncClient(
        http2=True,
        verify=verify or trust(),
        timeout=timeouts(),
        limits=limits(),
        headers=HEADERS,
        cookies=no_cookies(),
    )


def open_public_client(
    verify: SSLContext | None = None, resolve: Resolver = resolve, allowed: AllowedHosts = PUBLIC
) -> httpx2.AsyncClient:
    """Returns the client of a worker for URLs that recipients or clients give, to be closed when that ends.

    Proxies of the environment are not used: they would resolve names again.
    """
    import httpx2

    from addressee.channels.requests.public_transport import PublicTransport

    return httpx2.AsyncClient(
        transport=PublicTransport(verify or trust(), limits(), resolve, allowed),
        timeout=timeouts(),
        headers=HEADERS,
        cookies=no_cookies(),
        trust_env=False,
    )


def no_cookies() -> CookieJar:
    """Returns a jar that stays empty: all environments share a client, and a host could set any number of cookies."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def limits() -> httpx2.Limits:
    import httpx2

    return httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=KEPT_SECONDS)


@cache
def trust() -> SSLContext:
    """Returns a TLS context. It is cached, as reading the certificates takes long."""
    import httpx2

    return httpx2.create_ssl_context()
