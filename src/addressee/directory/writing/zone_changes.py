"""Recipients whose time zone changes: a job follows, as what happens by their clock happens at another time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from addressee.database.jobs.queue import Job
from addressee.directory.recipient import Place, Recipient, is_membership


class FollowZones(Job, frozen=True):
    """Has the schedules of recipients whose time zone changed fall due by the new one."""

    name: ClassVar[str] = "follow_zones"

    people: Sequence[Place]


def has_moved(before: Recipient | None, after: Recipient) -> bool:
    """Whether somebody who was there is in another time zone now."""
    if before is None or before.uid != after.uid or not after.lives or is_membership(after.place):
        return False
    return before.attributes.get("timezone") != after.attributes.get("timezone")


def zone_jobs(moved: Iterable[Recipient]) -> list[Job]:
    people = [recipient.place for recipient in moved]
    return [FollowZones(people)] if people else []
