"""The embedded PostgreSQL: a child process that serves one folder, without a network.

A server is alive while its lock is held, which all its processes inherit; pid files do not count.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

from addressee.database.embedded.binaries import ENVIRONMENT, programs_for
from addressee.database.embedded.cluster import Cluster, OpenPath
from addressee.database.embedded.creation import prepare
from addressee.database.embedded.leftovers import end_leftovers
from addressee.database.embedded.settings import SETTINGS
from addressee.database.target import Target, answers
from addressee.processes import Account, ProcessError, Service, StopSignal, start, stop

# A smart shutdown waits for clients; a fast one ends their connections; the last two are not clean.
STOP_SIGNALS = (
    StopSignal(signal.SIGTERM, 3),
    StopSignal(signal.SIGINT, 60),
    StopSignal(signal.SIGQUIT, 10),
    StopSignal(signal.SIGKILL, 10),
)

# Another server of the folder may be shutting down.
LOCK_SECONDS = 30.0
# After a crash the server first replays its write-ahead log.
START_SECONDS = 300.0
POLL_SECONDS = 0.05
LOG_CHECK_SECONDS = 60.0


class FolderInUseError(ProcessError):
    """Another process runs the server of this folder."""


class EmbeddedPostgres:
    """Runs the server of `folder` in an `async with`: creates it when there is none, restarts it when it ends.

    `settings` override the usual ones. Entering waits up to `patience` seconds for another server of the
    folder to end, then raises FolderInUseError. It raises SetupError or ProcessError when there can be no
    server. `service.running` is done only when the server has been given up.
    """

    def __init__(
        self, folder: Path, *, settings: Mapping[str, str] | None = None, patience: float = LOCK_SECONDS
    ) -> None:
        self.cluster = Cluster(folder)
        self.service = Service("database", self._start, STOP_SIGNALS)
        self._settings = {**SETTINGS, **(settings or {})}
        self._patience = patience

    async def __aenter__(self) -> Self:
        await self.service.__aenter__()
        self._bounding_log = asyncio.create_task(self._bound_log())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._bounding_log.cancel()
        await self.service.__aexit__(*error)

    @cached_property
    def target(self) -> Target:
        """The target to connect to, from the first start on."""
        return self.cluster.target()

    async def _start(self) -> Process:
        lock = await self._wait_for_lock()
        try:
            account = self.cluster.account()
            log = self.cluster.open_log()
            try:
                await prepare(self.cluster, account, lock, log)
                process = await self._start_server(account, lock, log)
            finally:
                os.close(log)
        finally:
            os.close(lock)
        try:
            await self._wait_until_ready(process)
        except BaseException:
            await stop(process, STOP_SIGNALS[1:])
            raise
        return process

    async def _wait_for_lock(self) -> int:
        until = time.monotonic() + self._patience
        while (lock := self.cluster.lock()) is None:
            if time.monotonic() >= until:
                raise FolderInUseError(f"Another process runs the database in {self.cluster.folder}: stop it first.")
            end_leftovers(self.cluster)
            await asyncio.sleep(POLL_SECONDS)
        return lock

    async def _start_server(self, account: Account | None, lock: int, log: int) -> Process:
        data, socket = OpenPath(self.cluster.data), OpenPath(self.cluster.socket)
        try:
            settings = {**self._settings, "unix_socket_directories": socket.path}
            return await start(
                [
                    programs_for(account) / "postgres",
                    "-D",
                    data.path,
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                environment=ENVIRONMENT,
                account=account,
                open_files=(lock, data.descriptor, socket.descriptor),
                output=log,
                dies_by=signal.SIGINT,
            )
        finally:
            data.close()
            socket.close()

    async def _wait_until_ready(self, process: Process) -> None:
        until = time.monotonic() + START_SECONDS
        while not await answers(self.target):
            if process.returncode is not None:
                raise ProcessError(f"PostgreSQL ended while it started: {self.cluster.log_tail()}")
            if time.monotonic() >= until:
                raise ProcessError(f"PostgreSQL did not answer within {START_SECONDS:.0f} seconds.")
            await asyncio.sleep(POLL_SECONDS)

    async def _bound_log(self) -> None:
        while True:
            await asyncio.sleep(LOG_CHECK_SECONDS)
            self.cluster.bound_log()
