"""A worker: carries out runs, sends messages, erases, keeps house, and keeps the time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from addressee.database.installation import Installation
from addressee.database.jobs import earlier
from addressee.database.jobs.queue import Hint
from addressee.database.jobs.worker import Handling, work
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.groups.list_members import Moved as ListMoved
from addressee.directory.groups.list_members import Settle
from addressee.directory.reading.reader import Reader
from addressee.directory.writing.token_transfers import Release, Releasing
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.zone_changes import Moved
from addressee.messaging.delivery.send_job import Sending
from addressee.messaging.lifecycle.erasure import Eraser
from addressee.messaging.lifecycle.maintenance import keep_house
from addressee.messaging.lifecycle.merge_mover import Follow, Follower
from addressee.messaging.lifecycle.redaction import Redact, Redactor
from addressee.messaging.messages.bulk_marks import MarkAll, MarkingAll
from addressee.messaging.recipients.erase import Erase
from addressee.messaging.runs.fan_out import Expand, Fanning
from addressee.messaging.runs.model import RunPage
from addressee.messaging.runs.runner import Runner
from addressee.messaging.schedules.scheduler import keep_time
from addressee.messaging.schedules.time_zones import ZoneFollower
from addressee.messaging.triggers.list_events import ListMoves


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
            earlier.keep_moving(pool, Hint(pool), stop),
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
