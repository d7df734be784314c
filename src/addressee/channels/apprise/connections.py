"""The connections of calls in threads: they go to public hosts only, and end when a call has taken too long.

Apprise's plugins resolve names, connect and follow redirects by themselves, and what they call a host may be a token.
So it is the address of each connection that is checked, as Python is about to make it. Nor can they be cancelled: a
server that says a byte now and then would keep a thread for good.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from addressee.channels.requests.public_hosts import NotPublicError, is_public

# What Python announces before it connects, or sends without a connection.
EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class ThreadConnections(threading.local):
    """The connections of the call that this thread makes."""

    current: Connections | None = None


OF_THREAD = ThreadConnections()


class Connections:
    """The connections of one call. Unless they may go `anywhere`, those to hosts that are not public are refused."""

    def __init__(self, *, anywhere: bool) -> None:
        self._anywhere = anywhere
        self._refused = False
        self._ended = False
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()

    def run(self, call: Callable[[], bool]) -> bool:
        """Returns the result of a call in this thread. Raises NotPublicError if it fails after a refused connection."""
        watch_connections()
        OF_THREAD.current = self
        try:
            done = call()
        finally:
            OF_THREAD.current = None
            self._close()
        if self._refused and not done:
            raise NotPublicError("the host of this URL")
        return done

    def end(self) -> None:
        """Ends the call's connections from another thread, and lets it make no more: it fails soon."""
        with self._lock:
            self._ended = True
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def check(self, connecting: socket.socket, address: Any) -> None:
        """Raises an OSError, which plugins expect, for a connection that may not be made."""
        if not (self._anywhere or goes_to_public_host(address)):
            self._refused = True
            raise PermissionError("not a public host")
        with self._lock:
            if self._ended:
                raise TimeoutError("the call has taken too long")
            # The plugin's own object may give its connection to another one, for TLS.
            self._open.append(socket.socket(fileno=os.dup(connecting.fileno())))

    def _close(self) -> None:
        with self._lock:
            while self._open:
                self._open.pop().close()


@cache
def watch_connections() -> None:
    """Has connections checked from now on; Python never forgets such a hook, so that it is added once."""
    sys.addaudithook(check)


def check(event: str, arguments: tuple[Any, ...]) -> None:
    """Checks a connection of a thread whose connections are watched."""
    if event in EVENTS and (connections := OF_THREAD.current) is not None:
        connections.check(*arguments[:2])


def goes_to_public_host(address: Any) -> bool:
    """Returns whether the address of a socket is public; None is that of a connection that was checked.

    A name is not, as it would be resolved after this.
    """
    if address is None:
        return True
    try:
        return isinstance(address, tuple) and is_public(address[0])
    except ValueError:
        return False
