"""The job that erases the data of deleted identities: messages, runs, values in the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from addressee.database.jobs.queue import Job
from addressee.directory.recipient import Identity


class Erase(Job, frozen=True):
    """Erases the data of deleted identities. `sweeps` is the number of runs, with pauses between them."""

    name: ClassVar[str] = "erase"

    people: Sequence[Identity]
    sweeps: int = 2
