"""Runs the command `addressee` in a process of its own."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

COMMAND = (sys.executable, "-m", "addressee.cli")

# Environment variables that commands have unless they are given others; fixtures add them.
VARIABLES: dict[str, str] = {}


class Finished(NamedTuple):
    code: int | None
    output: str
    errors: str


async def addressee(*arguments: str | Path, **variables: str) -> Finished:
    """Runs a command to its end, with these environment variables; none that name an installation are inherited.

    Its process is forked from one that has loaded all modules.
    """
    with Path(os.devnull).open() as nothing:
        return await forked(arguments, variables, nothing.fileno())


async def addressee_asked(answer: str, *arguments: str | Path, **variables: str) -> Finished:
    """Runs a command in a terminal, whose question somebody answers."""
    terminal, stdin = os.openpty()
    try:
        os.write(terminal, f"{answer}\n".encode())
        return await forked(arguments, variables, stdin)
    finally:
        os.close(stdin)
        os.close(terminal)


async def addressee_anew(*arguments: str | Path, **variables: str) -> Finished:
    """Runs a command in a new interpreter, as a shell does."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment_with(variables)
    )
    output, errors = await process.communicate()
    return Finished(process.returncode, output.decode(), errors.decode())


async def forked(arguments: Sequence[str | Path], variables: Mapping[str, str], stdin: int) -> Finished:
    request = {
        "arguments": [os.fspath(argument) for argument in arguments],
        "variables": environment_with(variables),
        "folder": str(Path.cwd()),
    }
    return await asyncio.to_thread(ask, json.dumps(request).encode(), stdin)


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ADDRESSEE_")}
    return {**inherited, **VARIABLES, **variables}


def ask(request: bytes, stdin: int) -> Finished:
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.connect(server())
        socket.send_fds(connection, [b"\0"], [stdin, output.fileno(), errors.fileno()])
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        code = int(connection.recv(16))
        for file in (output, errors):
            file.seek(0)
        return Finished(code, output.read().decode(), errors.read().decode())


@cache
def server() -> str:
    """Starts what forks for commands, once, and returns its socket. It ends as its input does, with this process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.command_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    STARTED.append(process)
    assert process.stdout is not None
    return process.stdout.readline().decode().rstrip("\n")


# Kept, because an input that nobody refers to is closed.
STARTED: list[subprocess.Popen[bytes]] = []
