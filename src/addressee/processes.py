"""Child processes. None outlives its parent; services are started again when they end."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

import structlog

# Loaded here, because a child must not load libraries between fork and exec.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1

# A service that ends this often, each time within the steady time, is given up.
FAILURES_IN_A_ROW = 10
STEADY_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger()


class ProcessError(Exception):
    """A required process does not run. The message says which one and why."""


class Account(NamedTuple):
    """The account that a child runs as."""

    uid: int
    gid: int


class StopSignal(NamedTuple):
    """A signal to end a process, and the seconds that it then gets to end."""

    signal: signal.Signals
    seconds: float


def die_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    """Ends this process with its parent, if it was started by `multiprocessing`."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        bind_to(parent.pid, by)


def bind_to(parent: int, by: signal.Signals) -> None:
    """Has the kernel send `by` to this process when the process `parent` ends. Linux only.

    The kernel watches the thread that started this process: start children from a thread that lasts.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, by.value)
    if os.getppid() != parent:
        os._exit(1)


async def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    account: Account | None = None,
    open_files: Sequence[int] = (),
    output: int | None = None,
    input_file: int = DEVNULL,
    dies_by: signal.Signals = signal.SIGKILL,
) -> Process:
    """Starts a child that gets the signal `dies_by` when this process ends.

    It runs in a session of its own, so that Ctrl-C in a terminal reaches only the parent, which stops its
    children in order. `output` is the file for its standard output and error; None: the parent's.
    """
    return await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=input_file,
        stdout=output,
        stderr=output,
        cwd="/" if account else None,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        pass_fds=tuple(open_files),
        start_new_session=True,
        preexec_fn=partial(bind_to, os.getpid(), dies_by),
    )


async def stop(process: Process, signals: Sequence[StopSignal]) -> None:
    """Ends a process by one signal after the other."""
    for each in signals:
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(each.signal)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), each.seconds)


class Service:
    """A process that is started again, after growing pauses, whenever it ends.

    `start` returns once the process is ready, or raises ProcessError. The task `running` ends only when the service is
    given up, with a ProcessError.
    """

    def __init__(
        self,
        name: str,
        start: Callable[[], Awaitable[Process]],
        stop_signals: Sequence[StopSignal],
    ) -> None:
        self._name = name
        self._start = start
        self._stop_signals = stop_signals

    async def __aenter__(self) -> Self:
        self._process = await self._start()
        self.running = asyncio.create_task(self._keep_running())
        return self

    async def __aexit__(self, *error: object) -> None:
        self.running.cancel()
        await asyncio.wait((self.running,))
        await stop(self._process, self._stop_signals)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def _keep_running(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            code = await self._process.wait()
            failures = failures + 1 if time.monotonic() - began < STEADY_SECONDS else 1
            await self._start_again(failures, f"it ended with code {code}")

    async def _start_again(self, failures: int, reason: str) -> None:
        for failure in range(failures, FAILURES_IN_A_ROW):
            log.warning("process starts again", process=self._name, reason=reason)
            await asyncio.sleep(min(FIRST_PAUSE_SECONDS * 2**failure, LONGEST_PAUSE_SECONDS))
            try:
                self._process = await self._start()
            except ProcessError as error:
                reason = str(error)
            else:
                return
        raise ProcessError(f"The {self._name} failed {FAILURES_IN_A_ROW} times in a row, at last: {reason}")


class Together:
    """Services that start together, and end together."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = services

    async def __aenter__(self) -> Sequence[Service]:
        async with AsyncExitStack() as started:
            for service in self._services:
                await started.enter_async_context(service)
            started.pop_all()
        return self._services

    async def __aexit__(self, *error: object) -> None:
        await asyncio.gather(*(service.__aexit__(*error) for service in self._services))
