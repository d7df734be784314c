"""A process that has loaded what commands use, and forks for each: starting Python anew is most of what one costs.

`python -m tests.support.command_server` prints the path of its socket, and listens there until its standard input ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
import traceback
from typing import NoReturn

import addressee
from addressee import logs
from addressee.cli import main

# Bytes of a request that are read at a time.
CHUNK = 65_536

LOADED = ("addressee.cli", "addressee.converting", "addressee.messaging", "addressee.operators")


def load() -> None:
    """Imports the modules of the commands and of the rooms that they use."""
    for module in pkgutil.walk_packages(addressee.__path__, "addressee."):
        if module.name.startswith(LOADED) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.freeze()


def serve(listener: socket.socket) -> None:
    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            run_command(connection)
        connection.close()


def run_command(connection: socket.socket) -> NoReturn:
    """Runs one command, answers with its exit code and ends: taking apart all that is loaded would take longer."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    become(streams, **json.loads(b"".join(iter(lambda: connection.recv(CHUNK), b""))))
    code = exit_code()
    logs.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(str(code).encode())
    os._exit(code)


def exit_code() -> int:
    """Returns the code of a command, as the interpreter understands its end."""
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def become(streams: list[int], arguments: list[str], variables: dict[str, str], folder: str) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    sys.argv = ["addressee", *arguments]


if __name__ == "__main__":
    load()
    # What this process has started need not be waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/commands")
        listener.listen()
        print(listener.getsockname(), flush=True)
        serve(listener)
