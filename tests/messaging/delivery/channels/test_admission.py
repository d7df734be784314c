"""Claimed sends wait for the states and slots of their channels, and the trial after a pause."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest

from addressee.channels.sender import SENDING_SECONDS, Failed, Failure, Sent
from addressee.database.jobs.worker import JobHandler
from addressee.messaging.delivery import attempts, obstacles, send_job
from addressee.messaging.delivery.attachments import Attachments
from addressee.messaging.delivery.channels import admission
from addressee.messaging.delivery.channels.channel_states import lock_states
from addressee.messaging.delivery.channels.open_channels import OpenChannels
from addressee.messaging.delivery.linked_files import LinkedFiles
from addressee.messaging.delivery.send_job import SendHandler
from addressee.messaging.environment.links import NO_LINKS
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.model import Send
from tests.channels.provider_server import provider_server
from tests.messaging.delivery.channels.test_channel_pauses import OK, WRONG_TOKEN, Provider
from tests.messaging.office import Office
from tests.support.waiting import until

PEOPLE = ["ada", "bob", "cyd"]


@pytest.fixture
async def provider(office: Office) -> AsyncIterator[Provider]:
    async with provider_server() as server:
        provider = Provider(office, server)
        provider.answering(lambda address: OK)
        await provider.push()
        yield provider


def choosing(office: Office, chance: Callable[[], float]) -> None:
    """Has the office's worker choose the message of a trial so."""
    channels = OpenChannels(office.pool, office.sealer, office.senders)
    directory = office.directory
    files = Attachments(office.pool, office.clock, LinkedFiles(office.pool, office.clock, office.senders.public_client))
    handler = SendHandler(
        office.pool, directory.reader, directory.writer, channels, office.clock, NO_LINKS, files, chance
    )
    office.handlers = {**office.handlers, "send": JobHandler(Send, handler.send)}


async def paused(provider: Provider, *ids: str) -> None:
    """Has messages to these wait for a channel that pauses for a minute."""
    provider.answering(lambda address: WRONG_TOKEN)
    await provider.send_to(*ids)
    provider.taken.clear()
    provider.server.received.clear()


async def test_after_a_pause_any_message_may_be_the_one_that_is_tried(provider: Provider) -> None:
    """Otherwise one whose content makes its provider fail would be tried after every pause."""
    await paused(provider, *PEOPLE)
    tried: Counter[str] = Counter()
    for chance in (0.0, 0.4, 0.99):
        choosing(provider.office, repeat(chance).__next__)
        asked = provider.asked
        await provider.office.work_after(timedelta(minutes=30))
        (request,) = provider.server.received[asked:]
        tried[request.json["To"]] += 1
    assert sorted(tried) == [f"{id}@example.org" for id in PEOPLE]


async def test_when_the_message_that_is_tried_arrives_the_others_of_its_page_follow_at_once(provider: Provider) -> None:
    await paused(provider, *PEOPLE)
    provider.answering(lambda address: OK)
    await provider.office.work_after(timedelta(minutes=1))
    assert sorted(provider.taken) == [f"{id}@example.org" for id in PEOPLE]


async def test_a_trial_whose_recipient_is_gone_holds_up_no_other(provider: Provider) -> None:
    await paused(provider, *PEOPLE)
    choosing(provider.office, lambda: 0.0)
    provider.answering(lambda address: OK)
    for id in ("ada", "bob"):
        await provider.office.delete(id)
    await provider.office.work_after(timedelta(minutes=1))
    assert provider.taken == ["cyd@example.org"]


