"""The addresses of clients, as far as the service can know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

FORWARDED = "x-forwarded-for"

# What one customer of a provider has of IPv6 counts as one address.
IPV6_PREFIX = 64


@dataclass(frozen=True)
class TrustedProxies:
    """The proxies whose word counts for whom they speak."""

    networks: Sequence[Network] = ()

    @classmethod
    def listed(cls, text: str) -> Self:
        """Reads addresses and networks with commas between them. Raises ValueError with the entry that is neither."""
        entries = [entry.strip() for entry in text.split(",")]
        return cls([network_of(entry) for entry in entries if entry])

    def client_of(self, peer: str | None, headers: Mapping[str, str]) -> str | None:
        """Returns the address of whoever has connected as `peer`, or through it; None where that is not known.

        Proxies append whom they speak for to X-Forwarded-For: the last who is no proxy of ours is the client. Without
        any that are trusted, whoever connects from a private network may be one, and is not known.
        """
        address = address_of(peer)
        if address is None or not self._trusts(address):
            is_known = address is not None and (bool(self.networks) or address.is_global)
            return written(address) if is_known else None
        for named in reversed(headers.get(FORWARDED, "").split(",")):
            address = address_of(named.strip())
            if address is None or not self._trusts(address):
                return written(address)
        return None

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def network_of(entry: str) -> Network:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        raise ValueError(repr(entry)) from None


def address_of(text: str | None) -> Address | None:
    """Returns an address, which may have a port as some proxies write it; None for what is none."""
    if not text:
        return None
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def written(address: Address | None) -> str | None:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return None if address is None else str(address)
