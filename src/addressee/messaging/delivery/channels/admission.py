"""Admission: which of claimed sends may be tried now, by the states of their channels; and what becomes of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from addressee.channels.sender import Failed, Sent
from addressee.database.pool import Connection
from addressee.messaging.delivery.batches import Batch, Ending, portion_of, unopened
from addressee.messaging.delivery.channels.channel_states import (
    WantedSlots,
    lock_states,
    store_states,
    take_slots,
    warn_of_changes,
)
from addressee.messaging.delivery.channels.open_channels import OpenChannel
from addressee.messaging.delivery.channels.pacing import ChannelState, admit, after, in_line, untried
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle, Tried, Unprepared


async def admit_sends(
    connection: Connection,
    environment_id: int,
    claimed: Sequence[ClaimedSend],
    channels: Mapping[UUID, OpenChannel],
    now: datetime,
    chance: Callable[[], float],
) -> Batch:
    """Returns what may be tried now of sends that were claimed together, in a transaction that changes no sends.

    `channels` are those that could be opened. `chance`, from 0 to 1, chooses what is tried after a pause.
    """
    sends = by_channel(claimed)
    stored = await lock_states(connection, environment_id, sends.keys() & channels.keys())
    before = {id: state.configured(channels[id].configured_at) for id, state in stored.items()}
    admissions = {id: admit(state, len(sends[id]), channels[id].settings.rate, now) for id, state in before.items()}
    wanted = [
        WantedSlots(id, concurrency, admission.admitted)
        for id, admission in admissions.items()
        if admission.admitted and (concurrency := channels[id].settings.concurrency) is not None
    ]
    slots = await take_slots(connection, environment_id, wanted, now, claimed[0].claimed_until)
    found = {slot.channel_id for slot in slots}
    for id, concurrency, _ in wanted:
        if id not in found:  # what waits for a slot uses up nothing of the rate
            admissions[id] = in_line(before[id], len(sends[id]), concurrency, now)
    states = {id: admission.state for id, admission in admissions.items()}
    await store_states(connection, [state for id, state in states.items() if state != stored[id]])
    portions = {
        id: portion_of(those, admissions[id], now, chance) if id in admissions else unopened(those, now)
        for id, those in sends.items()
    }
    starting = [id for id, admission in admissions.items() if admission.admitted]
    return Batch(now, starting, portions, states, slots)


async def note_results(
    connection: Connection,
    environment_id: int,
    batch: Batch,
    tried: Sequence[Tried],
    ending: Ending,
    now: datetime,
) -> Mapping[UUID, ChannelState]:
    """Notes in the states of channels how sends of a batch went, and returns those of the ending's channels too."""
    results: dict[UUID, list[Sent | Failed]] = defaultdict(list)
    for send, result in tried:
        if not isinstance(result, Obstacle | Unprepared):
            results[send.channel_id].append(result)
    stored = await lock_states(connection, environment_id, results.keys() | ending.channel_ids)
    states = {}
    for id, before in stored.items():
        if id in results:
            states[id] = after(before, results[id], batch.at, now)
        elif id in ending.unheard:
            states[id] = untried(before, batch.states[id], now)
        else:
            states[id] = before
        warn_of_changes(before, states[id], now)
    await store_states(connection, [state for id, state in states.items() if state != stored[id]])
    return states


def by_channel(sends: Sequence[ClaimedSend]) -> dict[UUID, list[ClaimedSend]]:
    found: dict[UUID, list[ClaimedSend]] = defaultdict(list)
    for send in sends:
        found[send.channel_id].append(send)
    return dict(found)
