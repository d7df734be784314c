"""A handler that notes its jobs, and what tests of workers ask of the queue."""

import asyncio

from addressee.database.pool import AWAY, Pool
from tests.support.queue import Number, empty, wake


class Counting:
    """A handler that notes what it is given. What it is told to wait for, or to fail with, comes first."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failures: dict[int, list[Exception]] = {}

    async def __call__(self, job: Number) -> None:
        self.begun.append(job.number)
        if gate := self.gates.get(job.number):
            await gate.wait()
        if failures := self.failures.get(job.number):
            raise failures.pop(0)
        self.done.append(job.number)

    async def has_begun(self, *numbers: int) -> bool:
        return set(numbers) <= set(self.begun)

    async def has_done(self, *numbers: int) -> bool:
        return set(numbers) <= set(self.done)


async def spare_the_pauses(queue: Pool) -> None:
    """The pauses between attempts are not what is shown."""
    await queue.execute("UPDATE addressee.jobs SET due_at = now() WHERE due_at > now() AND held_at IS NULL")
    await wake(queue)


async def is_empty(queue: Pool) -> bool:
    try:
        return await empty(queue)
    except AWAY:
        return False
