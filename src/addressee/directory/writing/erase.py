"""The job that erases what ended identities leave behind: messages, runs, values in the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from addressee.database.jobs.queue import Job
from addressee.directory.recipient import Identity


class Erase(Job, frozen=True):
    """Erases what belongs to identities that ended. `sweeps` says how often it runs, with pauses between."""

    name: ClassVar[str] = "erase"

    people: Sequence[Identity]
    sweeps: int = 2
