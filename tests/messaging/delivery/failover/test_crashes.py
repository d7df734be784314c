"""A worker dies between any two steps: nobody gets a message from two channels that may both have sent it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from addressee.channels.sender import Failure, Sent
from addressee.database.pool import AWAY
from addressee.directory.errors import UnavailableError
from addressee.messaging.delivery.failover.failover import Failover
from addressee.messaging.delivery.failover.stand_ins import Move
from addressee.messaging.delivery.send_job import CLAIM
from addressee.messaging.messages.status import Status
from tests.messaging.delivery.failover.scripted import Answer, Scripted
from tests.messaging.kills import killed_at
from tests.messaging.office import WaitingJob
from tests.support.waiting import until

TAKEN: tuple[Answer, ...] = (Sent(), Failure.UNCONFIRMED)


async def queued(channels: Scripted, id: str, attempts: int) -> WaitingJob:
    """Returns the job that sends a message, of which some attempts failed before."""
    office = channels.office
    await office.identify(id, email=f"{id}@example.org")
    await office.trigger(id, workflow="mail")
    while waiting := [job for job in await office.jobs() if job.name != "send"]:
        await office.run_all(waiting)
    await office.pool.execute(
        "UPDATE addressee.sends SET attempts = $2 WHERE environment_id = $1 AND recipient_id = $3",
        office.environment_id,
        attempts,
        id,
    )
    (job,) = await office.jobs()
    return job


async def pause(channels: Scripted, key: str) -> None:
    """Pauses a channel for an hour, as other messages would whose credentials are refused."""
    now = channels.office.clock.now()
    await channels.office.pool.execute(
        """
        INSERT INTO addressee.channel_states (environment_id, channel_id, paused_for, paused_at, paused_until, pauses)
        VALUES ($1, $2, 'credentials', $3, $4, 1)
        ON CONFLICT (environment_id, channel_id) DO UPDATE
        SET paused_for = excluded.paused_for, paused_at = excluded.paused_at, paused_until = excluded.paused_until
        """,
        channels.office.environment_id,
        await channels.office.channel_id(key),
        now,
        now + timedelta(hours=1),
    )


async def unpause(channels: Scripted) -> None:
    await channels.office.pool.execute(
        "DELETE FROM addressee.channel_states WHERE environment_id = $1", channels.office.environment_id
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("first", "attempts", "paused"),
    [
        (Sent(), 0, False),
        (Failure.UNCONFIRMED, 0, False),
        (Failure.CREDENTIALS, 0, False),
        (Failure.TEMPORARY, 2, False),
        (Sent(), 0, True),
    ],
    ids=["sent", "unconfirmed", "credentials", "third_attempt", "paused"],
)
async def test_a_worker_is_killed_at_each_statement(
    channels: Scripted, first: Answer, attempts: int, paused: bool
) -> None:
    """Afterwards the first channel pauses, so that a message which it has not sent goes to the second one."""
    await channels.push("second", "third")
    statement, killed = 0, True
    senders = set()
    while killed:
        statement += 1
        channels.answers, id = {"first": first}, f"user-{statement}"
        channels.answered.clear()
        await unpause(channels)
        job = await queued(channels, id, attempts)
        if paused:
            await pause(channels, "first")
        with killed_at(statement) as sent, suppress(*AWAY, UnavailableError):
            await channels.office.run(job)
        killed = sent[0] >= statement
        await pause(channels, "first")
        channels.answers = {}
        channels.office.clock.move(CLAIM)
        await channels.pass_days()
        took = {key for key, answer in channels.answered if answer in TAKEN}
        assert len(took) == 1, (statement, channels.answered)
        assert (await channels.message(id)).status is Status.SENT
        senders |= took
    assert statement > 10
    expected = {"second"} if paused else {"first", "second"}
    assert senders == expected


async def test_a_worker_that_is_stopped_while_it_sends_leaves_the_message_to_its_channel(channels: Scripted) -> None:
    await channels.push("second")
    channels.answers = {"first": Sent()}
    channels.waits = asyncio.Event()
    job = await queued(channels, "ada", 0)
    working = asyncio.create_task(channels.office.run(job))
    await until(was_asked(channels))
    working.cancel()
    await asyncio.wait({working})
    channels.waits.set()
    await pause(channels, "first")
    await channels.pass_days()
    assert channels.asked == ["first", "first"]
    assert (await channels.message()).status is Status.SENT


async def test_who_is_slower_than_its_claim_sends_nothing_that_moved_on(
    channels: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker stands still between its claim and its first attempt, while another one moves the message on."""
    await channels.push("second")
    job = await queued(channels, "ada", 0)
    real = Failover.before

    async def slow(*arguments: Any) -> Mapping[str, Move]:
        monkeypatch.setattr(Failover, "before", real)
        moves = await real(*arguments)
        channels.office.clock.move(CLAIM)
        await pause(channels, "first")
        await channels.office.run(job)
        await unpause(channels)
        return moves

    monkeypatch.setattr(Failover, "before", slow)
    await channels.office.run(job)
    assert channels.asked == ["second"]
    assert (await channels.message()).status is Status.SENT


def was_asked(channels: Scripted) -> Callable[[], Any]:
    async def asked() -> bool:
        return bool(channels.asked)

    return asked
