"""Runs a test's module in processes of its own, on the tests' database."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from addressee.database.target import Target

FOLDER_OF_THIS_PROCESS = "/proc/self/fd/"


async def run_module(module: str, target: Target, **arguments: Any) -> list[Any]:
    """Runs `python -m module`, gives it a JSON object on standard input, and returns the JSON lines it prints."""
    host = target.arguments.get("host", "")
    inherited = [int(host.removeprefix(FOLDER_OF_THIS_PROCESS))] if host.startswith(FOLDER_OF_THIS_PROCESS) else []
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=inherited,
    )
    given = json.dumps({"target": target.arguments, **arguments}).encode()
    output, _ = await process.communicate(given)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


def arguments() -> tuple[Target, dict[str, Any]]:
    """What `run_module` gave to this process."""
    given = json.load(sys.stdin)
    return Target(given.pop("target"), embedded=True), given
