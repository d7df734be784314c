"""Settings of the embedded PostgreSQL: fixed ones, those that depend on the machine's memory, and the operator's."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from addressee.database.embedded.binaries import ENVIRONMENT, programs_for
from addressee.database.errors import SetupError

KB = 1024
MB = 1024 * KB
GB = 1024 * MB

MAX_CONNECTIONS = 100

# They keep the server off the network and personal data out of its log.
RESERVED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # Statements and the details of errors hold people's addresses.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "cluster_name": "addressee",
}

SETTINGS = {
    **RESERVED,
    "max_connections": str(MAX_CONNECTIONS),
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # The server is built without lz4, and pglz takes more time for the image of a page than its bytes are worth.
    "wal_compression": "off",
    "log_checkpoints": "off",
}

# Addressee itself chooses the data folder and the socket, and bounds the log.
NOT_TO_SET = {
    *RESERVED,
    "config_file",
    "data_directory",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "log_destination",
    "logging_collector",
    "port",
    "unix_socket_directories",
    "unix_socket_group",
}

ERROR_MARKS = ("FATAL:", "HINT:")


def sized_for(memory: int) -> dict[str, str]:
    """Returns the settings for a server that shares a machine with the service. `memory` is in bytes."""
    shared_buffers = bounded(memory // 4, 128 * MB, 8 * GB)
    return {
        "shared_buffers": amount(shared_buffers),
        "effective_cache_size": amount(max(memory // 4 * 3, 256 * MB)),
        "work_mem": amount(bounded(memory // 4 // MAX_CONNECTIONS, 4 * MB, 64 * MB)),
        "maintenance_work_mem": amount(bounded(memory // 16, 64 * MB, GB)),
        "max_wal_size": amount(bounded(shared_buffers, 2 * GB, 8 * GB)),
    }


def bounded(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))


def amount(size: int) -> str:
    return f"{size // KB}kB"


def chosen(texts: Sequence[str]) -> dict[str, str]:
    """Returns an operator's settings, each given as `name=value`.

    Raises SetupError for a malformed or reserved setting, and for one that PostgreSQL does not know or accept.
    """
    settings = dict(map(parse, texts))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "postgresql.conf").touch()
        for name, value in settings.items():
            check(name, value, folder)
    return settings


def parse(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    name = name.strip().lower().replace("-", "_")
    if not equals or not name:
        raise SetupError(f"A setting of PostgreSQL is given as name=value, not {text!r}.")
    if name in NOT_TO_SET:
        raise SetupError(f"The PostgreSQL setting {name} is not yours to set: Addressee runs the server itself.")
    return name, value.strip()


def check(name: str, value: str, folder: str) -> None:
    """Raises SetupError unless PostgreSQL accepts a setting: `postgres -C` prints it without starting a server."""
    printed = subprocess.run(
        [programs_for(None) / "postgres", "-C", name, "-D", folder, f"--{name}={value}"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if printed.returncode != 0:
        raise SetupError(f"PostgreSQL does not take {name}={value}: {error_message(printed.stderr)}.")


def error_message(errors: str) -> str:
    """Returns the server's error message, without the time and the process in front."""
    messages = [
        line.partition(word)[2].strip().rstrip(".")
        for line in errors.splitlines()
        for word in ERROR_MARKS
        if word in line
    ]
    return "; ".join(messages) or "it does not say why"
