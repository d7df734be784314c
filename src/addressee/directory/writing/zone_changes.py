"""Recipients whose time zone changes: a job follows, as what happens by their clock happens at another time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from addressee.database.jobs.queue import Job
from addressee.directory.recipient import Recipient, is_membership


class Moved(msgspec.Struct, frozen=True):
    """The job that tells of it. A person is the environment, the collection and the id."""

    people: Sequence[tuple[int, str, str]]

    @property
    def job(self) -> Job:
        return Job("follow_zones", {"people": [list(person) for person in self.people]})


def has_moved(before: Recipient | None, after: Recipient) -> bool:
    """Whether somebody who was there is in another time zone now."""
    if before is None or before.uid != after.uid or not after.lives or is_membership(after.place):
        return False
    return before.attributes.get("timezone") != after.attributes.get("timezone")


def zone_jobs(moved: Iterable[Recipient]) -> list[Job]:
    people = [(place.environment_id, place.collection, place.id) for place in (each.place for each in moved)]
    return [Moved(people).job] if people else []
