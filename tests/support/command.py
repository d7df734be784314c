"""Runs the command `addressee` in a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

COMMAND = (sys.executable, "-m", "addressee.cli")


class Finished(NamedTuple):
    code: int | None
    output: str
    errors: str


async def addressee(*arguments: str | Path, **variables: str) -> Finished:
    """Runs a command to its end, with these environment variables and without others that name an installation."""
    return await run(arguments, variables, DEVNULL)


async def addressee_asked(answer: str, *arguments: str | Path, **variables: str) -> Finished:
    """Runs a command in a terminal, whose question somebody answers."""
    terminal, stdin = os.openpty()
    try:
        os.write(terminal, f"{answer}\n".encode())
        return await run(arguments, variables, stdin)
    finally:
        os.close(stdin)
        os.close(terminal)


async def run(arguments: Sequence[str | Path], variables: Mapping[str, str], stdin: int) -> Finished:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ADDRESSEE_")}
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=stdin, stdout=PIPE, stderr=PIPE, env={**inherited, **variables}
    )
    output, errors = await process.communicate()
    return Finished(process.returncode, output.decode(), errors.decode())
