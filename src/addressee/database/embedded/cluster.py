"""The folder of the embedded PostgreSQL: its files, its owner, and the lock of its server.

postgres/data      the database cluster, of the account that runs the server
postgres/socket    where the server listens
postgres/password  of the superuser
postgres/lock      held by every process of a running server
postgres/log       the server's log
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addressee.database.errors import SetupError, UnreachableError
from addressee.database.secret_files import make_data_folder
from addressee.database.target import Target

if TYPE_CHECKING:
    from addressee.processes import Account

USER = "addressee"
DATABASE = "addressee"

ACCOUNTS = ("addressee", "postgres", "nobody")

LOG_LIMIT_BYTES = 8 * 1024 * 1024
LOG_TAIL_LINES = 5


class OpenPath:
    """A file or folder that is held open, so that a child process can reach it, and sockets in it, by `path`.

    On Linux neither the length of the real path nor the permissions of its parent folders then matter.
    """

    def __init__(self, real: Path) -> None:
        self.descriptor = os.open(real, os.O_RDONLY)
        self.path = f"/proc/self/fd/{self.descriptor}" if sys.platform == "linux" else str(real)

    def close(self) -> None:
        os.close(self.descriptor)


@dataclass(frozen=True, slots=True)
class Cluster:
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    def target(self) -> Target:
        """Returns how to connect. Holds the socket folder open for the rest of the process.

        Raises UnreachableError when there is no server in this folder yet.
        """
        try:
            password = self.password.read_text()
            socket = OpenPath(self.socket)
        except (FileNotFoundError, NotADirectoryError):
            raise UnreachableError(
                f"There is no database in {self.folder} yet: run `addressee serve` on this data folder first."
            ) from None
        arguments = {
            "host": socket.path,
            "user": USER,
            "password": password,
            "database": DATABASE,
            "ssl": False,
        }
        return Target(arguments, embedded=True)

    def account(self) -> Account | None:
        """Returns the account that runs the server. None is that of this process, unless it is root.

        Raises SetupError when root finds no other account.
        """
        from addressee.processes import Account

        if os.geteuid() != 0:
            return None
        if self.data.exists():
            owner = self.data.stat()
            if owner.st_uid == 0:
                raise SetupError(
                    f"{self.data} belongs to root, as whom PostgreSQL does not run: "
                    f"give it to another account (chown -R postgres: {self.data})."
                )
            return Account(owner.st_uid, owner.st_gid)
        for name in ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(entry.pw_uid, entry.pw_gid)
        raise SetupError(
            f"PostgreSQL does not run as root, and there is no account {', '.join(ACCOUNTS)}: "
            "create one (useradd --system addressee) or start as another user."
        )

    def lock(self) -> int | None:
        """Returns the open lock file; None while a process of a server of this folder is alive.

        A process that inherits the descriptor holds the lock until it ends.
        """
        make_data_folder(self.folder.parent)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def open_log(self) -> int:
        """Opens the log for appending."""
        self.bound_log()
        return os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def bound_log(self) -> None:
        """Moves a long log's content to `log.1`. The server keeps writing to the same file."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copy(self.log, self.log.with_name("log.1"))
            os.truncate(self.log, 0)

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return " | ".join(lines[-LOG_TAIL_LINES:])
