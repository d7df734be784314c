"""The rates of single requests beside very many people, and beside few.

Two services take turns: one has `options.people` users, the other 10,000. Each has its own database, with the settings
that the product chooses for this machine, but for the memory: 128 MB of buffers, into which the many do not fit.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from addressee.database.embedded.binaries import programs_for
from bench.options import Options
from bench.requests import HERE, PEOPLE, database_environment, service_of, wrk
from bench.results import AtLeast, Result, in_turns
from tests.support.service import Service

ROUNDS = 5


def measure(options: Options) -> Iterator[Result]:
    with (
        tempfile.TemporaryDirectory() as folder,
        service_of(Path(folder) / "many") as many,
        service_of(Path(folder) / "few") as few,
    ):
        populate(many, options.people)
        populate(few, PEOPLE)
        for method in ("PUT", "GET"):
            beside = partial(wrk, few.url, few.create_key(), method)
            among = partial(wrk, many.url, many.create_key(), method, people=options.people)
            with options.profiled(f"{method.lower()}-large", many.process.pid):
                turns = in_turns(among, beside, ROUNDS)
            yield turns.result(f"{method} /v1/users/{{id}}: {options.people:,} users ÷ {PEOPLE:,}", AtLeast(0.9))


def populate(service: Service, people: int, statements: str = "people.sql") -> None:
    """Stores users straight in the database of a service."""
    subprocess.run(
        [programs_for(None) / "psql", "-q", "-v", f"people={people}", "-f", HERE / statements],
        env=database_environment(service),
        check=True,
    )
