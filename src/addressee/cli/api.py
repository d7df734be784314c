"""The API's process: `python -m addressee.cli.api HOST PORT WORKERS`, started by `serve`."""

import sys
from importlib import import_module

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from addressee import logs

APPLICATION = "addressee.http.main:create"

# Its own handlers write plain text: leave its records to ours.
LOGGING = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}

# What a request that was accepted before the end gets to finish.
GRACE_SECONDS = 30


def main() -> None:
    host, port, workers = sys.argv[1:]
    logs.configure()
    # What is imported here is there at once in each process that is forked, also in one that replaces another.
    import_module(APPLICATION.partition(":")[0])
    Server(
        APPLICATION,
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=int(port),
        workers=int(workers),
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    ).serve()


if __name__ == "__main__":
    main()
