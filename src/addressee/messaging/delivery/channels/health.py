"""How well channels do: their states, and the results of the last hour and day, which are counted by minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from addressee.channels.sender import Failed, Failure, Sent
from addressee.database.expiry import delete_before
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.delivery.channels.channel_states import state_from
from addressee.messaging.delivery.channels.pacing import ChannelState

SQL = load(__package__)

SENT = "sent"

# Results are counted for so long, and judged by the last part of that.
KEPT = timedelta(days=1)
RECENT = timedelta(hours=1)


class CountedResult(NamedTuple):
    channel_id: UUID
    outcome: str
    number: int


class LastFailure(NamedTuple):
    """The last way in which messages failed within a day, and the minute."""

    failure: Failure
    minute: datetime


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How well a channel does. `results` are the numbers of tries of the last hour, by their outcome."""

    state: ChannelState
    results: Mapping[str, int] = field(default_factory=dict)
    last_failure: LastFailure | None = None

    @property
    def tried(self) -> int:
        return sum(self.results.values())

    @property
    def failed(self) -> int:
        return self.tried - self.results.get(SENT, 0)

    @property
    def error_share(self) -> float | None:
        """The share of the tries of the last hour that failed, from 0 to 1; None: nothing was tried."""
        return self.failed / self.tried if self.tried else None


class Healths:
    """Tells how well the channels of environments do."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def of(self, environment_id: int, channel_ids: Sequence[UUID]) -> Mapping[UUID, ChannelHealth]:
        now = self._clock.now()
        async with self._pool.acquire() as connection:
            states = await connection.fetch(
                *SQL["states_of_channels"](environment_id=environment_id, channel_ids=channel_ids)
            )
            results = await connection.fetch(
                *SQL["recent_results"](environment_id=environment_id, channel_ids=channel_ids, since=now - RECENT)
            )
            failures = await connection.fetch(
                *SQL["last_failures"](environment_id=environment_id, channel_ids=channel_ids)
            )
        known = {row["channel_id"]: state_from(row) for row in states}
        failed = {row["channel_id"]: LastFailure(Failure(row["outcome"]), row["minute"]) for row in failures}
        return {
            id: ChannelHealth(
                known.get(id, ChannelState(environment_id, id)),
                {row["outcome"]: row["number"] for row in results if row["channel_id"] == id},
                failed.get(id),
            )
            for id in channel_ids
        }


async def count_results(
    connection: Connection, environment_id: int, results: Mapping[UUID, Sequence[Sent | Failed]], now: datetime
) -> None:
    """Counts results of channels, whose states are locked by the caller."""
    counted = [
        CountedResult(id, outcome, number)
        for id, those in sorted(results.items())
        for outcome, number in sorted(Counter(map(outcome_of, those)).items())
    ]
    if counted:
        minute = now.replace(second=0, microsecond=0)
        await connection.execute(*SQL["count_results"](environment_id=environment_id, minute=minute, counted=counted))


async def delete_old_results(connection: Connection, now: datetime) -> None:
    """Deletes counts of results that are older than a day, some at a time."""
    await delete_before(connection, SQL["delete_old_results"], now - KEPT)


def outcome_of(result: Sent | Failed) -> str:
    return result.failure.value if isinstance(result, Failed) else SENT
