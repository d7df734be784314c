"""Connections that last, sockets and streams: how many clients may hold, and their end with what opened them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import prometheus_client
import structlog

from addressee.api.errors import TooManyConnectionsError
from addressee.api.live.client_addresses import TrustedProxies
from addressee.directory.access.key_ring import KeyRing

# The sockets, and the streams, of one process; clients of more come back later.
MAX_SOCKETS = 10_000
MAX_STREAMS = 10_000

# How often it is asked whether keys still open what they have opened.
SWEEP_SECONDS = 15.0

REFUSED = prometheus_client.Counter(
    "addressee_connections_refused", "Sockets and streams that were refused, by the limit that was reached", ["limit"]
)

log = structlog.get_logger()


class Limits(NamedTuple):
    """The sockets and streams that a process holds at most for one address, and for one key."""

    per_address: int = 1_000
    per_key: int = 10_000


class Holder(NamedTuple):
    """The holder of a connection: the client's address, where that is known, and the key that opened it.

    `without_token`: nobody had to say who the user is.
    """

    address: str | None
    key_id: UUID
    without_token: bool = False


class Connections:
    """The lasting connections of one process, by who holds them."""

    def __init__(self, limits: Limits, proxies: TrustedProxies) -> None:
        self._limits = limits
        self._proxies = proxies
        self._of_address: Counter[str | None] = Counter()
        # The connections of each key, by what ends them.
        self._of_key: dict[UUID, dict[Callable[[], None], Holder]] = {}

    def client_of(self, peer: str | None, headers: Mapping[str, str]) -> str | None:
        """Returns the address of the client behind a request; None where that is not known (`client_addresses`)."""
        return self._proxies.client_of(peer, headers)

    def admit(
        self, peer: str | None, headers: Mapping[str, str], key_id: UUID, *, without_token: bool = False
    ) -> Holder:
        """Returns who would hold a connection. Raises TooManyConnectionsError for who holds as many as are allowed."""
        holder = Holder(self.client_of(peer, headers), key_id, without_token)
        if holder.address is not None and self._of_address[holder.address] >= self._limits.per_address:
            REFUSED.labels("address").inc()
            raise TooManyConnectionsError("address", self._limits.per_address)
        if len(self._of_key.get(key_id, ())) >= self._limits.per_key:
            REFUSED.labels("key").inc()
            raise TooManyConnectionsError("key", self._limits.per_key)
        return holder

    @contextmanager
    def held(self, holder: Holder, end: Callable[[], None]) -> Iterator[None]:
        """Counts a connection until the block ends. `end` has it end soon, once its key does not open it any more."""
        self._of_address[holder.address] += 1
        self._of_key.setdefault(holder.key_id, {})[end] = holder
        try:
            yield
        finally:
            self._let_go(holder, end)

    async def end_unopened(self, keys: KeyRing) -> None:
        """Ends the connections of keys that were revoked, and those without a token where one is needed by now."""
        if not self._of_key:
            return
        for key_id, is_revoked in (await keys.ended(list(self._of_key))).items():
            for end, holder in list(self._of_key.get(key_id, {}).items()):
                if is_revoked or holder.without_token:
                    end()

    def _let_go(self, holder: Holder, end: Callable[[], None]) -> None:
        self._of_address[holder.address] -= 1
        if not self._of_address[holder.address]:
            del self._of_address[holder.address]
        ends = self._of_key[holder.key_id]
        del ends[end]
        if not ends:
            del self._of_key[holder.key_id]


async def watch_keys(connections: Connections, keys: KeyRing) -> None:
    """Ends connections of keys that do not open them any more, until it is cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await connections.end_unopened(keys)
        except Exception as error:
            # The database is away; whatever it is, it must not end this.
            log.warning("ended keys not looked for", reason=type(error).__name__)
