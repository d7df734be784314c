"""Admission: which of claimed sends may be tried now, by the states of their channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.delivery.channel_states import (
    HeldSlot,
    WantedSlots,
    lock_states,
    store_states,
    take_slots,
)
from addressee.messaging.delivery.open_channels import OpenChannel
from addressee.messaging.delivery.pacing import ChannelState, admit
from addressee.messaging.delivery.sends import ClaimedSend, DeferredSend
from addressee.messaging.messages.status import LONGEST_WAIT, Status

SQL = load(__package__)

# The number of a batch's sends that are tried at the same time, for channels without a setting.
AT_ONCE = 10

# Sends of a channel all of whose slots are taken wait this long for one.
SLOT_PAUSE = timedelta(seconds=1)


class Batch(NamedTuple):
    """Sends that this worker has claimed and may try now, by channel, with the channels' states and slots.

    `expired` are those that have waited for a paused channel for too long.
    """

    sends: Mapping[UUID, Sequence[ClaimedSend]]
    states: Mapping[UUID, ChannelState]
    slots: Sequence[HeldSlot]
    claimed_at: datetime
    expired: Sequence[ClaimedSend] = ()

    @property
    def all(self) -> list[ClaimedSend]:
        return [send for those in self.sends.values() for send in those]

    def queued(self) -> Batch:
        """Returns the batch once its sends are queued."""
        queued = {id: [replace(send, status=Status.QUEUED) for send in those] for id, those in self.sends.items()}
        return self._replace(sends=queued)

    def at_once(self, channel: OpenChannel) -> int:
        """Returns the number of sends of a channel that are tried at the same time."""
        if channel.settings.concurrency is None:
            return AT_ONCE
        return sum(slot.channel_id == channel.id for slot in self.slots)


async def admit_sends(
    connection: Connection,
    environment_id: int,
    claimed: Sequence[ClaimedSend],
    channels: Mapping[UUID, OpenChannel],
    now: datetime,
) -> Batch:
    """Returns what may be tried now of sends that were claimed together, in the caller's transaction.

    The others are due again when their channel may go on.
    """
    sends = by_channel(claimed)
    deferred: list[DeferredSend] = []
    expired: list[ClaimedSend] = []
    states = await lock_states(connection, environment_id, sends)
    wanted = [
        WantedSlots(id, concurrency, len(those))
        for id, those in sends.items()
        if (concurrency := channels[id].settings.concurrency) is not None
    ]
    slots = await take_slots(connection, environment_id, wanted, now, claimed[0].claimed_until)
    free = {slot.channel_id for slot in slots}
    for id, those in sends.items():
        channel = channels[id]
        if channel.settings.concurrency is not None and id not in free:
            deferred += [DeferredSend(send, now + SLOT_PAUSE) for send in those]
            sends[id] = []
            continue
        before = states[id].configured(channel.configured_at)
        admitted, waiting, states[id] = admit(before, len(those), channel.settings.rate, now)
        for send, at in zip(those[admitted:], waiting, strict=True):
            if states[id].paused_for is not None and now - send.inserted_at >= LONGEST_WAIT:
                expired.append(send)
            else:
                deferred.append(DeferredSend(send, at))
        sends[id] = those[:admitted]
    await store_states(connection, list(states.values()))
    await defer(connection, environment_id, deferred)
    return Batch(sends, states, slots, now, expired)


def by_channel(sends: Sequence[ClaimedSend]) -> dict[UUID, list[ClaimedSend]]:
    found: dict[UUID, list[ClaimedSend]] = defaultdict(list)
    for send in sends:
        found[send.channel_id].append(send)
    return dict(found)


async def defer(connection: Connection, environment_id: int, deferred: Sequence[DeferredSend]) -> None:
    if deferred:
        await connection.execute(*SQL["defer_sends"](environment_id=environment_id, deferred=deferred))
