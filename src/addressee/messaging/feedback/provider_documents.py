"""The documents that callbacks need: certificates, fetched once a day, and confirmations of subscriptions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from addressee.channels.requests.exchange import ProviderRequest, exchange, open_client
from addressee.channels.sender import Failed
from addressee.directory.clock import Clock
from addressee.directory.errors import UnavailableError

if TYPE_CHECKING:
    import httpx2

KEPT = timedelta(days=1)
MAX_KEPT = 50


class ProviderDocuments:
    """Fetches what providers publish, with one client, which is opened when it is first needed."""

    def __init__(self, clock: Clock, client: httpx2.AsyncClient | None = None) -> None:
        self._clock = clock
        self._client = client
        self._certificates: dict[str, tuple[datetime, bytes]] = {}

    async def certificate(self, url: str) -> bytes:
        """Returns a certificate. Raises UnavailableError when it cannot be fetched."""
        now = self._clock.now()
        known = self._certificates.get(url)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        content = await self.fetch(url)
        while len(self._certificates) >= MAX_KEPT:
            self._certificates.pop(next(iter(self._certificates)))
        self._certificates[url] = (now, content)
        return content

    async def fetch(self, url: str) -> bytes:
        """Returns what is at a URL. Raises UnavailableError unless that is answered with success."""
        if self._client is None:
            self._client = open_client()
        request = ProviderRequest("callback", url, {}, b"", {}, method="GET")
        answer = await exchange(self._client, request)
        if isinstance(answer, Failed) or not answer.is_success:
            raise UnavailableError("What verifies this cannot be fetched from the provider; try again in a moment.")
        return answer.content

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
