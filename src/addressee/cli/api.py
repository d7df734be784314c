"""The API's process: `python -m addressee.cli.api HOST PORT WORKERS`, started by `serve`."""

import sys

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
