"""Shutdown on SIGTERM or Ctrl-C."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


def stop_on_signals() -> asyncio.Event:
    """Returns an event that the first signal sets; further ones change nothing."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def run_until_signal(running: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine, cancels it at the first signal and waits until it has ended."""
    stop = stop_on_signals()
    task = asyncio.create_task(running)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.result()
