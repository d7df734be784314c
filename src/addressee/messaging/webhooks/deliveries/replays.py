"""Replays: endpoints are told again of what they were told, or of what could not be told to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.webhooks.deliveries.deliveries import FIRST_ID, LAST_ID, first_id_of

SQL = load(__package__)

# The deliveries of one call.
MAX_AT_ONCE = 10_000


class Replays:
    """Has deliveries be tried again, under the ids that they had, so that receivers know them."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def again(self, environment_id: int, endpoint_id: UUID, delivery_ids: Sequence[UUID]) -> int:
        """Returns how many of these deliveries are tried again: those that are not pending already.

        They come before what is pending of the same recipients, as they happened before it. Of more than MAX_AT_ONCE,
        only the first ones are.
        """
        count: int = await self._pool.fetchval(
            *SQL["send_again"](
                environment_id=environment_id,
                endpoint_id=endpoint_id,
                ids=delivery_ids[:MAX_AT_ONCE],
                now=self._clock.now(),
            )
        )
        return count

    async def failed_again(
        self, environment_id: int, endpoint_id: UUID, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """Has what failed be tried again, of a period, the earliest first; `since` is included, `until` is not.

        Returns how many are: MAX_AT_ONCE at most, and then there may be more.
        """
        count: int = await self._pool.fetchval(
            *SQL["send_failed_again"](
                environment_id=environment_id,
                endpoint_id=endpoint_id,
                first_id=FIRST_ID if since is None else first_id_of(since),
                last_id=LAST_ID if until is None else first_id_of(until),
                limit=MAX_AT_ONCE,
                now=self._clock.now(),
            )
        )
        return count
