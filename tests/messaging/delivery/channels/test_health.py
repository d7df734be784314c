"""How well channels do, as deliveries tell: results by minute, the share of errors, and the last failure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from addressee.channels.sender import Failure
from addressee.messaging.delivery.channels.health import ChannelHealth, LastFailure
from addressee.traffic.counting import counting
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.messaging.office import Office
from tests.support.channel_results import store_results

CHANNEL = """
type: email
provider: postmark
settings: {{from: hello@example.com, api_key: token, endpoint: '{url}'}}
"""
WORKFLOW = "steps: [{ref: mail, channel: mail, template: {subject: Hi, text: Hi}}]"


@pytest.fixture
async def provider() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        yield server


async def health(office: Office, key: str = "mail") -> ChannelHealth:
    id = await office.channel_id(key)
    return (await office.messaging.channel_healths.of(office.environment_id, [id]))[id]


async def test_deliveries_are_counted_by_their_outcome(office: Office, provider: ProviderServer) -> None:
    files = {"channels/mail.yaml": CHANNEL.format(url=provider.url), "workflows/welcome.yaml": WORKFLOW}
    await office.push(files)
    before = await health(office)
    assert (before.tried, before.error_share, before.last_failure) == (0, None, None)
    provider.answer = lambda request: (
        Reply(422, {"ErrorCode": 300, "Message": "Invalid"})
        if request.json["To"].startswith("bad")
        else Reply(200, {"ErrorCode": 0, "MessageID": "m"})
    )
    for name in ("ada", "bob", "cyd", "bad"):
        await office.identify(name, email=f"{name}@example.com")
    async with counting(office.pool):
        await office.trigger("ada", "bob", "cyd", "bad")
        await office.work()
    found = await health(office)
    assert found.results == {"sent": 3, "permanent": 1}
    assert (found.tried, found.failed, found.error_share) == (4, 1, 0.25)
    assert found.last_failure is not None
    assert found.last_failure.failure is Failure.PERMANENT
    assert found.state.sent_at is not None


async def test_an_hour_counts_and_the_last_failure_of_a_day_is_known(office: Office) -> None:
    id, now = uuid4(), office.clock.now()
    await store_results(office.pool, office.environment_id, id, now, sent=1, bounced=1)
    await store_results(office.pool, office.environment_id, id, now, sent=2)
    await store_results(office.pool, office.environment_id, id, now - timedelta(hours=3), sent=9, permanent=5)
    await store_results(office.pool, office.environment_id, uuid4(), now, sent=4)

    async def counted() -> ChannelHealth:
        return (await office.messaging.channel_healths.of(office.environment_id, [id]))[id]

    assert (await counted()).results == {"sent": 3, "bounced": 1}
    other = await office.messaging.channel_healths.of(office.environment_id + 1, [id])
    assert other[id].results == {}
    office.clock.move(timedelta(minutes=61))
    later = await counted()
    assert later.results == {}
    assert later.last_failure == LastFailure(Failure.BOUNCED, now.replace(second=0, microsecond=0))
    office.clock.move(timedelta(days=1))
    assert (await counted()).last_failure is None


async def test_what_failed_last_is_told_of_those_that_failed(office: Office) -> None:
    id, now = uuid4(), office.clock.now()
    await store_results(office.pool, office.environment_id, id, now - timedelta(minutes=30), rate_limited=7)
    await store_results(office.pool, office.environment_id, id, now - timedelta(minutes=20), temporary=1)
    await store_results(office.pool, office.environment_id, id, now, sent=1)
    found = (await office.messaging.channel_healths.of(office.environment_id, [id]))[id]
    minute = (now - timedelta(minutes=20)).replace(second=0, microsecond=0)
    assert found.last_failure == LastFailure(Failure.TEMPORARY, minute)
