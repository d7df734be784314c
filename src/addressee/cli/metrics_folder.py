"""The folder in which the processes of one service share their metrics, among the machine's temporary files.

A service that is killed leaves its folder behind. A folder is in use while its process holds a lock; the next service
removes the others.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "addressee-metrics-"
LOCK = "lock"


@contextmanager
def metrics_folder() -> Iterator[Path]:
    """Makes a folder and removes it at the end. Removes those of killed services first."""
    remove_abandoned(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = hold(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def hold(folder: Path) -> int:
    """Locks a folder until the returned descriptor is closed. The lock file gets its name once it is locked."""
    unnamed = folder / f"{LOCK}.new"
    lock = os.open(unnamed, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(folder / LOCK)
    return lock


def remove_abandoned(parent: Path) -> None:
    """Removes this account's folders that no process holds. Those that cannot be removed are left."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.geteuid() and is_abandoned(folder):
                shutil.rmtree(folder)


def is_abandoned(folder: Path) -> bool:
    """Returns whether no process holds a folder. Raises OSError without a lock file: a service is just making it."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
