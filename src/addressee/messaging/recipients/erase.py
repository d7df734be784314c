"""The job that erases what belongs to deleted recipients, as those name it who queue it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from addressee.database.jobs.queue import Job


class Person(msgspec.Struct, frozen=True, array_like=True):
    environment_id: int
    collection: str
    id: str
    uid: UUID


class Erase(msgspec.Struct, frozen=True):
    """The job that erases what belongs to deleted identities."""

    people: Sequence[Person]
    sweeps: int = 2

    def job(self, delay: timedelta | None = None) -> Job:
        return Job("erase", msgspec.structs.asdict(self), delay)
