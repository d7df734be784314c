"""Channels whose provider refuses, is away, asks for pauses, or calls addresses dead; and the limits of channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from addressee.database.paging import PageRequest
from addressee.http.metrics.exposition import StoredState, render
from addressee.messaging.delivery import attempts, send_job
from addressee.messaging.delivery.batches import AT_ONCE
from addressee.messaging.delivery.channels.channel_states import TroubledChannel, troubled_channels
from addressee.messaging.messages.status import Status
from addressee.messaging.suppressions.suppressions import SuppressionFilter
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply, Silence, provider_server
from tests.messaging.office import Office

POSTMARK = """
type: email
provider: postmark
settings:
  from: hello@example.com
  api_key: token
  endpoint: {url}
"""
OUTBOX = "type: email\nprovider: outbox\nsettings:\n  from: hello@example.com"


def steps(*channels: str) -> str:
    lines = (f"  - {{ref: {name}, channel: {name}, template: {{subject: Hi, text: Hi}}}}" for name in channels)
    return "\n".join(["steps:", *lines])


@dataclass
class Provider:
    """The provider of the channel `mail`; `answer` answers for the address of each e-mail."""

    office: Office
    server: ProviderServer
    taken: list[str] = field(default_factory=list)

    def answering(self, answer: Callable[[str], Reply | Silence]) -> None:
        def handle(request: ReceivedRequest) -> Reply | Silence:
            reply = answer(request.json["To"])
            if isinstance(reply, Reply) and reply.status == 200:
                self.taken.append(request.json["To"])
            return reply

        self.server.answer = handle

    @property
    def asked(self) -> int:
        return len(self.server.received)

    async def push(self, **settings: Any) -> None:
        more = "".join(f"  {name}: {value}\n" for name, value in settings.items())
        await self.office.push(
            {
                "channels/mail.yaml": POSTMARK.format(url=self.server.url) + more,
                "channels/other.yaml": OUTBOX,
                "workflows/mail.yaml": steps("mail"),
                "workflows/both.yaml": steps("mail", "other"),
            }
        )

    async def send_to(self, *ids: str, workflow: str = "mail") -> None:
        for id in ids:
            await self.office.identify(id, email=f"{id}@example.org")
        await self.office.trigger(*ids, workflow=workflow)
        await self.office.work()

    async def statuses(self, *ids: str) -> list[Status]:
        return [message.status for id in ids for message in await self.office.messages(id)]


OK = Reply(200, {"ErrorCode": 0, "MessageID": "m"})
WRONG_TOKEN = Reply(401, {"ErrorCode": 10, "Message": "bad token"})
INACTIVE = Reply(422, {"ErrorCode": 406, "Message": "inactive"})
PEOPLE = [f"user-{number}" for number in range(12)]


@pytest.fixture
async def provider(office: Office) -> AsyncIterator[Provider]:
    async with provider_server() as server:
        provider = Provider(office, server)
        provider.answering(lambda address: OK)
        await provider.push()
        yield provider


async def test_wrong_credentials_pause_their_channel_and_no_other(provider: Provider) -> None:
    provider.answering(lambda address: WRONG_TOKEN)
    await provider.send_to(*PEOPLE, workflow="both")
    asked = provider.asked
    assert asked <= AT_ONCE
    assert len(provider.office.emails()) == len(PEOPLE)
    await provider.office.work_after(timedelta(seconds=50))
    assert provider.asked == asked
    await provider.push(rate=10_000)
    provider.answering(lambda address: OK)
    await provider.office.work_after(timedelta(seconds=30))
    assert sorted(provider.taken) == sorted(f"{id}@example.org" for id in PEOPLE)


async def test_a_provider_that_is_away_for_an_hour_gets_every_message_once_it_is_back(provider: Provider) -> None:
    provider.answering(lambda address: Reply(503))
    await provider.send_to(*PEOPLE)
    for _ in range(60):
        await provider.office.work_after(timedelta(minutes=1))
    assert provider.taken == []
    assert provider.asked < 60
    provider.answering(lambda address: OK)
    for _ in range(12):
        await provider.office.work_after(timedelta(minutes=1))
    assert sorted(provider.taken) == sorted(f"{id}@example.org" for id in PEOPLE)
    assert await provider.statuses(*PEOPLE) == [Status.SENT] * len(PEOPLE)


async def test_a_message_waits_for_its_channel_for_a_day_at_most(provider: Provider) -> None:
    provider.answering(lambda address: WRONG_TOKEN)
    await provider.send_to(*PEOPLE)
    for _ in range(26):
        await provider.office.work_after(timedelta(hours=1))
    assert await provider.statuses(*PEOPLE) == [Status.UNDELIVERED] * len(PEOPLE)
    assert await provider.office.jobs() == []


async def test_a_pause_that_the_provider_asks_for_is_kept(provider: Provider) -> None:
    provider.answering(lambda address: Reply(429).after(120))
    await provider.send_to("ada", "bob")
    asked = provider.asked
    provider.answering(lambda address: OK)
    await provider.office.work_after(timedelta(seconds=110))
    assert (provider.asked, provider.taken) == (asked, [])
    await provider.office.work_after(timedelta(seconds=20))
    assert len(provider.taken) == 2


async def test_dead_addresses_are_disabled_until_there_are_too_many(provider: Provider) -> None:
    dead = {"user-3@example.org"}
    provider.answering(lambda address: INACTIVE if address in dead else OK)
    await provider.send_to(*PEOPLE)
    assert await disabled(provider, *PEOPLE) == ["user-3"]
    provider.office.clock.move(timedelta(minutes=2))
    others = [f"other-{number}" for number in range(12)]
    provider.answering(lambda address: INACTIVE)
    await provider.send_to(*others)
    assert await provider.statuses(*others) == [Status.BOUNCED] * 12
    assert await disabled(provider, *others) == []
    assert await suppressed(provider) == ["user-3@example.org"]
    provider.office.clock.move(timedelta(hours=1))
    provider.answering(lambda address: OK)
    await provider.send_to(*others)
    assert sorted(provider.taken[-12:]) == sorted(f"{id}@example.org" for id in others)


async def disabled(provider: Provider, *ids: str) -> list[str]:
    office = provider.office
    found = await office.directory.reader.read_all({office.user(id) for id in ids})
    return [id for id in ids if any(each["status"] == "disabled" for each in found[office.user(id)].addresses)]


async def suppressed(provider: Provider) -> list[str]:
    office = provider.office
    found = await office.messaging.suppressions.list(office.environment_id, SuppressionFilter(), PageRequest(50))
    return [entry.address for entry in found.entries]


async def test_a_lost_answer_is_tried_again_unless_the_channel_says_stop(provider: Provider) -> None:
    provider.answering(lambda address: Silence())
    await provider.send_to("ada")
    provider.answering(lambda address: OK)
    await provider.office.work_after(timedelta(seconds=15))
    assert provider.asked == 2
    await provider.push(when_unconfirmed="stop")
    provider.answering(lambda address: Silence())
    await provider.send_to("bob")
    await provider.office.work_after(timedelta(hours=1))
    assert provider.asked == 3
    assert await provider.statuses("bob") == [Status.UNDELIVERED]


async def test_a_rate_holds_for_all_workers_together(provider: Provider) -> None:
    await provider.push(rate=5)
    await provider.send_to(*PEOPLE)
    assert len(provider.taken) == 5
    await provider.office.work_after(timedelta(seconds=1.1))
    assert len(provider.taken) == 10
    await provider.office.work_after(timedelta(seconds=1.1))
    assert len(provider.taken) == 12


async def test_a_concurrency_holds_for_all_workers_together(provider: Provider, office: Office) -> None:
    """Another worker holds all slots, and dies: they are free when its claim has run out."""
    await provider.push(concurrency=3)
    channel = next(each for each in await office.messaging.channels.list(office.environment_id) if each.key == "mail")
    await office.pool.execute(
        "INSERT INTO addressee.channel_slots VALUES ($1, $2, 1, $3), ($1, $2, 2, $3), ($1, $2, 3, $3)",
        office.environment_id,
        channel.id,
        office.clock.now() + timedelta(seconds=30),
    )
    await provider.send_to(*PEOPLE)
    assert provider.asked == 0
    await office.work_after(timedelta(seconds=2))
    assert provider.asked == 0
    await office.work_after(timedelta(seconds=30))
    assert len(provider.taken) == 12
    held = "SELECT count(*) FROM addressee.channel_slots WHERE environment_id = $1"
    assert await office.pool.fetchval(held, office.environment_id) == 0


async def test_no_more_sends_are_under_way_than_the_channel_allows(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[int] = []
    now = 0

    async def slow(*arguments: Any) -> Any:
        nonlocal now
        now += 1
        under_way.append(now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        result = await real(*arguments)
        now -= 1
        return result

    real = attempts.deliver
    monkeypatch.setattr(send_job, "deliver", slow)
    await provider.push(concurrency=3)
    await provider.send_to(*PEOPLE)
    assert max(under_way) == 3
    assert len(provider.taken) == 12


async def test_metrics_name_the_channels_with_which_something_is_wrong(provider: Provider) -> None:
    office = provider.office
    provider.answering(lambda address: WRONG_TOKEN)
    await provider.send_to("ada")
    name = await office.pool.fetchval("SELECT name FROM addressee.environments WHERE id = $1", office.environment_id)
    (found,) = [each for each in await troubled_channels(office.pool, office.clock.now()) if each.environment == name]
    assert found == TroubledChannel(name, "mail", "credentials", False)
    assert (
        f'addressee_channel_paused{{channel="mail",environment="{name}",reason="credentials"}} 1.0'
        in render(StoredState(channels=[found])).decode()
    )
    office.clock.move(timedelta(minutes=2))
    assert name not in [each.environment for each in await troubled_channels(office.pool, office.clock.now())]
