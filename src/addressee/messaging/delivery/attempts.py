"""Attempts to send: some sends of a channel at once, and what their results count for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from prometheus_client import Counter

from addressee.channels.sender import OF_CHANNEL, SENDING_SECONDS, Failed, Failure, Sender, Sent
from addressee.channels.settings import ChannelSettings
from addressee.messaging.delivery.attachments import Prepared
from addressee.messaging.delivery.channels.open_channels import OpenChannel
from addressee.messaging.delivery.channels.pacing import ChannelState
from addressee.messaging.delivery.copies import Turn, may_be_taken, with_copies
from addressee.messaging.delivery.results import Results
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle, Reached, SendAttempt, Unprepared, with_token
from addressee.messaging.messages.status import Status, StatusChange, attempted, outcome, retry_after, undelivered

# A batch gives up on a channel whose provider could not be reached this often.
UNAVAILABLE_AT_ONCE = 3

OUTCOMES = Counter("addressee_sends", "What providers answered", ["channel_type", "provider", "outcome"])

log = structlog.get_logger()


async def try_some(
    attempt: Callable[[ClaimedSend, Reached], Awaitable[Sent | Failed]],
    turns: Sequence[Turn],
    at_once: int,
    is_time: Callable[[], bool],
    results: Results,
) -> None:
    """Tries sends of one channel, some turns at once, as long as there is time and the provider takes messages.

    Each result is added to `results` as it comes. When it is cancelled, what was under way may have been sent.
    """
    waiting = deque(turns)
    failures: list[Failure] = []

    def may_go_on() -> bool:
        return is_time() and goes_on(failures)

    async def one_after_the_other() -> None:
        while waiting and may_go_on():
            await take(waiting.popleft())

    async def take(turn: Turn) -> None:
        for send, reached in turn.sends:
            if not may_go_on():
                return
            copies_wait = turn.has_copies and send.message_id not in results.copied
            try:
                result = await attempt(send, with_copies(send, reached) if copies_wait else reached)
            except asyncio.CancelledError:
                stopped = Failed(Failure.UNCONFIRMED, "the worker was stopped before the provider answered")
                note(send, stopped, copied=copies_wait)
                raise
            note(send, result, copied=copies_wait and (send.unconfirmed or may_be_taken(result)))

    def note(send: ClaimedSend, result: Sent | Failed, *, copied: bool) -> None:
        if isinstance(result, Failed):
            failures.append(result.failure)
        if copied:
            results.copied[send.message_id] = send.address.value
        results.add((send, result))

    await asyncio.gather(*(one_after_the_other() for _ in range(min(at_once, len(turns)))))


def goes_on(failures: Sequence[Failure]) -> bool:
    """Returns whether a channel can be gone on with after these failures."""
    unavailable = failures.count(Failure.UNAVAILABLE)
    return unavailable < UNAVAILABLE_AT_ONCE and not {Failure.CREDENTIALS, Failure.RATE_LIMITED}.intersection(failures)


async def deliver(sender: Sender[Any], attachments: Prepared, send: ClaimedSend, reached: Reached) -> Sent | Failed:
    """Sends one message. It never raises: outcomes so far must be recorded, or all of a batch are sent again.

    `attachments` are those of all messages.
    """

    def payload() -> Any:
        content = reached.content
        made: Any = content.to_payload(send.id, reached.to, send.inserted_at)
        made = content.with_attachments(made, attachments.of(send))
        made = content.with_tracking(made, reached.tracking)
        return content.with_unsubscribe_url(made, reached.unsubscribe_url)

    return await send_within(sender, payload)


async def send_within(sender: Sender[Any], payload: Callable[[], Any]) -> Sent | Failed:
    """Returns the result of sending a payload within SENDING_SECONDS, a failure when making or sending it raises."""
    try:
        async with asyncio.timeout(SENDING_SECONDS):
            return await sender.send(payload())
    except TimeoutError:
        return Failed(Failure.UNCONFIRMED, f"the provider did not answer within {SENDING_SECONDS} seconds")
    except Exception as error:
        log.error("sender failed", reason=type(error).__name__)
        return Failed(Failure.TEMPORARY, f"the sender failed: {type(error).__name__}")


def given_up(send: ClaimedSend, reason: str) -> SendAttempt:
    """Returns the end of a send that has waited for its channel for too long, without another attempt."""
    return SendAttempt(send, (undelivered("retries_exhausted", reason),), send.attempts)


def assess(
    send: ClaimedSend,
    result: Sent | Failed | Obstacle,
    state: ChannelState,
    channel: OpenChannel,
    now: datetime,
    chance: Callable[[], float],
    *,
    moves: bool = False,
) -> SendAttempt:
    """Returns the outcome of an attempt, and counts it. `chance`, from 0 to 1, spreads retries.

    A send that `moves` to a stand-in of its channel is due at once.
    """
    attempt = send.attempts + 1
    if isinstance(result, Obstacle):
        return SendAttempt(send, (StatusChange(Status.NOT_SENT, result.reason),), attempt, obstacle=result)
    if not isinstance(result, Unprepared):
        OUTCOMES.labels(channel.provider.channel_type, channel.provider.name, outcome_name(result)).inc()
    judged = judge(result, state, channel.settings, now)
    if isinstance(judged, Failed) and moves:
        return SendAttempt(send, (attempted(attempt, judged.reason, retryable=True),), attempt, now, judged.call)
    changes = tuple(with_token(change, send) for change in outcome(attempt, judged, now - send.inserted_at))
    if isinstance(judged, Sent):
        return SendAttempt(send, changes, attempt, call=judged.call, provider_id=judged.provider_id)
    if changes[-1].status is not Status.DELIVERY_ATTEMPTED:
        return SendAttempt(send, changes, attempt, call=judged.call, dead_since=judged.dead_since)
    number = send.attempts if judged.failure in OF_CHANNEL else attempt
    due_at = now + retry_after(attempt, chance(), judged.retry_after)
    unconfirmed = send.unconfirmed or judged.failure is Failure.UNCONFIRMED
    return SendAttempt(send, changes, number, due_at, judged.call, unconfirmed=unconfirmed)


def judge(result: Sent | Failed, state: ChannelState, settings: ChannelSettings, now: datetime) -> Sent | Failed:
    """Returns the result as the channel's state and settings let it count.

    An address that may be of another app is dead if the channel reaches others. A message that may have been sent is
    not sent again if the channel says so.
    """
    match result:
        case Failed(Failure.MISMATCHED) if state.reached_others(now):
            return replace(result, failure=Failure.BOUNCED)
        case Failed(Failure.UNCONFIRMED) if settings.when_unconfirmed == "stop":
            return replace(result, failure=Failure.PERMANENT, reason=f"{result.reason}; it may have been sent")
    return result


def outcome_name(result: Sent | Failed) -> str:
    return result.failure.value if isinstance(result, Failed) else "sent"
