"""The transport of HTTP that connects to public hosts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ssl import SSLContext

import httpcore2
import httpx2
from httpcore2 import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from addressee.channels.requests.public_hosts import PUBLIC, AllowedHosts, Resolver


class PublicBackend(AsyncNetworkBackend):
    """Connects to the addresses of a host that it has checked itself, so that no second answer of a DNS server counts.

    TLS is verified by the host's name, as that stays the one of the URL.
    """

    def __init__(
        self, resolve: Resolver, within: AsyncNetworkBackend | None = None, allowed: AllowedHosts = PUBLIC
    ) -> None:
        self._resolve = resolve
        self._within = within or httpcore2.AnyIOBackend()
        self._allowed = allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Raises NotPublicError, and httpcore2.ConnectError or ConnectTimeout when no address can be reached."""
        addresses = await self._addresses(host, port)
        self._allowed.check(host, addresses)
        unreachable: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._within.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                unreachable = error
        raise unreachable

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(str(error)) from error


class PublicTransport(httpx2.AsyncHTTPTransport):
    """A transport with connections of its own: none that was made without the check is used."""

    def __init__(self, verify: SSLContext, limits: httpx2.Limits, resolve: Resolver, allowed: AllowedHosts) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=verify,
            max_connections=limits.max_connections,
            keepalive_expiry=limits.keepalive_expiry,
            http1=True,
            http2=True,
            network_backend=PublicBackend(resolve, allowed=allowed),
        )
