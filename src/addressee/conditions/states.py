"""States of messages in conditions, and their order (engine.md §3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# From the lowest to the highest. A step that made no message is below all that made one.
ORDER = (
    ("skipped",),
    ("undelivered",),
    ("bounced",),
    ("delivery_attempted",),
    ("queued",),
    ("not_sent",),
    ("sent",),
    ("delivered",),
    ("seen",),
    ("read",),
    ("interacted", "link_clicked"),
    ("archived",),
)

RANKS: Mapping[str, int] = {state: rank for rank, states in enumerate(ORDER) for state in states}

SKIPPED = "skipped"

# What recipients do with a message; several of them are true of one message.
ENGAGEMENTS = frozenset({"seen", "read", "interacted", "link_clicked", "archived"})

# Engagement up to a point. They are contained in `engagement_status`, and have no place in the order.
PARTIAL_ENGAGEMENTS: Mapping[str, tuple[str, str]] = {
    "seen_not_read": ("seen", "read"),
    "read_not_link_clicked": ("read", "link_clicked"),
}

STATES = (*RANKS, *PARTIAL_ENGAGEMENTS)

# What conditions see of a step's message, below `refs.<ref>`.
STATUS_NAMES = ("delivery_status", "engagement_status", "status")


class MessageState(str):
    """The state of a message as the argument of a condition: it is compared by its rank."""

    __slots__ = ()

    def compare(self, value: Any) -> int | None:
        """Returns -1, 0 or 1 for a value that is lower, as high or higher; None for one that is no state."""
        states = value if isinstance(value, list | tuple) else [value]
        ranks = [RANKS[state] for state in states if isinstance(state, str) and state in RANKS]
        own = RANKS.get(self)
        if own is None or (states and not ranks):
            return None
        highest = max(ranks, default=-1)
        return (highest > own) - (highest < own)
