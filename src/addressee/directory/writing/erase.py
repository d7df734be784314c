"""The job that erases what ended identities leave behind: messages, runs, values in the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

import msgspec

from addressee.database.jobs.queue import Job


class Person(msgspec.Struct, frozen=True, array_like=True):
    environment_id: int
    collection: str
    id: str
    uid: UUID


class Erase(Job, frozen=True):
    """Erases what belongs to identities that ended. `sweeps` says how often it runs, with pauses between."""

    name: ClassVar[str] = "erase"

    people: Sequence[Person]
    sweeps: int = 2
