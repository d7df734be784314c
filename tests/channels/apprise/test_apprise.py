"""Messages through Apprise, to a server of ntfy on loopback."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from addressee.channels.apprise import apprise, connections
from addressee.channels.apprise.apprise import AppriseSender, AppriseSettings, apprise_problems
from addressee.channels.chat.message import ChatMessage
from addressee.channels.push.notification import Push
from addressee.channels.sender import Failed, Failure, Sent
from tests.channels.case import MESSAGE_ID
from tests.channels.provider_server import ProviderServer, Reply, Silence, provider_server
from tests.support.waiting import until

TEXT = "Ada, your table is ready"


@pytest.fixture
async def ntfy() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        server.answer = lambda request: Reply(200, {"id": "1"})
        yield server


def url_of(server: ProviderServer) -> str:
    return f"ntfy://user:pass-word@{urlsplit(server.url).netloc}/topic-7"


def sender(**settings: object) -> AppriseSender:
    return AppriseSender(AppriseSettings(services=("ntfy",), allow_private_hosts=True, **settings))  # type: ignore[arg-type]


def chat(url: str) -> ChatMessage:
    return ChatMessage(MESSAGE_ID, {"url": url}, TEXT)


async def test_a_chat_goes_to_the_recipients_url(ntfy: ProviderServer) -> None:
    result = await sender().send(chat(url_of(ntfy)))
    assert isinstance(result, Sent)
    assert result.call is not None
    assert (result.call.service, result.call.host, result.call.status) == ("apprise", "ntfy", 200)
    (request,) = ntfy.received
    assert TEXT in request.body.decode()


async def test_a_push_goes_to_the_channels_url_with_its_title(ntfy: ProviderServer) -> None:
    push = Push(MESSAGE_ID, "", "Table 7", TEXT)
    assert isinstance(await sender(to="channel", url=url_of(ntfy)).send(push), Sent)
    assert all(text in ntfy.received[0].body.decode() for text in ("Table 7", TEXT))


async def test_what_a_service_does_not_take_is_tried_later_without_its_words(ntfy: ProviderServer) -> None:
    ntfy.answer = lambda request: Reply(500, f"pass-word {TEXT}")
    result = await sender().send(chat(url_of(ntfy)))
    assert result == Failed(Failure.TEMPORARY, "apprise: the service did not take the message")
    assert not any(text in repr(result) for text in ("pass-word", TEXT, "topic-7"))


async def test_a_slow_service_leaves_a_doubt(ntfy: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ntfy.answer = lambda request: Silence(closes=False)
    monkeypatch.setattr(apprise, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(apprise, "READ_SECONDS", 0.5)
    result = await sender().send(chat(url_of(ntfy)))
    assert isinstance(result, Failed)
    assert result.failure is Failure.UNCONFIRMED


async def test_slow_services_of_a_channel_hold_up_no_other_channel(ntfy: ProviderServer) -> None:
    async with provider_server() as slow:
        slow.answer = lambda request: Silence(closes=False)
        one = sender()
        waiting = [asyncio.create_task(one.send(chat(url_of(slow)))) for _ in range(apprise.THREADS)]
        await until(lambda: received(slow, apprise.THREADS_OF_CHANNEL))
        assert isinstance(await asyncio.wait_for(sender().send(chat(url_of(ntfy))), 5), Sent)
        assert len(slow.received) == apprise.THREADS_OF_CHANNEL
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_channel_all_of_whose_threads_are_taken_pauses(
    ntfy: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And counts no attempt: nothing was sent."""
    monkeypatch.setattr(apprise, "TURN_SECONDS", 0.1)
    monkeypatch.setattr(apprise, "DEADLINE_SECONDS", 0.5)
    ntfy.answer = lambda request: Silence(closes=False)
    one = sender()
    sends = (one.send(chat(url_of(ntfy))) for _ in range(apprise.THREADS_OF_CHANNEL + 1))
    results = await asyncio.gather(*sends)
    failures = [result.failure for result in results if isinstance(result, Failed)]
    assert sorted(failures) == [Failure.RATE_LIMITED, *[Failure.UNCONFIRMED] * apprise.THREADS_OF_CHANNEL]


