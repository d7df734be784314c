"""Threads whose connections go to public hosts only.

Apprise's plugins resolve names, connect and follow redirects by themselves, and what they call a host may be a token.
So it is the address of each connection that is checked, as Python is about to make it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from addressee.channels.requests.public_hosts import NotPublicError, is_public

# What Python announces before it connects, or sends without a connection.
EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class Restricted(threading.local):
    """Whether this thread is restricted, and whether it was refused a connection since."""

    active = False
    refused = False


RESTRICTED = Restricted()


def restricted(call: Callable[[], bool]) -> bool:
    """Returns the result of a call in this thread. Raises NotPublicError if it fails after a refused connection."""
    watch_connections()
    RESTRICTED.active, RESTRICTED.refused = True, False
    try:
        done = call()
    finally:
        RESTRICTED.active = False
    if RESTRICTED.refused and not done:
        raise NotPublicError("the host of this URL")
    return done


@cache
def watch_connections() -> None:
    """Has `check` asked from now on; Python never forgets such a hook, so that it is added once."""
    sys.addaudithook(check)


def check(event: str, arguments: tuple[Any, ...]) -> None:
    """Raises an OSError, which plugins expect, for a connection of a restricted thread to a host that is not public."""
    if event not in EVENTS or not RESTRICTED.active or goes_to_public_host(arguments[1]):
        return
    RESTRICTED.refused = True
    raise PermissionError("not a public host")


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
