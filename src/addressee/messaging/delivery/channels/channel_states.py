"""The states of channels, which all workers of an installation share, and the slots of their concurrency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog

from addressee.channels.sender import Failure
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.delivery.channels.pacing import ChannelState

SQL = load(__package__)

log = structlog.get_logger()


async def lock_states(
    connection: Connection, environment_id: int, channel_ids: Collection[UUID]
) -> dict[UUID, ChannelState]:
    """Returns the states of channels, locked in one order until the transaction ends; that of a new one is empty.

    They come last in the order of locks (`lock_messages`): whoever holds one asks for no message and no send that is
    not guarded already.
    """
    ids = sorted(channel_ids)
    if not ids:
        return {}
    rows = await connection.fetch(*SQL["lock_channel_states"](environment_id=environment_id, channel_ids=ids))
    if len(rows) < len(ids):
        await connection.execute(*SQL["insert_channel_states"](environment_id=environment_id, channel_ids=ids))
        rows = await connection.fetch(*SQL["lock_channel_states"](environment_id=environment_id, channel_ids=ids))
    return {row["channel_id"]: state_from(row) for row in rows}


async def read_state(connection: Connection, environment_id: int, channel_id: UUID) -> ChannelState:
    """Returns the state of a channel as it is committed, without a lock."""
    row = await connection.fetchrow(*SQL["channel_state"](environment_id=environment_id, channel_id=channel_id))
    return ChannelState(environment_id, channel_id) if row is None else state_from(row)


async def read_states(pool: Pool, environment_id: int, channel_ids: Collection[UUID]) -> dict[UUID, ChannelState]:
    """Returns the states of channels as they are committed, without a lock."""
    rows = await pool.fetch(*SQL["states_of_channels"](environment_id=environment_id, channel_ids=channel_ids))
    stored = {row["channel_id"]: state_from(row) for row in rows}
    return {id: stored.get(id, ChannelState(environment_id, id)) for id in channel_ids}


async def store_states(connection: Connection, states: Sequence[ChannelState]) -> None:
    if states:
        await connection.execute(*SQL["update_channel_states"](states=states))


class TroubledChannel(NamedTuple):
    """A channel that pauses for a reason, or whose addresses are not disabled as too many of them bounce."""

    environment: str
    channel: str
    paused_for: str | None
    keeps_addresses: bool


class WantedSlots(NamedTuple):
    """The number of slots that a worker wants of a channel, which has `concurrency` of them."""

    channel_id: UUID
    concurrency: int
    number: int


class HeldSlot(NamedTuple):
    """A slot of a channel that a worker holds until it gives it back, or until a time if it dies."""

    channel_id: UUID
    slot: int
    held_until: datetime


async def take_slots(
    connection: Connection, environment_id: int, wanted: Sequence[WantedSlots], now: datetime, until: datetime
) -> list[HeldSlot]:
    """Takes slots that nobody holds, until a time. The states of the channels are locked by the caller."""
    if not wanted:
        return []
    rows = await connection.fetch(
        *SQL["take_channel_slots"](environment_id=environment_id, wanted=wanted, now=now, held_until=until)
    )
    return [HeldSlot(row["channel_id"], row["slot"], row["held_until"]) for row in rows]


async def release_slots(connection: Connection, environment_id: int, slots: Sequence[HeldSlot]) -> None:
    if slots:
        await connection.execute(*SQL["release_channel_slots"](environment_id=environment_id, slots=slots))


async def troubled_channels(pool: Pool, now: datetime) -> list[TroubledChannel]:
    """Returns the channels of all environments with which something is wrong."""
    return [TroubledChannel(*row) for row in await pool.fetch(*SQL["troubled_channels"](now=now))]


def state_from(row: asyncpg.Record) -> ChannelState:
    fields = dict(row)
    reason = fields.pop("paused_for")
    return ChannelState(**fields, paused_for=None if reason is None else Failure(reason))


def warn_of_changes(before: ChannelState, state: ChannelState, now: datetime) -> None:
    """Logs when a channel pauses, and when its addresses are disabled no more."""
    if state.paused_at != before.paused_at and state.paused_for is not None:
        log.warning("channel paused", channel_id=state.channel_id, reason=state.paused_for, until=state.paused_until)
    if state.keeps_addresses(now) and not before.keeps_addresses(now):
        log.warning("addresses of channel are kept", channel_id=state.channel_id, tried=state.tried, dead=state.dead)
