"""A bare ASGI application on the server that the API runs on: it answers a constant, and so bounds any application."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from tests.support.service import free_port

BODY = b'{"status":"ok"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]

START_SECONDS = 20


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


@contextmanager
def bare_server() -> Iterator[str]:
    """Runs it with one process for each core, as the service is run, and yields its URL.

    It has a session of its own, as the service's processes have: Linux shares out the processor among sessions
    (autogroups, sched(7)), and a server in that of its client answers about a third more.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.bare", str(port), str(os.cpu_count())], start_new_session=True
    )
    try:
        wait_until_it_answers(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until_it_answers(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def main() -> None:
    port, workers = sys.argv[1:]
    Server(
        "bench.bare:application",
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=int(port),
        workers=int(workers),
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