async def test_a_trial_for_which_there_is_no_time_holds_up_no_other(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = provider.office
    await paused(provider, *PEOPLE)
    provider.answering(lambda address: OK)
    real = obstacles.resolve_sends

    async def slow(*arguments: Any) -> Any:
        monkeypatch.setattr(send_job, "resolve_sends", real)
        office.clock.move(timedelta(seconds=25))
        return await real(*arguments)

    monkeypatch.setattr(send_job, "resolve_sends", slow)
    await office.work_after(timedelta(minutes=1))
    assert sorted(provider.taken) == [f"{id}@example.org" for id in PEOPLE]


async def test_a_send_that_begins_ends_before_its_claim_does(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it takes long to open a channel: nobody else may try it at the same time."""
    office = provider.office
    left: list[timedelta] = []
    real_new, real_deliver = OpenChannels._new, attempts.deliver

    def slow(*arguments: Any) -> Any:
        office.clock.move(timedelta(seconds=15))
        return real_new(*arguments)

    async def watched(sender: Any, attachments: Any, send: Any, to: Any) -> Sent | Failed:
        left.append(send.claimed_until - office.clock.now())
        office.clock.move(timedelta(seconds=2))
        return await real_deliver(sender, attachments, send, to)

    monkeypatch.setattr(OpenChannels, "_new", slow)
    monkeypatch.setattr(send_job, "deliver", watched)
    await provider.send_to(*(f"user-{number}" for number in range(20)))
    assert len(provider.taken) == 20
    assert min(left) > timedelta(seconds=SENDING_SECONDS)


async def test_what_the_provider_tells_before_a_retry_is_queued_again_is_not_sent_again(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was lost; a callback says that the message was taken, as the next try has been claimed."""
    office = provider.office
    monkeypatch.setattr(send_job, "deliver", lost)
    await provider.send_to("ada")
    monkeypatch.undo()
    (message,) = await office.messages("ada")
    assert message.status is Status.DELIVERY_ATTEMPTED
    real = admission.admit_sends

    async def told_meanwhile(*arguments: Any) -> Any:
        admitted = await real(*arguments)
        async with office.pool.acquire() as connection:
            await connection.execute(
                "UPDATE addressee.sends SET due_at = NULL, provider_id = 'm' WHERE environment_id = $1",
                office.environment_id,
            )
            await connection.execute(
                "UPDATE addressee.messages SET status = 'sent' WHERE environment_id = $1", office.environment_id
            )
        return admitted

    monkeypatch.setattr(send_job, "admit_sends", told_meanwhile)
    await office.work_after(timedelta(seconds=15))
    assert provider.asked == 0
    (message,) = await office.messages("ada")
    assert message.status is Status.SENT
    assert [event for event, _ in await office.events(message)] == ["created", "queued", "delivery_attempted"]


async def lost(sender: Any, attachments: Any, send: Any, to: Any) -> Failed:
    return Failed(Failure.UNCONFIRMED, "the answer was lost")


async def test_a_channel_that_cannot_be_opened_keeps_its_own_messages_waiting_only(provider: Provider) -> None:
    office = provider.office
    secrets = "SELECT sealed_secrets FROM addressee.channels WHERE environment_id = $1 AND key = 'mail'"
    sealed = await office.pool.fetchval(secrets, office.environment_id)
    await set_secrets(office, b"of another master key")
    await provider.send_to(*PEOPLE, workflow="both")
    assert len(office.emails()) == 3
    assert sorted(message.status for message in await office.messages("ada")) == [Status.QUEUED, Status.SENT]
    await set_secrets(office, sealed)
    await office.work_after(timedelta(seconds=61))
    assert sorted(provider.taken) == [f"{id}@example.org" for id in PEOPLE]


async def test_messages_wait_for_a_channel_that_cannot_be_opened_for_a_day_at_most(provider: Provider) -> None:
    office = provider.office
    await set_secrets(office, b"of another master key")
    await provider.send_to("ada")
    await office.work_after(timedelta(hours=25))
    (message,) = await office.messages("ada")
    assert (await office.events(message))[-1] == (
        "undelivered",
        {"failure_reason": "retries_exhausted", "failure_details": "the channel cannot be opened"},
    )
    assert await office.jobs() == []


async def set_secrets(office: Office, sealed: bytes) -> None:
    await office.pool.execute(
        "UPDATE addressee.channels SET sealed_secrets = $2 WHERE environment_id = $1 AND key = 'mail'",
        office.environment_id,
        sealed,
    )


async def test_the_state_of_a_channel_without_a_rate_is_stored_when_it_changes_only(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await provider.send_to("ada")
    state = "SELECT ctid FROM addressee.channel_states WHERE environment_id = $1"
    before = await provider.office.pool.fetch(state, provider.office.environment_id)
    real = admission.admit_sends
    after_admission: list[Any] = []

    async def watched(connection: Any, *arguments: Any) -> Any:
        admitted = await real(connection, *arguments)
        after_admission.extend(await connection.fetch(state, provider.office.environment_id))
        return admitted

    monkeypatch.setattr(send_job, "admit_sends", watched)
    await provider.send_to("cyd")
    assert after_admission == before


async def test_a_batch_all_of_which_waits_records_nothing(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    await paused(provider, *PEOPLE)
    recorded: list[Any] = []
    monkeypatch.setattr(SendHandler, "_record", recorded.append)
    await provider.office.work_after(timedelta(seconds=40))
    assert (provider.asked, recorded) == (0, [])
    monkeypatch.undo()
    provider.answering(lambda address: OK)
    await provider.office.work_after(timedelta(seconds=30))
    assert len(provider.taken) == 3


async def test_what_waits_for_a_slot_uses_up_nothing_of_the_rate(provider: Provider) -> None:
    office = provider.office
    await provider.push(concurrency=1, rate=1)
    await office.pool.execute(
        "INSERT INTO addressee.channel_slots VALUES ($1, $2, 1, $3)",
        office.environment_id,
        await office.channel_id("mail"),
        office.clock.now() + timedelta(seconds=1),
    )
    await provider.send_to("ada")
    assert provider.taken == []
    await office.work_after(timedelta(seconds=1.5))
    assert provider.taken == ["ada@example.org"]


async def test_a_worker_that_holds_a_channels_state_waits_for_no_message(provider: Provider) -> None:
    """Who holds the message may wait for the state: neither would go on."""
    office = provider.office
    await paused(provider, "ada")
    async with office.pool.acquire() as connection, connection.transaction():
        (message,) = await office.messages("ada")
        await lock_messages(connection, office.environment_id, [message.id])
        office.clock.move(timedelta(seconds=30))
        working = asyncio.create_task(office.work(deferred=True))
        state = lock_states(connection, office.environment_id, [await office.channel_id("mail")])
        await until(lambda: somebody_waits(office))
        await asyncio.wait_for(state, 20)
    await working


async def somebody_waits(office: Office) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await office.pool.fetchval(waiting))


async def test_sends_that_somebody_changes_at_this_moment_are_left_for_later(provider: Provider) -> None:
    office = provider.office
    await paused(provider, "ada", "bob")
    provider.answering(lambda address: OK)
    async with office.pool.acquire() as connection, connection.transaction():
        changed = "UPDATE addressee.sends SET kind = kind WHERE environment_id = $1 AND recipient_id = 'ada'"
        await connection.execute(changed, office.environment_id)
        (job,) = [job for job in await office.jobs() if job.name == "send"]
        office.clock.move(timedelta(minutes=1))
        await asyncio.wait_for(office.run(job), 20)
        assert provider.taken == ["bob@example.org"]
    await office.work_after(timedelta())
    assert provider.taken == ["bob@example.org", "ada@example.org"]
