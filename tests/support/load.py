"""Sixteen clients that go on writing and triggering while the service fails, and record the answers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import knockapi
from knockapi import AsyncKnock

Answer = TypeVar("Answer")

CLIENTS = 16
ROWS = 3
RETRY_SECONDS = 0.05
REQUEST_SECONDS = 15

TRY_AGAIN = 503


@dataclass
class Client:
    """A client that writes a rising count to a user of its own, to rows of its own in bulk, and into triggers.

    `answered` and `answered_in_bulk` are the counts whose write was answered, `runs` the run that each of its
    repetition keys was answered with. A write without an answer is not repeated, the next one comes with the next
    count; a trigger without an answer is repeated under its key, as SDKs do.
    """

    number: int
    knock: AsyncKnock
    answered: list[int] = field(default_factory=list)
    answered_in_bulk: list[int] = field(default_factory=list)
    runs: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"client-{self.number:02}"

    @property
    def rows(self) -> list[str]:
        return [f"{self.id}-row-{row}" for row in range(ROWS)]

    @property
    def notified(self) -> list[str]:
        """The recipients of its triggers: its own user and the next client's."""
        return [self.id, f"client-{(self.number + 1) % CLIENTS:02}"]

    async def arrive(self) -> None:
        await self.knock.users.update(self.id, name=f"Client {self.number}", email=f"{self.id}@example.com")

    async def run(self, ended: asyncio.Event) -> None:
        """Writes and triggers until `ended`, and completes what it has begun."""
        for count in itertools.count(1):
            if ended.is_set():
                return
            match count % 4:
                case 0:
                    await self._trigger(f"{self.id}-{count}")
                case 1:
                    await self._write_rows(count)
                case _:
                    await self._write(count)

    async def _write(self, count: int) -> None:
        answer = await self._once(lambda: self.knock.users.update(self.id, extra_body={"count": count}))
        if answer is not None:
            assert answer.to_dict()["count"] == count
            self.answered.append(count)

    async def _write_rows(self, count: int) -> None:
        rows: list[Any] = [{"id": row, "count": count} for row in self.rows]
        answer = await self._once(lambda: self.knock.users.bulk.identify(users=rows))
        if answer is not None:
            assert (answer.success_count, answer.error_count) == (ROWS, 0)
            self.answered_in_bulk.append(count)

    async def _trigger(self, key: str) -> None:
        answer = None
        while answer is None:
            answer = await self._once(
                lambda: self.knock.workflows.trigger("welcome", recipients=[*self.notified], idempotency_key=key)
            )
        self.runs[key] = answer.workflow_run_id

    async def _once(self, call: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Returns the answer, None without a connection or when the service asks to retry."""
        try:
            return await call()
        except knockapi.APIConnectionError:
            pass
        except knockapi.APIStatusError as error:
            if error.status_code != TRY_AGAIN:
                raise
        await asyncio.sleep(RETRY_SECONDS)
        return None


@asynccontextmanager
async def clients_at_work(url: str, key: str) -> AsyncIterator[list[Client]]:
    """Yields the clients, which work until the block ends."""
    async with AsyncKnock(api_key=key, base_url=url, max_retries=0, timeout=REQUEST_SECONDS) as knock:
        clients = [Client(number, knock) for number in range(CLIENTS)]
        await asyncio.gather(*(client.arrive() for client in clients))
        ended = asyncio.Event()
        working = asyncio.gather(*(client.run(ended) for client in clients))
        try:
            yield clients
        finally:
            ended.set()
            await working
