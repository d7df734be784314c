"""A worker: carries out runs, sends messages, erases, and keeps house."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from addressee.database.installation import Installation
from addressee.database.jobs import Handling, Hint, work
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.reader import Reader
from addressee.messaging.erasing import Erase, Eraser
from addressee.messaging.housekeeping import keep_house
from addressee.messaging.running import Runner
from addressee.messaging.runs import RunPage
from addressee.messaging.sending import Sending


async def run(installation: Installation, stop: asyncio.Event) -> None:
    """Works until `stop` is set; what is being done then is finished first.

    Raises SetupError, OSError or asyncpg.PostgresError when the database cannot be reached at the start.
    """
    sealer = Sealer(installation.master_key())
    pool = await open_pool(installation.target())
    clock = Clock()
    try:
        handlings = handlings_of(pool, sealer, installation.data_dir / "outbox", clock)
        await asyncio.gather(work(pool, handlings, stop), keep_house(pool, clock, stop))
    finally:
        await pool.close()


def handlings_of(pool: Pool, sealer: Sealer, outbox: Path, clock: Clock) -> Mapping[str, Handling]:
    """How each kind of job of this room is run; `outbox` is the folder of the provider of that name."""
    reader = Reader(pool)
    runner = Runner(pool, reader, Hint(pool), clock)
    return {
        "start": Handling(RunPage, runner.start),
        "advance": Handling(RunPage, runner.advance),
        "send": Handling(RunPage, Sending(pool, reader, sealer, outbox, clock).send),
        "erase": Handling(Erase, Eraser(pool).erase),
    }
