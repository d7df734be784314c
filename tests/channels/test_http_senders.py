"""The behaviour of all senders that speak HTTP, each against its vendor's API on loopback (senders.md §0)."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from ssl import SSLContext
from typing import Any

import msgspec
import pytest

from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.channels.requests import exchange
from addressee.channels.requests.exchange import open_client, open_public_client
from addressee.channels.sender import Failed, Failure, Sender, SenderContext, Sent
from addressee.directory.clock import Clock
from addressee.messaging.content.model import texts_in
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases import CASES
from tests.channels.provider_server import ProviderServer, Reply, Silence, provider_server

# What a provider may put into an answer of any kind: parts of the request.
TALKATIVE = "you asked with {secret} to send {contents}"


@dataclass
class OpenCase:
    case: SenderCase
    server: ProviderServer
    settings: Mapping[str, Any]
    sender: Sender[Any]

    async def send(self, reply: Reply | Silence) -> Sent | Failed:
        self.server.answer = lambda request: reply
        return await self.sender.send(self.case.message)

    async def failure(self, reply: Reply | Silence) -> Failed:
        result = await self.send(reply)
        assert isinstance(result, Failed)
        return result


@asynccontextmanager
async def sender_context(outbox: Path, trust: SSLContext | None = None) -> AsyncIterator[SenderContext]:
    async with open_client(trust) as client, open_public_client(trust) as public_client:
        yield SenderContext(outbox, client, Clock(), public_client)


@pytest.fixture(params=CASES, ids=lambda case: case.id)
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenCase]:
    async with open_case(request.param, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def open_case(case: SenderCase, outbox: Path) -> AsyncIterator[OpenCase]:
    async with provider_server(http2=case.http2) as server, sender_context(outbox, server.trust) as context:
        case.prepare(server)
        provider = PROVIDERS[case.channel_type, case.provider]
        settings = case.settings(server)
        assert list(provider.problems(settings)) == []
        assert provider.open is not None
        sender = provider.open(msgspec.convert(settings, provider.settings), context)
        yield OpenCase(case, server, settings, sender)
        await sender.close()


def told_nothing(opened: OpenCase, result: Sent | Failed) -> bool:
    return not any(text in repr(result) for text in (*opened.case.hidden, *secrets_of(opened)))


def secrets_of(opened: OpenCase) -> list[str]:
    """Returns the texts in the secret settings of a case."""
    secrets = PROVIDERS[opened.case.channel_type, opened.case.provider].secrets
    return [text for name in secrets for _, text in texts_in(opened.settings.get(name))]


def test_every_provider_that_speaks_http_has_a_case() -> None:
    opening = {(type, name) for (type, name), provider in PROVIDERS.items() if provider.open is not None}
    others = {
        *((ChannelType.EMAIL, name) for name in ("smtp", "outbox")),
        *((type, "apprise") for type in (ChannelType.CHAT, ChannelType.PUSH)),
    }
    assert {(case.channel_type, case.provider) for case in CASES} == opening - others


async def test_what_is_sent_arrives_once_in_the_vendors_form(opened: OpenCase) -> None:
    result = await opened.send(opened.case.accepted)
    assert isinstance(result, Sent)
    assert result.provider_id == opened.case.provider_id
    (request,) = opened.server.received
    opened.case.check(request, opened.settings)
    assert result.call is not None
    assert (result.call.status, result.call.request["id"]) == (opened.case.accepted.status, MESSAGE_ID)
    assert told_nothing(opened, result)


async def test_a_wrong_message_is_not_tried_again(opened: OpenCase) -> None:
    for reply in opened.case.rejected:
        assert (await opened.failure(reply)).failure is Failure.PERMANENT, reply


async def test_a_provider_out_of_order_is_tried_later(opened: OpenCase) -> None:
    for reply in opened.case.temporary:
        assert (await opened.failure(reply)).failure in {Failure.TEMPORARY, Failure.UNAVAILABLE}, reply


async def test_too_many_requests_ask_for_a_pause(opened: OpenCase) -> None:
    for reply in opened.case.limited:
        assert (await opened.failure(reply)).failure is opened.case.expected(Failure.RATE_LIMITED), reply
        assert (await opened.failure(reply.after(7))).retry_after == timedelta(seconds=7)


async def test_wrong_credentials_are_the_channels_failure(opened: OpenCase) -> None:
    for reply in opened.case.refused:
        assert (await opened.failure(reply)).failure is opened.case.expected(Failure.CREDENTIALS), reply


async def test_a_dead_address_bounces(opened: OpenCase) -> None:
    for reply in opened.case.dead:
        assert (await opened.failure(reply)).failure is Failure.BOUNCED, reply
    for reply in opened.case.mismatched:
        assert (await opened.failure(reply)).failure is Failure.MISMATCHED, reply


async def test_one_who_opted_out_at_the_provider_is_not_written_to(opened: OpenCase) -> None:
    for reply in opened.case.opted_out:
        assert (await opened.failure(reply)).failure is Failure.OPTED_OUT, reply


async def test_a_lost_answer_leaves_a_doubt_unless_the_provider_knows_repetitions(opened: OpenCase) -> None:
    lost = opened.case.expected(Failure.UNAVAILABLE if opened.case.repeatable else Failure.UNCONFIRMED)
    assert (await opened.failure(Silence())).failure is lost
    first = opened.server.received[-1]
    assert isinstance(await opened.send(opened.case.accepted), Sent)
    if opened.case.repeatable:
        opened.case.check(first, opened.settings)
        opened.case.check(opened.server.received[-1], opened.settings)


async def test_a_slow_provider_is_not_waited_for_without_end(opened: OpenCase, monkeypatch: pytest.MonkeyPatch) -> None:
    await opened.send(opened.case.accepted)
    monkeypatch.setattr(exchange, "TIMEOUT_SECONDS", 0.05)
    lost = opened.case.expected(Failure.UNAVAILABLE if opened.case.repeatable else Failure.UNCONFIRMED)
    assert (await opened.failure(Silence(closes=False))).failure is lost


async def test_where_nobody_answers_nothing_was_sent(opened: OpenCase, tmp_path: Path) -> None:
    provider = PROVIDERS[opened.case.channel_type, opened.case.provider]
    assert provider.open is not None
    nowhere = replace(opened.server, url=f"http://127.0.0.1:{closed_port()}")
    settings = msgspec.convert(opened.case.settings(nowhere), provider.settings)
    async with sender_context(tmp_path) as context:
        result = await provider.open(settings, context).send(opened.case.message)
    assert isinstance(result, Failed)
    assert result.failure is opened.case.expected(Failure.UNAVAILABLE)
    assert result.call is not None
    assert result.call.status is None
    assert told_nothing(opened, result)


async def test_answers_of_any_form_fail_without_telling_secrets_or_contents(opened: OpenCase) -> None:
    words = TALKATIVE.format(secret=" ".join(secrets_of(opened)), contents=" ".join(opened.case.hidden))
    for status in (400, 404, 410, 422, 429, 500):
        for body in (words, {"message": words, "error": words}, {"message": "\0"}, [words], {}, "", "\0"):
            result = await opened.failure(Reply(status, body))
            assert told_nothing(opened, result), result
            assert "\0" not in result.reason  # PostgreSQL could not store it


def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port: int = closed.getsockname()[1]
        return port
