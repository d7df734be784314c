"""Results of the sends of a batch, which are recorded some at a time while others are under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from addressee.messaging.delivery.sends import Obstacle, Tried, Unprepared


class Results:
    """Collects results of sends as they come. `sends` were tried so far, the channels in `channel_ids` answered.

    `copied` are the addresses with which copies of messages went, or may have gone, by the ids of messages.
    """

    def __init__(self, enough: int) -> None:
        self._enough = enough
        self._waiting: list[Tried] = []
        self._are_enough = asyncio.Event()
        self.sends: set[str] = set()
        self.channel_ids: set[UUID] = set()
        self.copied: dict[str, str] = {}

    def add(self, tried: Tried) -> None:
        send, result = tried
        self._waiting.append(tried)
        self.sends.add(send.id)
        if not isinstance(result, Obstacle | Unprepared):
            self.channel_ids.add(send.channel_id)
        if len(self._waiting) >= self._enough:
            self._are_enough.set()

    async def until_enough(self, trying: asyncio.Task[None]) -> bool:
        """Waits until enough results wait, or trying has ended; returns whether there are enough."""
        enough = asyncio.create_task(self._are_enough.wait())
        try:
            await asyncio.wait((enough, trying), return_when=asyncio.FIRST_COMPLETED)
        finally:
            enough.cancel()
        return len(self._waiting) >= self._enough

    @contextmanager
    def to_record(self) -> Iterator[Sequence[Tried]]:
        """Yields the results that are not recorded yet. If that fails, they stay unrecorded."""
        taken, self._waiting = self._waiting, []
        self._are_enough.clear()
        try:
            yield taken
        except BaseException:
            self._waiting[:0] = taken
            raise
