"""Processes left over from a server whose first process, the postmaster, was killed.

They notice when they wait for something, which may take them a minute; until then they hold the lock of
the folder, and no server can start. Here they are ended, if it is certain that they belong to a server that is dead.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

from addressee.database.embedded.cluster import Cluster

PROCESSES = Path("/proc")
PROGRAM = "postgres"

# It has ended or closed the file meanwhile, or is none of this account's business.
NOT_SEEN = (FileNotFoundError, ProcessLookupError, PermissionError)

log = structlog.get_logger()


def end_leftovers(cluster: Cluster) -> None:
    """Kills what is left of a dead server of this folder, which may be nothing. Linux only.

    There is nobody whom this could harm: the server's shared memory ends with these processes, and whoever starts next
    recovers from the write-ahead log, as after any crash.
    """
    if sys.platform != "linux" or not postmaster_is_dead(cluster):
        return
    for pid in processes_of_servers():
        try:
            process = os.pidfd_open(pid)
        except OSError:  # it has ended, or the kernel is an old one
            continue
        # From here on the number cannot become another process's unnoticed.
        try:
            if is_leftover(cluster, pid):
                signal.pidfd_send_signal(process, signal.SIGKILL)
                log.warning("process of a dead database server ended", pid=pid)
        except OSError:
            continue
        finally:
            os.close(process)


def is_leftover(cluster: Cluster, pid: int) -> bool:
    """Returns whether a process of PostgreSQL is left of a dead server of this folder. Raises OSError if it has ended.

    Who holds the lock is of the last server: the next one starts when nobody does, after it has removed the pid file
    that this one left. So the pid file is read after the lock was seen. Numbers in it mean nothing in other namespaces.
    """
    return (
        holds_lock(cluster, pid)
        and (PROCESSES / str(pid) / "ns/pid").readlink() == (PROCESSES / "self/ns/pid").readlink()
        and not holds_lock(cluster, parent_of(pid))
        and postmaster_is_dead(cluster)
    )


def postmaster_is_dead(cluster: Cluster) -> bool:
    """Returns whether the pid file names a process that is no server of this folder. False without a pid file."""
    try:
        postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return not holds_lock(cluster, postmaster)


def holds_lock(cluster: Cluster, pid: int) -> bool:
    """Returns whether a process has the lock file open. False for one that has ended or is another account's.

    All processes of a server have one account: where one of them can be seen, so can its postmaster.
    """
    lock = cluster.lock_file.stat()
    try:
        descriptors = list((PROCESSES / str(pid) / "fd").iterdir())
    except NOT_SEEN:
        return False
    return any(is_open_as(descriptor, lock) for descriptor in descriptors)


def is_open_as(descriptor: Path, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(descriptor.stat(), file)
    except NOT_SEEN:
        return False


def parent_of(pid: int) -> int:
    return int((PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])


def processes_of_servers() -> Iterator[int]:
    """Yields the processes of all PostgreSQL servers whose program this account may see."""
    for entry in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            # An upgrade may have deleted the program: then words follow its name.
            if (entry / "exe").readlink().name.split()[0] == PROGRAM:
                yield int(entry.name)
