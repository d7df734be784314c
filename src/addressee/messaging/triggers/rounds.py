"""Rounds: what callers ask for at the same time is carried out together, one round at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from addressee.directory.errors import OverloadedError

MAX_WAITING = 20_000

# A round carries out so many, or fewer that are large.
MAX_AT_ONCE = 100
MAX_BYTES = 16_000_000

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asking(Generic[T, R]):
    """An item that somebody asked for, and the future of its answer."""

    item: T
    bytes: int
    answer: asyncio.Future[R]


class Rounds(Generic[T, R]):
    """Carries out items in rounds: those that come while one is carried out wait for its end and share the next one.

    `carry_out` returns an answer for each item, or the exception to be raised.
    """

    def __init__(self, carry_out: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._carry_out = carry_out
        self._waiting: deque[Asking[T, R]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def ask(self, item: T, bytes: int = 0) -> R:
        """Returns the answer to an item. Raises OverloadedError, or what is the answer to it."""
        if len(self._waiting) >= MAX_WAITING:
            raise OverloadedError("Too many requests are waiting; try again in a moment.")
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append(Asking(item, bytes, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        try:
            while asking := self._take():
                await self._answer(asking)
        finally:
            self._running = None

    def _take(self) -> list[Asking[T, R]]:
        taken: list[Asking[T, R]] = []
        bytes = 0
        while self._waiting and len(taken) < MAX_AT_ONCE:
            bytes += self._waiting[0].bytes
            if taken and bytes > MAX_BYTES:
                break
            taken.append(self._waiting.popleft())
        return taken

    async def _answer(self, asking: Sequence[Asking[T, R]]) -> None:
        try:
            answers = await self._carry_out([each.item for each in asking])
        except Exception as error:
            answers = [error] * len(asking)
        except BaseException:
            for each in asking:
                each.answer.cancel()
            raise
        for each, answer in zip(asking, answers, strict=True):
            if each.answer.done():
                continue  # its caller went away
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)
