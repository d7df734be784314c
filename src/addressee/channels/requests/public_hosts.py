"""The hosts that URLs of recipients and clients may name: those with public addresses only (senders.md §5).

Such a URL must not lead a worker into the network in which it runs. A name is resolved once, where the connection is
made, and the connection goes to one of the addresses that were checked.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

GLOBAL_UNICAST = IPv6Network("2000::/3")

# Translates to the IPv4 address in its last four bytes (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")

# Not public, although some versions of Python take them for global: what a cloud's virtual machines are told about
# themselves (in Azure and Oracle's cloud), and documentation.
NOT_PUBLIC = (IPv4Network("168.63.129.16/32"), IPv4Network("192.0.0.0/24"), IPv6Network("3fff::/20"))

LOOKUP_THREADS = 32

NAME = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")

OF_CHANNEL = "if it is one of yours that messages may go to, set allow_private_hosts to true in the channel's settings"


class NotPublicError(Exception):
    """A host has an address that is not public. `advice` says how it can be allowed."""

    def __init__(self, host: str, advice: str = OF_CHANNEL) -> None:
        super().__init__(f"{host} is not a public host; {advice}")


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The hosts that may be connected to: public ones, those below `names` and those in `networks`.

    A name is one host, or with `*.` before it all hosts below that name. `advice` says how another one is added.
    """

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    advice: str = OF_CHANNEL

    @classmethod
    def listed(cls, text: str, advice: str) -> AllowedHosts:
        """Returns the hosts of a list that commas separate: names, addresses and networks like 10.0.0.0/8.

        Raises ValueError, with the entry, for one that is none of these.
        """
        names, networks = set(), []
        for entry in filter(None, map(str.strip, text.split(","))):
            try:
                networks.append(ip_network(entry.replace("[", "").replace("]", ""), strict=False))
            except ValueError:
                if NAME.fullmatch(entry) is None:
                    raise ValueError(entry) from None
                names.add(entry.lower())
        return cls(frozenset(names), tuple(networks), advice)

    def check(self, host: str, addresses: Sequence[str]) -> None:
        """Raises NotPublicError unless the host is named, or each of its addresses is public or in a network."""
        if not self._is_named(host.lower().rstrip(".")) and not all(map(self._may_connect, addresses)):
            raise NotPublicError(host, self.advice)

    def includes(self, host: str, address: str | None) -> bool:
        """Returns whether the host, or the address that is written in its place, is one of those that are listed."""
        return self._is_named(host.lower().rstrip(".")) or (address is not None and self._is_in_network(address))

    def _is_named(self, host: str) -> bool:
        above = [f"*{host[index:]}" for index, character in enumerate(host) if character == "."]
        return not self.names.isdisjoint([host, *above])

    def _may_connect(self, address: str) -> bool:
        return is_public(address) or self._is_in_network(address)

    def _is_in_network(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self.networks)


PUBLIC = AllowedHosts()


async def resolve(host: str, port: int) -> Sequence[str]:
    """Returns the addresses of a host, as the system's resolver knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookups:
    """Resolves hosts in threads of its own: a name server that does not answer keeps nothing else waiting.

    Lookups of one host at the same time are one, so that such a host takes one thread.
    """

    def __init__(self, threads: int = LOOKUP_THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, "lookup")
        self._running: dict[tuple[str, int], asyncio.Task[Sequence[str]]] = {}

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Returns the addresses of a host. Raises OSError."""
        key = (host, port)
        lookup = self._running.get(key)
        if lookup is None:
            lookup = self._running[key] = asyncio.create_task(self._look_up(host, port))
            lookup.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(lookup)

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        call = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def _end(self, key: tuple[str, int], done: asyncio.Task[Sequence[str]]) -> None:
        del self._running[key]
        if not done.cancelled():
            done.exception()  # whoever waited may have given up, and left it to nobody


def is_public(text: str) -> bool:
    """Returns whether an IP address is one of a host in the internet.

    An address of IPv6 that stands for one of IPv4 is as public as that one.
    """
    address: IPAddress = ip_address(text)
    if isinstance(address, IPv6Address):
        address = ipv4_behind(address) or address
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in NOT_PUBLIC)


def ipv4_behind(address: IPv6Address) -> IPv4Address | None:
    """Returns the address of IPv4 that an address of IPv6 leads to: mapped, by 6to4 or by NAT64; None for others."""
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
