"""Events that tell clients of an inbox what changed in it, and what clients do (realtime-suprsend.md §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message

# What became of items, by their ids, the last mark of each; None: some mark or other.
Marks: TypeAlias = Mapping[str, str | None]


class Event(NamedTuple):
    name: str
    data: Mapping[str, Any] | None = None


# The badge becomes 0.
RESET_BADGE = Event("reset_badge")

# All counts become 0, the badge too, and all items that are shown are read.
READ_ALL = Event("bulk_notification_update", {"notification_ids": "all", "action": Mark.READ})


def new_notification(id: str) -> Event:
    """The client fetches the item, inserts it, and adds 1 to its counts: each client is told once."""
    return Event("new_notification", {"n_id": id})


def notification_update(id: str, action: str | None = None) -> Event:
    """The client fetches the item and all counts, and puts the item where it belongs, new or not."""
    return Event("notification_update", {"n_id": id} if action is None else {"n_id": id, "action": action})


def seen(ids: Sequence[str]) -> Event:
    """These items are seen, where they are shown; nothing is fetched."""
    return Event("bulk_notification_update", {"notification_ids": ids, "action": Mark.SEEN})


def marks_of(messages: Iterable[Message]) -> dict[str, str | None]:
    """Returns what was done with messages, as far as they tell: READ, where that is all there is to see."""
    return {
        message.id: Mark.READ if message.read_at is not None and message.archived_at is None else None
        for message in messages
    }


def of_mark(marks: Marks, mark: Mark) -> list[str]:
    return [id for id, last in marks.items() if last == mark]


def update_events(marks: Marks, *, is_all_read: bool = False, newest: str | None = None) -> list[Event]:
    """Returns the events of marks; `newest` is the item with which counts are fetched after all became 0."""
    events: list[Event] = []
    told: set[str | None] = set()
    if is_all_read:
        events += [READ_ALL] if newest is None else [READ_ALL, notification_update(newest)]
        told = {*of_mark(marks, Mark.READ), newest}
    if len(ids := of_mark(marks, Mark.SEEN)) > 1:
        events.append(seen(ids))
        told |= set(ids)
    return events + [notification_update(id, mark) for id, mark in marks.items() if id not in told]
