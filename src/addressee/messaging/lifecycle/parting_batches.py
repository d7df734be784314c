"""Open batches of two people whose merge was undone: each gets what is their own, and nobody what is the other's.

What was parted closes when it would have, and is joined no more: what comes later opens new batches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Place
from addressee.messaging.recipients.people import read_identities

SQL = load(__package__)


class Parted(NamedTuple):
    """A new batch for items of another one; the run goes on for it, which had ended as it joined."""

    id: UUID
    from_id: UUID
    recipient_id: str
    uid: UUID
    recipient_run_id: UUID


class Moved(NamedTuple):
    recipient_run_id: UUID
    batch_id: UUID
    recipient_id: str


@dataclass(slots=True)
class Parting:
    """The moves that part batches: some are `returned` as a whole, items of others move to old or new ones."""

    returned: list[UUID] = field(default_factory=list)
    parted: list[Parted] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)


async def part_batches(connection: Connection, environment_id: int, merge: asyncpg.Record, now: datetime) -> None:
    """Gives the secondary of a merge that was undone (the `target`) its items back, and the primary those of its own
    that the secondary's batches took.
    """
    who = {name: merge[name] for name in ("source_id", "source_uid", "target_id", "target_uid")}
    returning = await read_identities(connection, Place(environment_id, merge["collection"], merge["target_id"]))
    uids = {identity.uid for identity in returning if identity.uid is not None}
    held = await connection.fetch(*SQL["hold_batches_to_part"](environment_id=environment_id, **who))
    if not held or not uids:
        return
    items = await connection.fetch(
        *SQL["items_to_part"](environment_id=environment_id, batch_ids=[row["id"] for row in held])
    )
    parting = part(held, items, uids, merge)
    await connection.execute(*SQL["part_batches"](environment_id=environment_id, parted=parting.parted, now=now))
    await connection.execute(*SQL["move_batch_items"](environment_id=environment_id, moved=parting.moved))
    await connection.execute(
        *SQL["return_batches"](
            environment_id=environment_id,
            batch_ids=parting.returned,
            target_id=who["target_id"],
            target_uid=who["target_uid"],
            now=now,
        )
    )


def part(
    held: Sequence[asyncpg.Record], items: Sequence[asyncpg.Record], uids: Collection[UUID], merge: asyncpg.Record
) -> Parting:
    """Returns what becomes of the batches of both. `uids` are the secondary's, and of whoever it took in. Pure."""
    by_batch: Mapping[UUID, list[asyncpg.Record]] = defaultdict(list)
    for item in items:
        by_batch[item["batch_id"]].append(item)
    united = {row["united_into"]: row["id"] for row in held if row["united_into"] is not None}
    parting = Parting()
    for row in held:
        if row["united_into"] is not None:
            continue
        returns = row["run_uid"] in uids
        strangers = [item for item in by_batch[row["id"]] if (item["uid"] in uids) is not returns]
        if returns:
            parting.returned.append(row["id"])
        owner = "source" if returns else "target"
        recipient_id, uid = merge[f"{owner}_id"], merge[f"{owner}_uid"]
        if not returns and row["id"] in united:
            own = united[row["id"]]
            parting.returned.append(own)
        else:
            going_on = next((item["recipient_run_id"] for item in strangers if item["can_go_on"]), None)
            if going_on is None:
                continue
            own = uuid7()
            parting.parted.append(Parted(own, row["id"], recipient_id, uid, going_on))
        parting.moved += [Moved(item["recipient_run_id"], own, recipient_id) for item in strangers]
    return parting
