"""The processor time of a service's processes: it tells the cost of work, also on a machine that is shared."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tests.support.kernel import descendants
from tests.support.service import Service

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(service: Service, command: str) -> float:
    """Returns what the processes have taken so far whose command line has these words.

    Those that have ended are counted by their parent.
    """
    below = descendants(service.process.pid)
    return cpu_seconds_of(pid for pid, words in below.items() if command in words)


def cpu_seconds_of(pids: Iterable[int]) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(sum(map(int, each[11:15])) for each in fields) / TICKS
