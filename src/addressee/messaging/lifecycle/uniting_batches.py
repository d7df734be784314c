"""Open batches of two people who were merged become one, so that they get one message."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from addressee.database.pool import Connection
from addressee.database.queries import load

SQL = load(__package__)

IDENTITY = ("workflow", "step_ref", "key", "version", "tenant")


class United(NamedTuple):
    """A batch whose items move to another one."""

    id: UUID
    into_id: UUID


async def unite_batches(connection: Connection, environment_id: int, merge: asyncpg.Record, now: datetime) -> None:
    """Unites the open batches of a merge's secondary with the primary's, and gives the primary the others.

    A run that went on for a batch which is united ends when its time comes, like one that joined.
    """
    who = {name: merge[name] for name in ("source_id", "source_uid", "target_id", "target_uid")}
    held = await connection.fetch(*SQL["hold_batches_to_unite"](environment_id=environment_id, **who))
    of_target = {tuple(row[name] for name in IDENTITY): row for row in held if row["uid"] == who["target_uid"]}
    united = [
        United(row["id"], other["id"])
        for row in held
        if row["uid"] == who["source_uid"] and (other := of_target.get(tuple(row[name] for name in IDENTITY)))
    ]
    if united:
        await connection.execute(
            *SQL["unite_batches"](environment_id=environment_id, united=united, target_id=who["target_id"], now=now)
        )
    await connection.execute(*SQL["move_batches"](environment_id=environment_id, **who))
