"""The addresses of clients: whose word counts, and what is one address."""

from __future__ import annotations

import pytest

from addressee.api.live.client_addresses import TrustedProxies

NONE, LOCAL, BOTH = "", "127.0.0.1", "127.0.0.1, 10.0.0.0/8 ,fd00::/8"


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        (NONE, "203.0.114.9", None, "203.0.114.9"),
        (NONE, "203.0.114.9", "198.51.101.1", "203.0.114.9"),
        (NONE, "127.0.0.1", "198.51.101.1", None),
        (NONE, "172.18.0.2", None, None),
        (NONE, None, "198.51.101.1", None),
        (LOCAL, "127.0.0.1", "198.51.101.1", "198.51.101.1"),
        (LOCAL, "127.0.0.1", None, None),
        (LOCAL, "::ffff:127.0.0.1", "198.51.101.1", "198.51.101.1"),
        (LOCAL, "203.0.114.9", "198.51.101.1", "203.0.114.9"),
        (LOCAL, "172.18.0.2", "198.51.101.1", "172.18.0.2"),
        (LOCAL, "127.0.0.1", "1.1.1.1, 198.51.101.1", "198.51.101.1"),
        (BOTH, "127.0.0.1", "1.1.1.1, 198.51.101.1, 10.1.2.3", "198.51.101.1"),
        (BOTH, "127.0.0.1", "10.9.9.9,10.1.2.3", None),
        (BOTH, "127.0.0.1", "unknown", None),
        (BOTH, "127.0.0.1", "198.51.101.1:4711", "198.51.101.1"),
        (BOTH, "fd00::1", "[2001:db8::1]:4711", "2001:db8::/64"),
        (BOTH, "fd00::1", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
    ],
)
def test_the_client_is_the_last_who_is_no_proxy_of_ours(
    trusted: str, peer: str | None, forwarded: str | None, client: str | None
) -> None:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert TrustedProxies.listed(trusted).client_of(peer, headers) == client


@pytest.mark.parametrize("wrong", ["proxy.example.com", "10.0.0.0/99", "10.0.0.1;10.0.0.2"])
def test_what_is_no_network_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        TrustedProxies.listed(f"127.0.0.1, {wrong}")
