"""Decides when a send leaves its channel for a stand-in. Pure.

It stays when the provider may have taken the message, unless the channel of its step says otherwise, and when what is
wrong lies in the message or its address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import FAILOVER
from addressee.messaging.delivery.batches import Batch
from addressee.messaging.delivery.channels.open_channels import OpenChannel
from addressee.messaging.delivery.channels.pacing import ChannelState
from addressee.messaging.delivery.sends import ClaimedSend

# The number of attempts through a channel after which a stand-in is tried.
ATTEMPTS = 3

# The age of a message from which on it waits no longer for a channel that cannot send it now.
PATIENCE = timedelta(minutes=5)

# The reason for which a send leaves a channel that cannot be opened.
NOT_OPENED = "not_opened"

# Pauses for which no send waits. Where a provider asks for a pause, it is not out of order, and the pause may be short.
OUT_OF_ORDER = frozenset({Failure.UNAVAILABLE, Failure.CREDENTIALS})


class Leaving(NamedTuple):
    """A send that is to leave its channel. `failure` says why: a Failure, or NOT_OPENED.

    With `unconfirmed`, the provider may have taken the message.
    """

    send: ClaimedSend
    failure: str
    unconfirmed: bool


def leaving_after(
    send: ClaimedSend, result: Sent | Failed, channel: OpenChannel, state: ChannelState, now: datetime
) -> Leaving | None:
    """Returns what makes a send leave its channel after an attempt with this result, None if it stays.

    `state` is that of the channel after the attempt.
    """
    if not isinstance(result, Failed):
        return None
    is_late = now + (result.retry_after or timedelta()) - send.inserted_at >= PATIENCE
    match result.failure:
        case Failure.CREDENTIALS | Failure.UNCONFIRMED:
            leaves = True
        case Failure.TEMPORARY:
            leaves = is_late or send.attempts + 1 >= ATTEMPTS
        case Failure.UNAVAILABLE:
            leaves = is_late or state.is_paused(now)
        case Failure.RATE_LIMITED:
            leaves = is_late
        case _:
            leaves = False
    leaving = Leaving(send, result.failure.value, send.unconfirmed or result.failure is Failure.UNCONFIRMED)
    return leaving if leaves and may_leave(leaving, channel) else None


def leaving_before(batch: Batch, channels: Mapping[UUID, OpenChannel]) -> Iterator[Leaving]:
    """Yields the sends of a batch that leave their channels instead of waiting for them, or of being given up."""
    for id, portion in batch.portions.items():
        for send in (*(each.send for each in portion.deferred), *(each.send for each in portion.ended)):
            channel, state = channels.get(id), batch.states.get(id)
            if channel is None or state is None:
                yield Leaving(send, NOT_OPENED, send.unconfirmed)
            elif (leaving := leaving_paused(send, channel, state, batch.at)) is not None:
                yield leaving


def leaving_paused(send: ClaimedSend, channel: OpenChannel, state: ChannelState, now: datetime) -> Leaving | None:
    """Returns what makes a send leave its channel if that pauses, None if it stays."""
    if state.paused_for is None or state.paused_until is None or not state.is_paused(now):
        return None
    if state.paused_for not in OUT_OF_ORDER and state.paused_until - send.inserted_at < PATIENCE:
        return None
    leaving = Leaving(send, state.paused_for.value, send.unconfirmed)
    return leaving if may_leave(leaving, channel) else None


def may_leave(leaving: Leaving, channel: OpenChannel) -> bool:
    """Returns whether there may be a stand-in, by what is known without a look at the channel of a step."""
    if leaving.send.has_moved:
        return True
    return bool(channel.failover) and (not leaving.unconfirmed or channel.settings.when_unconfirmed == FAILOVER)


def has_stand_ins(send: ClaimedSend, channel: OpenChannel) -> bool:
    """Returns whether a send may leave its channel some day."""
    return send.has_moved or bool(channel.failover)
