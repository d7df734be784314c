"""Results of channels, stored as if they had been counted at a time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from addressee.database.pool import Pool
from addressee.traffic.measures import results_as
from addressee.traffic.minute_counts import MinuteCounts


async def store_results(pool: Pool, environment_id: int, channel_id: UUID, at: datetime, **results: int) -> None:
    """Stores how many tries of a channel came out how, by the names of outcomes."""
    counts = MinuteCounts(at.timestamp)
    for outcome, number in results.items():
        counts.add(environment_id, results_as(outcome), number, channel_id)
    await counts.flush(pool)
