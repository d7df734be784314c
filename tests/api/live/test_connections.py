"""Lasting connections: no more than are allowed for an address and a key, and none for a key that was revoked."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest

from addressee.api.errors import TooManyConnectionsError
from addressee.api.live.client_addresses import TrustedProxies
from addressee.api.live.connections import REFUSED, Connections, Limits
from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Keys
from tests.conftest import Environment

HOME, OFFICE = "203.0.114.1", "203.0.114.2"


class Clients:
    """Connections of clients, each open until the block ends."""

    def __init__(self, per_address: int = 100, per_key: int = 100) -> None:
        self.connections = Connections(Limits(per_address, per_key), TrustedProxies())
        self.stack = ExitStack()
        self.ended: list[str] = []

    def open(self, peer: str, key: UUID, name: str = "", *, without_token: bool = False) -> ExitStack:
        """Returns what closes the connection before."""
        holder = self.connections.admit(peer, {}, key, without_token=without_token)
        own = self.stack.enter_context(ExitStack())
        own.enter_context(self.connections.held(holder, lambda: self.ended.append(name)))
        return own


def test_an_address_holds_so_many_and_no_more() -> None:
    clients, key, other = Clients(per_address=2), uuid4(), uuid4()
    before = REFUSED.labels("address")._value.get()
    first = clients.open(HOME, key)
    clients.open(HOME, other)
    clients.open(OFFICE, key)
    with pytest.raises(TooManyConnectionsError, match="This address holds 2 sockets and streams already"):
        clients.open(HOME, key)
    assert REFUSED.labels("address")._value.get() == before + 1
    first.close()
    clients.open(HOME, key)


def test_addresses_that_are_not_known_have_no_limit() -> None:
    clients, key = Clients(per_address=1), uuid4()
    for _ in range(3):
        clients.open("127.0.0.1", key)


def test_a_key_holds_so_many_and_no_more() -> None:
    clients, key, other = Clients(per_key=1), uuid4(), uuid4()
    before = REFUSED.labels("key")._value.get()
    first = clients.open(HOME, key)
    clients.open(HOME, other)
    with pytest.raises(TooManyConnectionsError, match="This key holds 1 sockets and streams already"):
        clients.open(OFFICE, key)
    assert REFUSED.labels("key")._value.get() == before + 1
    first.close()
    clients.open(OFFICE, key)


async def test_connections_of_revoked_keys_end(
    keys: Keys, environment: Environment, pool: Pool, installation: Installation
) -> None:
    clients, ring = Clients(), KeyRing(pool, Sealer(installation.master_key()))
    revoked, kept, gone = [(await keys.create(environment.name, "public")).id for _ in range(3)]
    clients.open(HOME, revoked, "first")
    clients.open(OFFICE, revoked, "second")
    clients.open(HOME, kept, "kept")
    clients.open(HOME, gone, "gone").close()
    await clients.connections.end_unopened(ring)
    assert clients.ended == []
    for key in (revoked, gone):
        await keys.revoke(str(key))
    await clients.connections.end_unopened(ring)
    assert sorted(clients.ended) == ["first", "second"]


async def test_connections_without_a_token_end_where_one_is_needed_by_now(
    keys: Keys, environment: Environment, pool: Pool, installation: Installation
) -> None:
    clients, ring = Clients(), KeyRing(pool, Sealer(installation.master_key()))
    public, secret = [(await keys.create(environment.name, kind)).id for kind in ("public", "secret")]
    clients.open(HOME, public, "without", without_token=True)
    clients.open(HOME, public, "with")
    clients.open(HOME, secret, "secret")
    await clients.connections.end_unopened(ring)
    assert clients.ended == []
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    await clients.connections.end_unopened(ring)
    assert clients.ended == ["without"]
