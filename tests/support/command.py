"""Runs the command `addressee` in a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import NamedTuple

COMMAND = (sys.executable, "-m", "addressee.cli")


class Finished(NamedTuple):
    code: int | None
    output: str
    errors: str


async def addressee(*arguments: str | Path, **variables: str) -> Finished:
    """Runs a command to its end, with these environment variables and without others that name an installation."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADDRESSEE_")} | variables
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment
    )
    output, errors = await process.communicate()
    return Finished(process.returncode, output.decode(), errors.decode())