async def test_a_service_that_goes_on_and_on_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part of its answer comes in time, but the answer never ends."""
    monkeypatch.setattr(apprise, "DEADLINE_SECONDS", 0.5)
    monkeypatch.setattr(apprise, "THREADS_OF_CHANNEL", 1)
    left = asyncio.Event()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            while not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.wait({asyncio.ensure_future(reader.read(1_000))}, timeout=0.05)
        left.set()
        writer.close()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        one = sender()
        for _ in range(2):
            result = await one.send(chat(f"ntfy://127.0.0.1:{port}/topic-7"))
            assert isinstance(result, Failed)
            assert result.failure is Failure.UNCONFIRMED
        await asyncio.wait_for(left.wait(), 10)


async def received(server: ProviderServer, number: int) -> bool:
    return len(server.received) >= number


@pytest.mark.parametrize("url", ["json://127.0.0.1/", "gotify://127.0.0.1/token", "nothing", ""])
async def test_only_urls_of_the_channels_services_are_called(url: str) -> None:
    result = await sender().send(chat(url))
    assert isinstance(result, Failed)
    assert result.failure is Failure.PERMANENT


async def test_recipients_urls_are_on_public_hosts(ntfy: ProviderServer) -> None:
    result = await AppriseSender(AppriseSettings(services=("ntfy",))).send(chat(url_of(ntfy)))
    assert isinstance(result, Failed)
    assert result.failure is Failure.PERMANENT
    assert "allow_private_hosts" in result.reason
    assert ntfy.received == []


async def test_a_redirect_leads_to_no_private_host(ntfy: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_public", lambda address: address == "127.0.0.1")
    inside = f"http://127.0.0.2:{urlsplit(ntfy.url).port}/inside"
    ntfy.answer = lambda request: Reply(302, headers={"location": inside})
    result = await AppriseSender(AppriseSettings(services=("ntfy",))).send(chat(url_of(ntfy)))
    assert isinstance(result, Failed)
    assert result.failure is Failure.PERMANENT
    assert len(ntfy.received) == 1


async def test_of_two_answers_of_a_dns_server_the_one_that_is_used_is_checked(
    ntfy: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolver(monkeypatch, "127.0.0.1")
    url = f"ntfy://rebound.example.com:{urlsplit(ntfy.url).port}/topic-7"
    result = await AppriseSender(AppriseSettings(services=("ntfy",))).send(chat(url))
    assert isinstance(result, Failed)
    assert result.failure is Failure.PERMANENT
    assert (asked, ntfy.received) == (["rebound.example.com"], [])


async def test_a_token_in_a_url_is_not_taken_for_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolver(monkeypatch, None)
    token = "a" * 32
    result = await AppriseSender(AppriseSettings(services=("pbul",))).send(chat(f"pbul://{token}"))
    assert asked
    assert set(asked) == {"api.pushbullet.com"}
    assert result == Failed(Failure.TEMPORARY, "apprise: the service did not take the message")


def resolver(monkeypatch: pytest.MonkeyPatch, address: str | None) -> list[str]:
    """Has every name resolved to this address, or to none. Returns the names that are asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, *arguments: object) -> list[object]:
        asked.append(host)
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        (("8.8.8.8", 443), True),
        (("2606:4700::1111", 443, 0, 0), True),
        (None, True),
        (("10.0.0.1", 443), False),
        (("::ffff:127.0.0.1", 443, 0, 0), False),
        (("localhost", 443), False),
        ("/run/socket", False),
        (b"/run/socket", False),
    ],
)
def test_connections_go_to_public_addresses(address: object, is_public: bool) -> None:
    assert connections.goes_to_public_host(address) is is_public


@pytest.mark.parametrize(
    "url", ["slack://pass-word/not-a-token", "nothing://pass-word", "ntfy://user:pass-word@127.0.0.1:1/topic-7"]
)
async def test_urls_are_not_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Apprise would log these: tokens of the wrong form, URLs that it does not know, where it sends what to."""
    caplog.set_level(logging.DEBUG)
    services = AppriseSettings(services=("slack", "nothing", "ntfy"), allow_private_hosts=True)
    assert isinstance(await AppriseSender(services).send(chat(url)), Failed)
    assert not any(secret in caplog.text for secret in ("pass-word", "topic-7"))


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"services": []}, "services"),
        ({"services": ["json"]}, "services"),
        ({"services": ["ntfy"], "to": "channel"}, "url"),
        ({"services": ["ntfy"], "to": "channel", "url": "gotify://x/y"}, "url"),
    ],
)
def test_settings_with_a_mistake(settings: dict[str, object], name: str) -> None:
    assert [setting for setting, _ in apprise_problems(settings)] == [name]


def test_without_the_library_the_channel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise, "find_spec", lambda name: None)
    (problem,) = apprise_problems({"services": ["ntfy"]})
    assert problem == ("services", "Apprise is not installed: pip install 'addressee[apprise]'")
