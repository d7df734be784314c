"""Child processes: they end with their parent, and a service is kept running."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process

import pytest

from addressee import processes
from addressee.processes import ProcessError, Service, StopSignal, start, stop
from tests.support.kernel import is_alive
from tests.support.waiting import until

KILL = [StopSignal(signal.SIGKILL, 10)]

PARENT = """
import asyncio, os, sys
from addressee.processes import start

async def main():
    child = await start(["sleep", "600"], environment=dict(os.environ))
    print(child.pid, flush=True)
    await child.wait()

asyncio.run(main())
"""


async def sleeper() -> Process:
    return await start(["sleep", "600"], environment=os.environ)


async def test_a_child_ends_with_its_parent() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdout=PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    await parent.wait()

    async def is_gone() -> bool:
        return not is_alive(child)

    await until(is_gone)


async def test_a_child_does_not_get_the_signals_of_our_terminal() -> None:
    child = await sleeper()
    assert os.getsid(child.pid) == child.pid
    await stop(child, KILL)


async def test_who_does_not_end_when_asked_is_ended() -> None:
    command = ["sh", "-c", "trap '' TERM; echo; exec sleep 600"]
    read, write = os.pipe()
    stubborn = await start(command, environment=os.environ, output=write)
    assert os.read(read, 1) == b"\n"
    await stop(stubborn, [StopSignal(signal.SIGTERM, 0.1), *KILL])
    assert stubborn.returncode == -signal.SIGKILL
    os.close(read)
    os.close(write)


async def test_a_service_that_is_killed_starts_again() -> None:
    async with Service("sleeper", sleeper, KILL) as service:
        killed = service.pid
        os.kill(killed, signal.SIGKILL)

        async def is_another() -> bool:
            return service.pid != killed

        await until(is_another)
        last = service.pid
    assert not is_alive(last)


async def test_a_service_that_keeps_failing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE_SECONDS", 0)
    starts = 0

    async def failing() -> Process:
        nonlocal starts
        starts += 1
        return await start(["false"], environment=os.environ)

    async with Service("failing", failing, KILL) as service:
        with pytest.raises(ProcessError, match="The failing failed 10 times in a row, at last: it ended with code 1"):
            await service.running
    assert starts == 10


async def test_a_service_that_cannot_start_again_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE_SECONDS", 0)
    outcomes = [start(["false"], environment=os.environ)]

    async def once() -> Process:
        if not outcomes:
            raise ProcessError("the disk is full")
        return await outcomes.pop()

    async with Service("printer", once, KILL) as service:
        with pytest.raises(ProcessError, match="The printer failed 10 times in a row, at last: the disk is full"):
            await service.running
