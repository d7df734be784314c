"""A worker: carries out runs, sends messages, erases, keeps house, and keeps the time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from addressee.database import earlier_jobs
from addressee.database.installation import Installation
from addressee.database.job_worker import Handling, work
from addressee.database.jobs import Hint
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.list_members import Moved as ListMoved
from addressee.directory.list_members import Settle
from addressee.directory.reader import Reader
from addressee.directory.releasing import Release, Releasing
from addressee.directory.writer import Writer
from addressee.directory.zone_changes import Moved
from addressee.messaging.erasing import Erase, Eraser
from addressee.messaging.fanning import Expand, Fanning
from addressee.messaging.following import Follow, Follower
from addressee.messaging.housekeeping import keep_house
from addressee.messaging.list_moves import ListMoves
from addressee.messaging.mark_all import MarkAll, MarkingAll
from addressee.messaging.redacting import Redact, Redactor
from addressee.messaging.running import Runner
from addressee.messaging.runs import RunPage
from addressee.messaging.sending import Sending
from addressee.messaging.timekeeping import keep_time
from addressee.messaging.zone_follower import ZoneFollower


async def run(installation: Installation, stop: asyncio.Event) -> None:
    """Works until `stop` is set; what is being done then is finished first.

    It waits for a database that is away. Raises SetupError when the installation has none, or no usable master key.
    """
    sealer = Sealer(installation.master_key())
    pool = await open_pool(installation.target(), min_size=0)
    clock = Clock()
    try:
        handlings = handlings_of(pool, sealer, installation.data_dir / "outbox", clock)
        await asyncio.gather(
            work(installation.target(), handlings, stop),
            earlier_jobs.keep_moving(pool, Hint(pool), stop),
            keep_house(pool, clock, stop),
            keep_time(pool, Hint(pool), clock, stop),
        )
    finally:
        await pool.close()


def handlings_of(pool: Pool, sealer: Sealer, outbox: Path, clock: Clock) -> Mapping[str, Handling]:
    """How each kind of job of this room is run; `outbox` is the folder of the provider of that name."""
    reader = Reader(pool)
    runner = Runner(pool, reader, Hint(pool), clock)
    list_moves = ListMoves(pool, reader, Hint(pool), clock)
    return {
        "start": Handling(RunPage, runner.start),
        "advance": Handling(RunPage, runner.advance),
        "expand": Handling(Expand, Fanning(pool, Hint(pool), clock).expand),
        "send": Handling(RunPage, Sending(pool, reader, Writer(pool, clock), sealer, outbox, clock).send),
        "mark_all": Handling(MarkAll, MarkingAll(pool, clock).go_on),
        "erase": Handling(Erase, Eraser(pool, clock).erase),
        "redact": Handling(Redact, Redactor(pool, reader, clock).redact),
        "follow": Handling(Follow, Follower(pool, clock).follow),
        "tell_moves": Handling(ListMoved, list_moves.tell),
        "settle_list": Handling(Settle, list_moves.settle),
        "follow_zones": Handling(Moved, ZoneFollower(pool).follow),
        "release_tokens": Handling(Release, Releasing(pool, clock).release),
    }
