"""The options of the command line, and the profiler that one of them starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SAMPLES_A_SECOND = 200


@dataclass(frozen=True)
class Options:
    """How large and how long measurements are, and the folder that their profiles are written to."""

    people: int  # of the large environment
    minutes: int  # of load, after which memory is measured
    profiles: Path | None = None

    @contextmanager
    def profiled(self, name: str, pid: int | None = None) -> Iterator[None]:
        """Samples the process of this id (this one by default) and its children meanwhile, if profiles are asked for.

        What it writes is a flame graph, `<name>.svg`. Processes of other accounts can be sampled by root alone.
        """
        if self.profiles is None:
            yield
            return
        self.profiles.mkdir(parents=True, exist_ok=True)
        sampler = subprocess.Popen(
            [
                Path(sys.executable).with_name("py-spy"),
                "record",
                "--pid",
                str(pid or os.getpid()),
                "--subprocesses",
                "--rate",
                str(SAMPLES_A_SECOND),
                "--output",
                self.profiles / f"{name}.svg",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            sampler.send_signal(signal.SIGINT)
            sampler.wait()
