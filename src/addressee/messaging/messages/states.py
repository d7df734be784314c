"""The states of a step's messages as conditions see them (engine.md §3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from addressee.conditions.states import PARTIAL_ENGAGEMENTS, RANKS, SKIPPED

States = Mapping[str, Any]


class MessageFacts(NamedTuple):
    """The status of a message's delivery, and what the recipient did with it: some of `conditions.ENGAGEMENTS`."""

    status: str
    engagements: Collection[str] = ()


# What those engagements that come before tell though they were not reported: who clicked a link has read the message.
IMPLIED: Mapping[str, frozenset[str]] = {
    "read": frozenset({"seen"}),
    "interacted": frozenset({"seen", "read"}),
    "link_clicked": frozenset({"seen", "read"}),
}

OF_NO_MESSAGE: States = {"delivery_status": SKIPPED, "engagement_status": [], "status": SKIPPED}


def states_of(messages: Iterable[MessageFacts]) -> States:
    """Returns the states of a step's messages: those of the one that has come the furthest."""
    return furthest(map(states_of_message, messages))


def furthest(several: Iterable[States]) -> States:
    return max(several, key=lambda states: RANKS[states["status"]], default=OF_NO_MESSAGE)


def states_of_message(message: MessageFacts) -> States:
    engagements = set(message.engagements).union(*(IMPLIED.get(each, ()) for each in message.engagements))
    highest = max((message.status, *engagements), key=RANKS.__getitem__)
    partial = [
        name for name, (done, open) in PARTIAL_ENGAGEMENTS.items() if done in engagements and open not in engagements
    ]
    return {
        "delivery_status": message.status,
        "engagement_status": [*sorted(engagements, key=lambda each: (RANKS[each], each)), *partial],
        "status": highest,
    }
