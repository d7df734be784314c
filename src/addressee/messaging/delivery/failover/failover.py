"""Failover as a job sees it: which sends of a batch go to stand-ins, before their attempts and after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from addressee.channels.sender import Failed, Sent
from addressee.database.pool import Pool
from addressee.directory.reading.reader import Reader
from addressee.messaging.delivery.attempts import judge
from addressee.messaging.delivery.batches import Batch
from addressee.messaging.delivery.channels.open_channels import JobChannels, OpenChannel
from addressee.messaging.delivery.channels.pacing import after
from addressee.messaging.delivery.failover.leaving import Leaving, has_stand_ins, leaving_after, leaving_before
from addressee.messaging.delivery.failover.stand_ins import Move, find_moves
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle, Tried, Unprepared
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.runs.store import Run

# A send, and its result as it counts.
Judged: TypeAlias = tuple[ClaimedSend, Sent | Failed]


@dataclass(frozen=True, slots=True)
class Failover:
    """The failover of the sends of one job. Nothing is looked up as long as no send leaves its channel."""

    pool: Pool
    reader: Reader
    links: LinkUrls
    run: Run | None
    channels: JobChannels

    async def before(self, batch: Batch, channels: Mapping[UUID, OpenChannel]) -> dict[str, Move]:
        """Returns the moves of sends whose channels cannot be used now, by their ids."""
        return await self._moves(leaving_before(batch, channels), batch.at)

    async def after(
        self, batch: Batch, tried: Sequence[Tried], channels: Mapping[UUID, OpenChannel], now: datetime
    ) -> dict[str, Move]:
        """Returns the moves of sends of a batch that their channels could not send, by their ids."""
        results: dict[UUID, list[Judged]] = defaultdict(list)
        for send, result in tried:
            if not isinstance(result, Obstacle | Unprepared) and has_stand_ins(send, channels[send.channel_id]):
                state = batch.states[send.channel_id]
                judged = judge(result, state, channels[send.channel_id].settings, now)
                results[send.channel_id].append((send, judged))
        leaving = []
        for id, those in results.items():
            state = after(batch.states[id], [result for _, result in those], batch.at, now)
            found = (leaving_after(send, result, channels[id], state, now) for send, result in those)
            leaving += [each for each in found if each is not None]
        return await self._moves(leaving, now)

    async def _moves(self, leaving: Iterable[Leaving], now: datetime) -> dict[str, Move]:
        found = list(leaving)
        if not found:
            return {}
        return await find_moves(self.pool, self.reader, self.run, found, self.channels, now, self.links)
