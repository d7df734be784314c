"""The memory of processes that run for long: garbage is collected rarely, and what is freed goes back to the system."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys

COLLECT_AFTER_OBJECTS = 50_000
TRIM_SECONDS = 60.0

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def tune_memory() -> None:
    """Tunes this process. Called once, at the end of its start, from its event loop."""
    collect_rarely()
    trim_regularly()


def collect_rarely() -> None:
    """Exempts the objects of the start from garbage collection, and collects less often.

    The collector frees cycles, of which requests and jobs leave few. With Python's defaults it takes about a seventh of
    a request's time, and a quarter of a fan-out's. Structs of data that are made for each write, like `Recipient`,
    have `gc=False`, so that it neither counts nor looks at them: nothing that they hold refers to them, so no cycle
    goes through them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 50)


def trim_regularly() -> None:
    """Returns freed memory to the system, now and once a minute from now on."""
    trim()
    asyncio.get_running_loop().call_later(TRIM_SECONDS, trim_regularly)


def trim() -> None:
    """Returns freed memory to the system.

    glibc does so by itself only at the end of its heap: a process would stay as large as its greatest peak, and larger
    by what lies between blocks in use. Other C libraries than glibc have no such function.
    """
    if LIBC is not None and hasattr(LIBC, "malloc_trim"):
        LIBC.malloc_trim(0)
