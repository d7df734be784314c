"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.02


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    """Returns as soon as the condition holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, f"This did not come true within {seconds} seconds."
        await asyncio.sleep(POLL_SECONDS)


def eventually(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Does the same as `until` in synchronous tests."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"This did not come true within {seconds} seconds."
        time.sleep(POLL_SECONDS)
