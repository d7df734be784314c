"""A real service for tests: `addressee serve` as a process of its own, with keys made by the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 60
POLL_SECONDS = 0.05

READY = '"event":"ready"'


@dataclass
class Service:
    """Where a service is; it can be killed and started again on the same data."""

    data_dir: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    arguments: tuple[str, ...] = ()
    starts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        file = self.data_dir / "service.log"
        return file.read_text() if file.exists() else ""

    def create_key(self, kind: str = "secret", environment: str = "development") -> str:
        made = self.command("keys", "create", "--environment", environment, "--kind", kind, "--json")
        return str(json.loads(made)["key"])

    def command(self, *arguments: str) -> str:
        """Returns the output of a command that is run on this service's data."""
        return subprocess.run(
            [sys.executable, "-m", "addressee.cli", *arguments, "--data-dir", str(self.data_dir)],
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def start(self) -> None:
        self.starts = self.log.count(READY)
        with (self.data_dir / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*serve_command(self.data_dir, self.port), *self.arguments],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until the service itself says so: before that, an end of one of its processes is the end of all."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log
            if self.log.count(READY) > self.starts:
                return
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"The service did not start.\n{self.log}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(STOP_SECONDS)


def serve_command(data_dir: Path, port: int) -> list[str]:
    """The database stays small, however much memory the machine has; arguments that follow may choose otherwise."""
    where = ["--data-dir", str(data_dir), "--port", str(port)]
    return [sys.executable, "-m", "addressee.cli", "serve", *where, "--postgres-setting", "shared_buffers=128MB"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_service(data_dir: Path, *arguments: str, **environment: str) -> Iterator[Service]:
    """Runs a service on a data folder of its own until the block ends. `arguments` go to `addressee serve`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    service = Service(data_dir, free_port(), {**os.environ, **environment}, None, arguments)  # type: ignore[arg-type]
    service.start()
    try:
        yield service
    finally:
        service.stop()
