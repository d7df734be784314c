"""Requests to URLs of recipients reach public hosts only, and the very addresses that were checked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpcore2
import httpx2
import pytest

from addressee.channels.requests.exchange import (
    MAX_ANSWER_BYTES,
    ProviderAnswer,
    ProviderRequest,
    exchange,
    open_client,
    open_public_client,
)
from addressee.channels.requests.public_hosts import Lookups, NotPublicError, is_public, resolve
from addressee.channels.requests.public_transport import PublicBackend
from addressee.channels.sender import Failed, Failure
from tests.channels.provider_server import ProviderServer, Reply, provider_server


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1"),
        *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1", "fd00:ec2::254", "ff02::1", "ff0e::1"),
        *("2001:db8::1", "2001:0:1::1", "3fff::1", "64:ff9b:1::8.8.8.8"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::1", "2002:a9fe:a9fe::"),
    ],
)
def test_addresses_of_networks_machines_and_groups_are_not_public(address: str) -> None:
    assert not is_public(address)


class Network(httpcore2.AsyncNetworkBackend):
    """Notes where connections go. Those to `dead` addresses fail."""

    def __init__(self, dead: Iterable[str] = ()) -> None:
        self.connected: list[str] = []
        self.dead = set(dead)

    async def connect_tcp(self, host: str, *arguments: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        self.connected.append(host)
        if host in self.dead:
            raise httpcore2.ConnectError
        return httpcore2.AsyncNetworkStream()


class Answers:
    """A DNS server that gives these answers one after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.left = list(answers)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        return self.left.pop(0)


async def test_a_second_answer_of_the_dns_server_does_not_count() -> None:
    network, answers = Network(), Answers(["8.8.8.8"], ["127.0.0.1"])
    backend = PublicBackend(answers.resolve, network)
    await backend.connect_tcp("rebound.example.com", 443)
    assert network.connected == ["8.8.8.8"]
    with pytest.raises(NotPublicError):
        await backend.connect_tcp("rebound.example.com", 443)
    assert network.connected == ["8.8.8.8"]


async def test_one_private_address_among_public_ones_is_enough_to_refuse_a_host() -> None:
    network = Network()
    with pytest.raises(NotPublicError):
        await PublicBackend(Answers(["8.8.8.8", "10.0.0.1"]).resolve, network).connect_tcp("both.example.com", 443)
    assert network.connected == []


async def test_the_next_address_is_tried_when_one_cannot_be_reached() -> None:
    network = Network(dead=["2606:4700::1111"])
    backend = PublicBackend(Answers(["2606:4700::1111", "1.1.1.1"]).resolve, network)
    await backend.connect_tcp("two.example.com", 443)
    assert network.connected == ["2606:4700::1111", "1.1.1.1"]
    with pytest.raises(httpcore2.ConnectError):
        await PublicBackend(Answers(["2606:4700::1111"]).resolve, network).connect_tcp("one.example.com", 443)


def to(url: str) -> ProviderRequest:
    return ProviderRequest("webhook", url, {}, b"{}", {})


@asynccontextmanager
async def public_client(*answers: Sequence[str]) -> AsyncIterator[httpx2.AsyncClient]:
    resolver = Answers(*answers).resolve if answers else resolve
    async with open_public_client(resolve=resolver) as client:
        yield client


async def failure(client: httpx2.AsyncClient, url: str) -> Failed:
    answer = await exchange(client, to(url))
    assert isinstance(answer, Failed)
    return answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
async def test_no_request_reaches_a_private_host_however_its_name_is_written(host: str) -> None:
    async with provider_server() as server, public_client() as client:
        port = server.url.rpartition(":")[2]
        refused = await failure(client, f"http://{host}:{port}/hook")
        assert refused.failure is Failure.PERMANENT
        assert "set allow_private_hosts to true in the channel's settings" in refused.reason
        assert server.received == []


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with provider_server() as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("ALL_PROXY", server.url)
        async with public_client(["10.0.0.1"]) as client:
            assert (await failure(client, "http://inside.example.com/hook")).failure is Failure.PERMANENT
        assert server.received == []


async def test_a_name_that_nobody_knows_is_tried_later() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    async with open_public_client(resolve=unknown) as client:
        assert (await failure(client, "http://gone.example.com/hook")).failure is Failure.UNAVAILABLE
    async with public_client([]) as client:
        assert (await failure(client, "http://empty.example.com/hook")).failure is Failure.UNAVAILABLE


async def test_a_host_whose_name_server_does_not_answer_takes_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answered = threading.Event()

    def getaddrinfo(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        if host == "slow.example.com":
            answered.wait(10)
        return [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", ("8.8.8.8", port))]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    lookups = Lookups(threads=2)
    slow = [asyncio.create_task(lookups.resolve("slow.example.com", 443)) for _ in range(5)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lookups.resolve("slow.example.com", 443), 0.05)
    assert await lookups.resolve("quick.example.com", 443) == ["8.8.8.8"]
    answered.set()
    assert await asyncio.gather(*slow) == [["8.8.8.8"]] * 5
    assert asked == ["slow.example.com", "quick.example.com"]


async def test_other_schemes_are_not_called() -> None:
    async with public_client() as client:
        assert (await failure(client, "ftp://example.com/hook")).failure is not Failure.UNCONFIRMED


async def answered(server: ProviderServer, reply: Reply) -> ProviderAnswer:
    server.answer = lambda request: reply
    async with open_client() as client:
        answer = await exchange(client, to(f"{server.url}/hook"))
    assert isinstance(answer, ProviderAnswer)
    return answer


async def test_a_redirect_is_an_answer_like_others() -> None:
    async with provider_server() as server:
        answer = await answered(server, Reply(302, headers={"location": "http://127.0.0.1/metadata"}))
        assert (answer.status, len(server.received)) == (302, 1)
        assert answer.usual_failure().failure is Failure.PERMANENT


async def test_of_a_long_answer_the_beginning_is_read() -> None:
    async with provider_server() as server:
        answer = await answered(server, Reply(200, "x" * (MAX_ANSWER_BYTES + 100_000)))
        assert answer.content == b"x" * MAX_ANSWER_BYTES
        assert server.received[0].headers["accept-encoding"] == "identity"
