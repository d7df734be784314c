"""Kills the connection of a worker at a statement, as its death would, and has the work done again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from addressee.database.pool import AWAY
from addressee.directory.errors import UnavailableError


@contextmanager
def killed_at(statement: int) -> Iterator[list[int]]:
    """Kills the connection that sends the n-th statement from now on, before the server gets it."""
    sent = [0]
    originals = {name: getattr(asyncpg.Connection, name) for name in ("execute", "fetch", "fetchrow", "fetchval")}

    def counted(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(self: Any, *arguments: Any, **rest: Any) -> Any:
            sent[0] += 1
            if sent[0] == statement:
                self.terminate()
                raise asyncpg.ConnectionDoesNotExistError
            return await original(self, *arguments, **rest)

        return run

    for name, original in originals.items():
        setattr(asyncpg.Connection, name, counted(original))
    try:
        yield sent
    finally:
        for name, original in originals.items():
            setattr(asyncpg.Connection, name, original)


async def carried_out(what: Callable[[], Awaitable[Any]], statement: int) -> bool:
    """Kills a connection at the n-th statement of something and does it again. Returns whether it had as many."""
    with killed_at(statement) as sent, suppress(*AWAY, UnavailableError):
        await what()
    await what()
    return sent[0] >= statement
