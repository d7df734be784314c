"""Receipts: a provider that tells what became of messages only when it is asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.channels.email.postmark import POSTMARK
from addressee.channels.http_exchange import ProviderAnswer, ProviderRequest
from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.channels.receipts import Receipts
from addressee.channels.sender import Failed
from addressee.messaging.messages.status import Status
from tests.channels.provider_server import ProviderServer, Reply
from tests.messaging.delivery.told import message_of, postmark, sent_to
from tests.messaging.office import Office

ADA, BOB = "ada@example.org", "bob@example.org"


def request(settings: Any, ids: Sequence[str]) -> ProviderRequest:
    return ProviderRequest("asked", f"{settings.endpoint}/receipts", {}, json.dumps(ids).encode(), {})


def read(answer: ProviderAnswer) -> Mapping[str, ProviderEvent | None] | Failed:
    said = answer.read(dict[str, str])
    if not answer.is_success or said is None:
        return answer.usual_failure()
    return {
        id: None if kind == "ok" else ProviderEvent(kind=EventKind(kind), provider_id=id) for id, kind in said.items()
    }


@pytest.fixture
async def provider(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProviderServer]:
    """A provider that answers `/receipts`."""
    asked = replace(POSTMARK, receipts=Receipts(request, read))
    monkeypatch.setitem(PROVIDERS, (ChannelType.EMAIL, "postmark"), asked)
    async with postmark(office) as server:
        yield server


def answers(provider: ProviderServer, *replies: Reply) -> list[list[str]]:
    """Has the provider answer in this order; returns the ids that it is asked for, as they come."""
    asked: list[list[str]] = []
    left = [*replies]

    def answer(request: Any) -> Reply:
        asked.append(request.json)
        return left.pop(0)

    provider.prelude = {"/receipts": answer}
    return asked


async def test_receipts_are_asked_for_once_for_a_page(office: Office, provider: ProviderServer) -> None:
    asked = answers(provider, Reply(200, {f"pm-{ADA}": "bounced", f"pm-{BOB}": "ok"}))
    await sent_to(office, "ada", "bob")
    await office.work_after(timedelta(minutes=15))
    assert [sorted(ids) for ids in asked] == [[f"pm-{ADA}", f"pm-{BOB}"]]
    assert (await message_of(office, "ada")).status is Status.BOUNCED
    assert (await message_of(office, "bob")).status is Status.SENT
    assert await office.jobs() == []


async def test_what_is_not_there_yet_is_asked_for_again(office: Office, provider: ProviderServer) -> None:
    asked = answers(provider, Reply(200, {f"pm-{ADA}": "ok"}), Reply(200, {f"pm-{BOB}": "undelivered"}))
    await sent_to(office, "ada", "bob")
    await office.work_after(timedelta(minutes=15))
    await office.work_after(timedelta(minutes=30))
    assert asked[1:] == [[f"pm-{BOB}"]]
    assert (await message_of(office, "bob")).status is Status.UNDELIVERED
    assert await office.jobs() == []


async def test_a_provider_that_does_not_answer_is_asked_for_a_day(office: Office, provider: ProviderServer) -> None:
    asked = answers(provider, *[Reply(503)] * 9)
    await sent_to(office, "ada")
    while await office.jobs():
        await office.work_after(timedelta(hours=8))
    assert asked == [[f"pm-{ADA}"]] * 6
    assert (await message_of(office, "ada")).status is Status.SENT


async def test_a_channel_that_is_gone_is_not_asked(office: Office, provider: ProviderServer) -> None:
    asked = answers(provider)
    await sent_to(office, "ada")
    await office.pool.execute("DELETE FROM addressee.channels WHERE environment_id = $1", office.environment_id)
    await office.work_after(timedelta(minutes=15))
    assert asked == []
    assert await office.jobs() == []
