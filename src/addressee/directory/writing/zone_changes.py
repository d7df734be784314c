"""Changes of recipients' time zones, which a job applies to their schedules and to messages that wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from addressee.database.jobs.queue import Job
from addressee.directory.recipient import Place, Recipient, is_membership


class FollowZones(Job, frozen=True):
    """Recomputes when what goes by local time is due, for recipients whose time zone changed."""

    name: ClassVar[str] = "follow_zones"

    people: Sequence[Place]


def zone_changed(before: Recipient | None, after: Recipient) -> bool:
    """Returns whether the time zone of a living recipient changed; a new recipient has not changed it."""
    if before is None or before.attributes is after.attributes or before.uid != after.uid or not after.lives:
        return False
    return before.attributes.get("timezone") != after.attributes.get("timezone") and not is_membership(after.place)


def zone_jobs(moved: Iterable[Recipient]) -> list[Job]:
    people = [recipient.place for recipient in moved]
    return [FollowZones(people)] if people else []
