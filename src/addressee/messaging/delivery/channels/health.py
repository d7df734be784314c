"""The health of channels: their states, and the results of the last hour and day, counted with the other traffic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from addressee.channels.sender import Failed, Failure, Sent
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.delivery.channels.channel_states import state_from
from addressee.messaging.delivery.channels.pacing import ChannelState
from addressee.messaging.delivery.sends import Obstacle, Tried, Unprepared
from addressee.traffic.counting import count
from addressee.traffic.measures import RESULTS, results_as
from addressee.traffic.traffic import SubjectCount, Traffic

SQL = load(__package__)

SENT = "sent"

# Channels are judged by the results of the last hour; a failure is remembered for longer.
RECENT = timedelta(hours=1)
REMEMBERED = timedelta(days=1)


class LastFailure(NamedTuple):
    """The last way in which messages failed within a day, and the minute."""

    failure: Failure
    minute: datetime


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """The health of a channel. `results` are the numbers of tries of the last hour, by their outcome."""

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
        self._traffic = Traffic(pool)

    async def of(self, environment_id: int, channel_ids: Sequence[UUID]) -> Mapping[UUID, ChannelHealth]:
        now = self._clock.now()
        states = await self._pool.fetch(
            *SQL["states_of_channels"](environment_id=environment_id, channel_ids=channel_ids)
        )
        known = {row["channel_id"]: state_from(row) for row in states}
        counted = await self._traffic.of_subjects(environment_id, channel_ids, now - RECENT, now - REMEMBERED)
        return {id: health(known.get(id, ChannelState(environment_id, id)), counted[id]) for id in channel_ids}


def health(state: ChannelState, counted: Sequence[SubjectCount]) -> ChannelHealth:
    """Returns how a channel with this state does, of which these results were counted."""
    results = {each.name.removeprefix(RESULTS): each for each in counted if each.name.startswith(RESULTS)}
    recent = {outcome: each.recent for outcome, each in results.items() if each.recent}
    failures = [LastFailure(Failure(outcome), each.last) for outcome, each in results.items() if outcome != SENT]
    return ChannelHealth(state, recent, max(failures, key=lambda failure: failure.minute, default=None))


def count_results(pool: Pool, environment_id: int, tried: Sequence[Tried]) -> None:
    """Counts the results of tries that were committed, by channel: what providers answered, or did not."""
    outcomes = Counter(
        (send.channel_id, outcome_of(result)) for send, result in tried if not isinstance(result, Obstacle | Unprepared)
    )
    for (channel_id, outcome), number in outcomes.items():
        count(pool, environment_id, results_as(outcome), number, channel_id)


def outcome_of(result: Sent | Failed) -> str:
    return result.failure.value if isinstance(result, Failed) else SENT
