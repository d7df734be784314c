"""The process of the API: `python -m addressee.cli.api HOST PORT WORKERS`, which `serve` starts."""

import sys
from importlib import import_module

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from addressee import logs
from addressee.api.live.connections import MAX_STREAMS

APPLICATION = "addressee.http.main:create"

# Granian's own handlers write plain text: its records go to ours.
LOGGING = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}

# The connections that a process takes for requests, beside those of streams. Those of sockets do not count here.
CONNECTIONS = 1_024

# The time that accepted requests get to finish at shutdown.
GRACE_SECONDS = 30


def main() -> None:
    host, port, workers = sys.argv[1:]
    logs.configure()
    # Forked processes, also those that replace others, then start without importing it.
    import_module(APPLICATION.partition(":")[0])
    Server(
        APPLICATION,
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=int(port),
        workers=int(workers),
        backpressure=MAX_STREAMS + CONNECTIONS,
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    ).serve()


if __name__ == "__main__":
    main()
