"""Visitors: whether a request for a pixel or by a link tells that a person has read a message. Pure.

Nobody can know. What says of itself that it is a program, or loads all pictures of all messages, does not count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PREFETCHING = ("purpose", "sec-purpose", "x-purpose", "x-moz")

# Words in the names of programs that follow links for people, and show or check what is there.
ROBOTS = re.compile(r"bot\b|crawl|spider|slurp|preview|scanner|facebookexternalhit|whatsapp|barracuda", re.IGNORECASE)

# The name under which Apple's proxies load the pictures of each message that arrives, read or not.
APPLE_PRIVACY = "Mozilla/5.0"


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """Returns whether whoever makes a request can be taken for a person. `headers` have lower-case names."""
    agent = headers.get("user-agent", "").strip()
    if method != "GET" or agent in ("", APPLE_PRIVACY) or ROBOTS.search(agent):
        return False
    return not any("prefetch" in headers.get(name, "").lower() for name in PREFETCHING)
