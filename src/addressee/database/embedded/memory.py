"""The memory that this process may use: that of the machine, or less where a control group limits it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

# The files in which Linux shows the limits, for both versions of control groups.
UNIFIED = (Path("/sys/fs/cgroup"), "memory.max")
LEGACY = (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes")


def memory_bytes() -> int:
    return min(machine_memory(), *limits())


def machine_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def limits(
    groups: Path = Path("/proc/self/cgroup"),
    unified: tuple[Path, str] = UNIFIED,
    legacy: tuple[Path, str] = LEGACY,
) -> Iterator[int]:
    """Yields the limits of the control groups that this process is in, and of those around them."""
    try:
        lines = groups.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from limits_along(path, *unified)
        elif "memory" in controllers.split(","):
            yield from limits_along(path, *legacy)


def limits_along(path: str, root: Path, name: str) -> Iterator[int]:
    """Yields the limits of a control group and of those around it.

    In a container the path may be the host's, of which only the root exists.
    """
    below = PurePosixPath(path.lstrip("/"))
    for folder in (below, *below.parents):
        try:
            yield int((root / folder / name).read_text())
        except (OSError, ValueError):  # not there, or `max`
            continue
