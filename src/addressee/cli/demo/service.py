"""The service of the demo: a child process on a data folder that is removed at the end."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from addressee.cli.api import GRACE_SECONDS
from addressee.cli.errors import CommandError
from addressee.database.environment_variables import MASTER_KEY
from addressee.database.installation import Installation
from addressee.processes import StopSignal, start, stop

# It ends three children in order, each within a grace period.
STOP_SIGNALS = (StopSignal(signal.SIGTERM, 3 * GRACE_SECONDS), StopSignal(signal.SIGKILL, 5))

READY_SECONDS = 120.0
POLL_SECONDS = 0.05
LOG_TAIL_LINES = 5
PASSWORD_BYTES = 12

COMMAND = (sys.executable, "-m", "addressee.cli")


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    installation: Installation
    log: Path
    process: Process

    @property
    def outbox(self) -> Path:
        """The folder of the e-mails of the environment `development`."""
        return self.installation.data_dir / "outbox" / "development"

    def warnings(self) -> list[str]:
        """Returns the lines of the service's log above the level `info`."""
        return [line for line in lines_of(self.log) if '"level":"info"' not in line]

    async def stop(self) -> None:
        """Ends the processes of the service; its folder stays."""
        await stop(self.process, STOP_SIGNALS)

    async def add_operator(self, email: str, name: str) -> str:
        """Adds an operator who may do everything, and returns the password. Raises CommandError."""
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(password)
            file.flush()
            await self.command(
                "operators", "add", email, "--name", name, "--role", "admin", "--password-file", file.name
            )
        return password

    async def create_key(self) -> str:
        """Makes a secret key as an operator does. Raises CommandError."""
        made = await self.command("keys", "create", "--environment", "development", "--kind", "secret", "--json")
        return str(json.loads(made)["key"])

    async def command(self, *asked: str, **environment: str) -> bytes:
        """Runs a command of `addressee` as an operator does, and returns its output. Raises CommandError."""
        around = {**environment_of(self.installation), **environment}
        process = await start([*COMMAND, *asked], environment=around, output=PIPE)
        try:
            output, errors = await process.communicate()
        finally:
            await stop(process, STOP_SIGNALS)
        if process.returncode != 0:
            raise CommandError(f"`addressee {' '.join(asked)}` failed: {errors.decode().strip()}")
        return output


@asynccontextmanager
async def temporary_service() -> AsyncIterator[Service]:
    """`addressee serve` on any free port, on a folder that is removed at the end. Raises CommandError when it fails."""
    with tempfile.TemporaryDirectory(prefix="addressee-demo-") as folder:
        async with service_on(Installation(Path(folder) / "data"), Path(folder) / "log") as service:
            yield service


@asynccontextmanager
async def service_on(installation: Installation, log: Path) -> AsyncIterator[Service]:
    """`addressee serve` on any free port, on a folder that stays. Raises CommandError when it fails."""
    with log.open("wb") as output:
        process = await start(
            [*COMMAND, "serve", "--port", "0"],
            environment=environment_of(installation),
            output=output.fileno(),
            dies_by=signal.SIGTERM,
        )
    try:
        yield Service(await wait_until_ready(process, log), installation, log, process)
    finally:
        await stop(process, STOP_SIGNALS)


def environment_of(installation: Installation) -> Mapping[str, str]:
    """Returns this process's environment, with the demo's installation in place of any other."""
    inherited = {name: value for name, value in os.environ.items() if name != MASTER_KEY}
    return {**inherited, **installation.to_environment()}


async def wait_until_ready(process: Process, log: Path) -> str:
    """Returns the URL of the service from its log. Raises CommandError when it does not start."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.returncode is None:
        if url := announced_url(log):
            return url
        await asyncio.sleep(POLL_SECONDS)
    raise CommandError(f"The service did not start. The end of its log:\n{log_tail(log)}")


def announced_url(log: Path) -> str | None:
    ready = [line for line in lines_of(log) if '"event":"ready"' in line and line.endswith("}")]
    return str(json.loads(ready[0])["url"]) if ready else None


def log_tail(log: Path) -> str:
    return "\n".join(lines_of(log)[-LOG_TAIL_LINES:])


def lines_of(log: Path) -> list[str]:
    return log.read_text().splitlines()
